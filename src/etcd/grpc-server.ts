import {
  type ClientFrame,
  clientFrameBytes,
  isMutation,
  type Outcome,
  type Request,
  type ServerFrame,
  serverFrameBytes,
  type WatchRequest,
  type WatchResponse,
} from '../api/index.js';
import { BatchWriter, Fifo, type Program } from '../engine/index.js';
import type { ConnectionEnd, NetworkApi } from '../network/types.js';
import type { CpuCosts } from './config.js';
import type { MemberMetrics } from './metrics.js';

export interface ServerHandlers {
  readonly call: (request: Request, deadlineUs: number, done: (outcome: Outcome) => void) => void;
  readonly watchRequest: (streamId: number, message: WatchRequest) => void;
  readonly watchClosed: (streamId: number) => void;
}

type ClientEnd = ConnectionEnd<ServerFrame, ClientFrame>;

interface OpenStream {
  readonly connection: ClientConnection;
  readonly frameId: number;
}

/** A member's gRPC server on the client port: calls and watch streams, over any number of connections. */
export class GrpcServer {
  private readonly streams = new Map<number, OpenStream>();
  private nextStreamId = 1;
  readonly program: Program;
  readonly costs: CpuCosts;
  readonly metrics: MemberMetrics;
  readonly handlers: ServerHandlers;
  /** Each on its way through the CPU; several cores may finish out of order, so whoever is done takes the oldest. */
  private readonly pushes = new Fifo<PendingPush>();
  private readonly onPush = (): void => this.sendPush(this.pushes.shift()!);

  constructor(
    network: NetworkApi,
    host: string,
    program: Program,
    costs: CpuCosts,
    metrics: MemberMetrics,
    handlers: ServerHandlers,
  ) {
    this.program = program;
    this.costs = costs;
    this.metrics = metrics;
    this.handlers = handlers;
    network.listen(host, 'client', (raw) => {
      new ClientConnection(this, raw as ClientEnd);
    });
  }

  /** Sends on a watch stream, if it is still open. */
  push(streamId: number, message: WatchResponse): void {
    this.pushes.push({ streamId, message });
    this.program.run(this.costs.watchEventUs, this.onPush, undefined);
  }

  closed(connection: ClientConnection): void {
    for (const [streamId, stream] of this.streams) {
      if (stream.connection === connection) this.closeStream(streamId);
    }
  }

  openStream(connection: ClientConnection, frameId: number): number {
    const streamId = this.nextStreamId++;
    this.streams.set(streamId, { connection, frameId });
    this.metrics.received('watch').add();
    return streamId;
  }

  closeStream(streamId: number): void {
    if (this.streams.delete(streamId)) this.handlers.watchClosed(streamId);
  }

  private sendPush({ streamId, message }: PendingPush): void {
    const stream = this.streams.get(streamId);
    stream?.connection.send({ kind: 'watch-message', id: stream.frameId, message });
  }
}

interface PendingPush {
  readonly streamId: number;
  readonly message: WatchResponse;
}

/** One client connection as the server sees it. */
class ClientConnection {
  readonly end: ClientEnd;
  private readonly server: GrpcServer;
  private readonly streamOf = new Map<number, number>();
  private open = true;
  private readonly answers: BatchWriter<ServerFrame>;
  /** Frames of one connection are taken in order, whichever core is done first. */
  private readonly frames = new Fifo<ClientFrame>();
  private readonly onFrame = (): void => this.handle(this.frames.shift()!);

  constructor(server: GrpcServer, end: ClientEnd) {
    this.server = server;
    this.end = end;
    const { program, costs, metrics } = server;
    this.answers = new BatchWriter(program, costs.loopUs, (frame, bytes) => this.write(frame, bytes), {
      outUsPerByte: costs.sendByteUs,
    });
    end.onMessage = (frame) => {
      const bytes = clientFrameBytes(frame);
      metrics.clientReceivedBytes.add(bytes);
      const wakeUs = this.frames.length === 0 ? costs.loopUs : 0;
      this.frames.push(frame);
      program.run(wakeUs + frameCostUs(frame, costs) + costs.byteUs * bytes, this.onFrame, undefined);
    };
    end.onClose = () => {
      this.open = false;
      this.answers.clear();
      server.closed(this);
    };
  }

  /** At once; its sender has paid for it. */
  send(frame: ServerFrame): void {
    this.write(frame, serverFrameBytes(frame));
  }

  private write(frame: ServerFrame, bytes: number): void {
    if (!this.open) return;
    this.server.metrics.clientSentBytes.add(bytes);
    this.end.send(frame, bytes);
  }

  private answer(id: number, outcome: Outcome): void {
    const frame: ServerFrame = { kind: 'answer', id, outcome };
    this.answers.push(frame, serverFrameBytes(frame), 0);
  }

  private handle(frame: ClientFrame): void {
    const { server } = this;
    switch (frame.kind) {
      case 'call': {
        const { id, request } = frame;
        server.metrics.received(request.kind).add();
        server.handlers.call(request, frame.deadlineUs, (outcome) => this.answer(id, outcome));
        return;
      }
      case 'watch-open':
        this.streamOf.set(frame.id, server.openStream(this, frame.id));
        return;
      case 'watch-send': {
        const streamId = this.streamOf.get(frame.id);
        if (streamId !== undefined) server.handlers.watchRequest(streamId, frame.message);
        return;
      }
      case 'watch-close': {
        const streamId = this.streamOf.get(frame.id);
        this.streamOf.delete(frame.id);
        if (streamId !== undefined) server.closeStream(streamId);
        return;
      }
      case 'ping':
        this.send({ kind: 'pong', id: frame.id });
        return;
      case 'cancel':
        // Model: server-side cancellation. A member goes on with a call that its client gave up; its answer goes nowhere.
        return;
    }
  }
}

/** CPU time of taking a frame in and, for a call, of all until it is answered or proposed; but not of the read itself. */
function frameCostUs(frame: ClientFrame, costs: CpuCosts): number {
  if (frame.kind === 'call') return costs.callUs + (isMutation(frame.request) ? costs.proposalUs : 0);
  return frame.kind === 'ping' ? 0 : costs.watchEventUs;
}
