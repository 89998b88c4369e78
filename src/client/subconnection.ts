import {
  CLIENT_ERRORS,
  type ClientFrame,
  clientFrameBytes,
  type Outcome,
  type ServerFrame,
  serverFrameBytes,
  type WatchResponse,
} from '../api/index.js';
import {
  BatchWriter,
  Fifo,
  NO_TIMER,
  type Program,
  type Sampler,
  type Simulator,
  type Stream,
  type Timer,
} from '../engine/index.js';
import type { ConnectionEnd, NetworkApi } from '../network/types.js';
import type { ConnectivityState, PickableSubconnection } from './policy.js';

/** TCP's handshake; HTTP/2's settings, which take the server's process, are one more. */
const TCP_ROUND_TRIPS = 1;

/** gRPC's connection back-off: 1 s, x 1.6 a failure, +- 20 %, at most 120 s. Source: grpc/doc/connection-backoff.md. */
const BACKOFF = { baseUs: 1_000_000, multiplier: 1.6, jitterRatio: 0.2, maxUs: 120_000_000 };

export interface StreamHandlers {
  readonly message: (message: WatchResponse) => void;
  /** The stream is over: the connection broke or the member ended it. */
  readonly ended: (text: string) => void;
}

export interface SubconnectionEnv {
  readonly simulator: Simulator;
  readonly network: NetworkApi;
  readonly localHost: string;
  readonly tlsRoundTrips: number;
  readonly dialTimeoutUs: number;
  readonly keepaliveTimeUs: number;
  readonly keepaliveTimeoutUs: number;
  readonly backoff: Stream;
  /** Draws the CPU time that the client's side of a new connection takes, µs. */
  readonly connectCpuUs: Sampler;
  readonly program: Program;
  /** CPU time of waking the reader or the writer, µs. */
  readonly loopCpuUs: number;
  /** CPU time of taking in one byte, µs. */
  readonly byteCpuUs: number;
  /** The connectivity state changed. */
  readonly changed: () => void;
}

/** One endpoint's connection, dialled again with back-off whenever it fails (gRPC: SubConn with addrConn). */
export class Subconnection implements PickableSubconnection {
  readonly endpoint: string;
  state: ConnectivityState = 'IDLE';
  private readonly env: SubconnectionEnv;
  private readonly remoteHost: string;
  private end: ConnectionEnd<ClientFrame, ServerFrame> | undefined;
  private readonly writer: BatchWriter<ClientFrame>;
  private readonly arrived = new Fifo<ServerFrame>();
  /** CPU time that the arrived frames' bytes will still take, µs. */
  private unreadUs = 0;
  private readonly calls = new Map<number, (outcome: Outcome) => void>();
  private readonly streams = new Map<number, StreamHandlers>();
  private failures = 0;
  private handshakeDeadlineUs = 0;
  /** Counts dials, so that what comes of an abandoned one is told apart. */
  private dials = 0;
  /** Idle already, but calls are still under way on the connection. */
  private draining = false;
  /** The wait after the dial under way, should it fail. */
  private nextBackoffUs = 0;
  private handshake: Timer = NO_TIMER;
  private keepalive: Timer = NO_TIMER;
  private lastHeardUs = 0;
  private pingedUs = 0;
  /** Without calls and streams nobody asks whether the member is there. */
  private dormant = false;

  constructor(endpoint: string, remoteHost: string, env: SubconnectionEnv) {
    this.endpoint = endpoint;
    this.remoteHost = remoteHost;
    this.env = env;
    this.writer = new BatchWriter(env.program, env.loopCpuUs, (frame, bytes) => this.end?.send(frame, bytes));
  }

  get inFlight(): number {
    return this.calls.size + this.streams.size;
  }

  connect(): void {
    if (this.state !== 'IDLE') return;
    if (!this.draining) {
      this.dial();
      return;
    }
    // Model: asked for again while it drains, the connection is used again; gRPC would dial a second one.
    this.draining = false;
    this.setState('READY');
  }

  /** Becomes idle: no more calls; the connection is closed as soon as those under way have ended. */
  disconnect(): void {
    const { state } = this;
    if (state === 'IDLE' || state === 'SHUTDOWN') return;
    this.dials++;
    this.draining = state === 'READY';
    if (!this.draining) this.hangUp();
    this.setState('IDLE');
    this.closeDrained();
  }

  call(frame: ClientFrame & { kind: 'call' }, done: (outcome: Outcome) => void): void {
    this.calls.set(frame.id, done);
    this.send(frame);
    this.awaken();
  }

  /** Gives a call up; the member may go on with it. False if it is not under way here. */
  cancel(id: number): boolean {
    if (!this.calls.delete(id)) return false;
    this.send({ kind: 'cancel', id });
    if (this.draining) this.closeDrained();
    return true;
  }

  openStream(id: number, handlers: StreamHandlers): void {
    this.streams.set(id, handlers);
    this.send({ kind: 'watch-open', id });
    this.awaken();
  }

  closeStream(id: number): void {
    if (this.streams.delete(id)) this.send({ kind: 'watch-close', id });
    if (this.draining) this.closeDrained();
  }

  send(frame: ClientFrame): void {
    if (this.end !== undefined) this.writer.push(frame, clientFrameBytes(frame), 0);
  }

  shutdown(): void {
    this.setState('SHUTDOWN');
    this.hangUp();
    this.failAll();
  }

  private hangUp(): void {
    this.env.simulator.cancel(this.keepalive);
    this.env.simulator.cancel(this.handshake);
    this.end?.close();
    this.end = undefined;
  }

  private closeDrained(): void {
    if (!this.draining || this.inFlight > 0) return;
    this.draining = false;
    this.hangUp();
  }

  private dial(): void {
    if (this.state === 'SHUTDOWN') return;
    this.setState('CONNECTING');
    const { simulator, dialTimeoutUs } = this.env;
    this.nextBackoffUs = this.backoffUs();
    // gRPC gives a dial as long as the wait that would follow it.
    const timeoutUs = Math.max(dialTimeoutUs, this.nextBackoffUs);
    this.handshakeDeadlineUs = simulator.nowUs + timeoutUs;
    const dial = ++this.dials;
    this.env.network.dial<ClientFrame, ServerFrame>({
      from: this.env.localHost,
      to: this.remoteHost,
      port: 'client',
      roundTrips: TCP_ROUND_TRIPS + this.env.tlsRoundTrips,
      timeoutUs,
      opened: (end) => {
        if (dial === this.dials) this.opened(end);
        else end.close();
      },
      failed: () => {
        if (dial === this.dials) this.failed();
      },
    });
  }

  private opened(end: ConnectionEnd<ClientFrame, ServerFrame>): void {
    if (this.state === 'SHUTDOWN') {
      end.close();
      return;
    }
    this.end = end;
    // What waited for the connection before is gone with it.
    this.writer.clear();
    this.arrived.drain();
    const { simulator } = this.env;
    // Model: HTTP/2's settings, both ways, are a ping and its answer.
    const settings: ClientFrame = { kind: 'ping', id: 0 };
    end.send(settings, clientFrameBytes(settings));
    this.handshake = simulator.startTimer(this.handshakeDeadlineUs - simulator.nowUs, this.handshakeFailed, undefined);
    end.onClose = this.handshakeFailed;
    end.onMessage = () => {
      simulator.cancel(this.handshake);
      end.onMessage = (frame) => this.arrive(frame);
      end.onClose = () => this.lost();
      this.env.program.run(this.env.connectCpuUs(), this.ready, end);
    };
  }

  private readonly handshakeFailed = (): void => {
    this.env.simulator.cancel(this.handshake);
    this.end?.close();
    this.end = undefined;
    this.failed();
  };

  private readonly ready = (end: ConnectionEnd<ClientFrame, ServerFrame>): void => {
    if (this.end !== end) return;
    this.failures = 0;
    this.lastHeardUs = this.env.simulator.nowUs;
    this.dormant = false;
    if (this.env.keepaliveTimeUs > 0) this.armKeepalive();
    this.setState('READY');
  };

  private failed(): void {
    if (this.state === 'SHUTDOWN') return;
    this.failures++;
    this.env.simulator.schedule(this.nextBackoffUs, this.redial, this.dials);
    this.setState('TRANSIENT_FAILURE');
  }

  private backoffUs(): number {
    const { baseUs, multiplier, jitterRatio, maxUs } = BACKOFF;
    if (this.failures === 0) return baseUs;
    let delayUs = baseUs;
    for (let i = 0; i < this.failures && delayUs < maxUs; i++) delayUs *= multiplier;
    return Math.round(Math.min(delayUs, maxUs) * (1 + jitterRatio * (2 * this.env.backoff.uniform() - 1)));
  }

  private readonly redial = (dial: number): void => {
    if (dial === this.dials) this.dial();
  };

  /** An established connection broke: its calls fail, and it is dialled again at once. */
  private lost(): void {
    if (this.state === 'SHUTDOWN') return;
    this.end = undefined;
    this.env.simulator.cancel(this.keepalive);
    // First the state: whoever tries its call again must not be sent here.
    if (this.draining) this.draining = false;
    else this.dial();
    this.failAll();
  }

  private failAll(): void {
    const calls = [...this.calls.values()];
    const streams = [...this.streams.values()];
    this.calls.clear();
    this.streams.clear();
    for (const done of calls) done(CLIENT_ERRORS.transportClosing);
    for (const stream of streams) stream.ended(CLIENT_ERRORS.transportClosing.text);
  }

  /** The reader takes all that has come, once it gets a core. */
  private arrive(frame: ServerFrame): void {
    this.arrived.push(frame);
    const { program, loopCpuUs, byteCpuUs } = this.env;
    if (byteCpuUs > 0) this.unreadUs += byteCpuUs * serverFrameBytes(frame);
    if (this.arrived.length > 1) return;
    const costUs = loopCpuUs + this.unreadUs;
    this.unreadUs = 0;
    program.run(costUs, this.readAll, undefined);
  }

  private readonly readAll = (): void => {
    const { unreadUs } = this;
    if (unreadUs > 0) {
      // More has come meanwhile: the reader goes on with that first.
      this.unreadUs = 0;
      this.env.program.run(unreadUs, this.readAll, undefined);
      return;
    }
    for (let left = this.arrived.length; left > 0; left--) this.receive(this.arrived.shift()!);
  };

  private receive(frame: ServerFrame): void {
    this.lastHeardUs = this.env.simulator.nowUs;
    switch (frame.kind) {
      case 'answer': {
        const done = this.calls.get(frame.id);
        // A cancelled call's answer finds nobody.
        if (done === undefined) return;
        this.calls.delete(frame.id);
        done(frame.outcome);
        if (this.draining) this.closeDrained();
        return;
      }
      case 'watch-message':
        this.streams.get(frame.id)?.message(frame.message);
        return;
      case 'watch-closed': {
        const stream = this.streams.get(frame.id);
        this.streams.delete(frame.id);
        stream?.ended(frame.text);
        if (this.draining) this.closeDrained();
        return;
      }
      case 'goaway':
        this.end?.close();
        this.lost();
        return;
      case 'pong':
        return;
    }
  }

  private armKeepalive(): void {
    const { simulator, keepaliveTimeUs } = this.env;
    const quietUs = simulator.nowUs - this.lastHeardUs;
    this.keepalive = simulator.startTimer(Math.max(0, keepaliveTimeUs - quietUs), this.lookForQuiet, undefined);
  }

  private readonly lookForQuiet = (): void => {
    if (this.env.simulator.nowUs - this.lastHeardUs < this.env.keepaliveTimeUs) this.armKeepalive();
    else if (this.inFlight === 0) this.dormant = true;
    else this.ping();
  };

  private awaken(): void {
    if (!this.dormant) return;
    this.dormant = false;
    this.ping();
  }

  private ping(): void {
    this.pingedUs = this.env.simulator.nowUs;
    this.send({ kind: 'ping', id: 0 });
    this.keepalive = this.env.simulator.startTimer(this.env.keepaliveTimeoutUs, this.judge, undefined);
  }

  private readonly judge = (): void => {
    if (this.lastHeardUs > this.pingedUs) {
      this.armKeepalive();
      return;
    }
    this.end?.close();
    this.lost();
  };

  private setState(state: ConnectivityState): void {
    if (this.state === state || this.state === 'SHUTDOWN') return;
    this.state = state;
    this.env.changed();
  }
}
