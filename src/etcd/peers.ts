import { BatchWriter, type Program, type Simulator } from '../engine/index.js';
import type { CloseReason, ConnectionEnd, NetworkApi } from '../network/types.js';
import type { MemberId, Message } from '../raft/types.js';
import type { CpuCosts, RaftSettings } from './config.js';
import type { MemberMetrics } from './metrics.js';

/** What members say to each other. */
export type PeerFrame =
  | { readonly kind: 'raft'; readonly from: MemberId; readonly message: Message }
  /** A follower passes a lease's keep-alive on to the leader; the answer's ttl is < 0 if that one does not lead. */
  | { readonly kind: 'renew'; readonly from: MemberId; readonly id: number; readonly leaseId: number }
  | { readonly kind: 'renewed'; readonly from: MemberId; readonly id: number; readonly ttlSec: number }
  /** Who campaigns though it is out of the configuration is told so, and stops. etcd: 410 Gone, errMemberRemoved. */
  | { readonly kind: 'removed'; readonly from: MemberId };

export interface PeerAddress {
  readonly id: MemberId;
  readonly name: string;
  readonly host: string;
}

/** Message header as rafthttp encodes it; entries carry term, index and type on top of their data. */
const MESSAGE_BYTES = 30;
const ENTRY_OVERHEAD_BYTES = 22;
const REDIAL_US = 100_000;
/** rafthttp's ConnReadTimeout and ConnWriteTimeout. */
const STALL_TIMEOUT_US = 5_000_000;
/** rafthttp's streamBufSize: messages queued for one stream. Beyond, they are dropped. */
const STREAM_BUFFER_BYTES = 4096 * 1024;
/** rafthttp's streamBufSize: messages that wait for one stream's writer. */
const STREAM_BUFFER = 4096;

export interface PeerHandlers {
  readonly receive: (frame: PeerFrame) => void;
  readonly unreachable: (id: MemberId) => void;
  readonly snapshotSent: (id: MemberId, ok: boolean) => void;
}

/** etcd's peerDialTimeout: a second for the peer to get round to it, and an election timeout. */
export function peerDialTimeoutUs({ electionTimeoutUs }: RaftSettings): number {
  return 1_000_000 + electionTimeoutUs;
}

interface Arrival {
  readonly frame: PeerFrame;
  readonly end: ConnectionEnd<never, PeerFrame>;
}

/**
 * rafthttp: for each peer a stream for MsgApp, one for everything else, and a connection of its own for a snapshot.
 *
 * Each stream is a TCP connection, so it delivers in order; a message that finds its stream down is dropped, and raft
 * is told that the peer cannot be reached.
 *
 * Model: peer streams. The sender dials both (in etcd the receiver does), and the pipeline's single POSTs, which etcd
 * falls back to while a stream is down, are left out.
 */
export class Peers {
  private readonly byId = new Map<MemberId, Peer>();

  constructor(
    simulator: Simulator,
    network: NetworkApi,
    program: Program,
    costs: CpuCosts,
    metrics: MemberMetrics,
    self: PeerAddress,
    others: readonly PeerAddress[],
    dialTimeoutUs: number,
    handlers: PeerHandlers,
  ) {
    const take = ({ frame, end }: Arrival): void => {
      handlers.receive(frame);
      // A snapshot comes on a connection of its own; that it ends in order is the answer.
      if (frame.kind === 'raft' && frame.message.type === 'MsgSnap') end.close();
    };
    const nameOfHost = new Map(others.map((other) => [other.host, other.name]));
    network.listen(self.host, 'peer', (raw) => {
      const end = raw as ConnectionEnd<never, PeerFrame>;
      const bytes = metrics.peerReceivedBytes(nameOfHost.get(end.remoteHost) ?? end.remoteHost);
      end.onMessage = (frame) => {
        bytes.add(frameBytes(frame));
        // The driver puts raft's messages in line itself; it must get them in the order of their coming.
        if (frame.kind === 'raft' && frame.message.type !== 'MsgSnap') handlers.receive(frame);
        else program.run(0, take, { frame, end });
      };
    });
    for (const other of others) {
      this.byId.set(
        other.id,
        new Peer(simulator, network, program, costs, metrics, self, other, dialTimeoutUs, handlers),
      );
    }
  }

  /** Sends to the peer that `message.to` names; unknown ones (removed members) are passed over. */
  sendRaft(message: Message): void {
    this.byId.get(message.to)?.sendRaft(message);
  }

  send(to: MemberId, frame: PeerFrame): boolean {
    return this.byId.get(to)?.send(frame) ?? false;
  }

  /** Whether the peer could be reached at `sinceUs` and ever since. etcd: isConnectedSince. */
  connectedSince(id: MemberId, sinceUs: number): boolean {
    return this.byId.get(id)?.connectedSince(sinceUs) ?? false;
  }

  /** The process is gone, and its kernel has reset what it had open. */
  stop(): void {
    for (const peer of this.byId.values()) peer.stop();
  }
}

class Peer {
  private readonly appends: PeerStream;
  private readonly others: PeerStream;
  private readonly self: PeerAddress;
  private readonly address: PeerAddress;
  private readonly handlers: PeerHandlers;
  private readonly network: NetworkApi;
  private readonly simulator: Simulator;
  private readonly sent: { add(bytes: number): void };
  private readonly dialTimeoutUs: number;

  constructor(
    simulator: Simulator,
    network: NetworkApi,
    program: Program,
    costs: CpuCosts,
    metrics: MemberMetrics,
    self: PeerAddress,
    address: PeerAddress,
    dialTimeoutUs: number,
    handlers: PeerHandlers,
  ) {
    this.simulator = simulator;
    this.self = self;
    this.dialTimeoutUs = dialTimeoutUs;
    this.address = address;
    this.handlers = handlers;
    this.network = network;
    this.sent = metrics.peerSentBytes(address.name);
    this.appends = new PeerStream(simulator, network, program, costs, self.host, address.host, dialTimeoutUs);
    this.others = new PeerStream(simulator, network, program, costs, self.host, address.host, dialTimeoutUs);
  }

  sendRaft(message: Message): void {
    const frame: PeerFrame = { kind: 'raft', from: this.self.id, message };
    if (message.type === 'MsgSnap') {
      this.sendSnapshot(frame);
      return;
    }
    const stream = message.type === 'MsgApp' ? this.appends : this.others;
    const bytes = frameBytes(frame);
    if (stream.send(frame, bytes)) this.sent.add(bytes);
    else this.handlers.unreachable(this.address.id);
  }

  send(frame: PeerFrame): boolean {
    const bytes = frameBytes(frame);
    const ok = this.others.send(frame, bytes);
    if (ok) this.sent.add(bytes);
    return ok;
  }

  connectedSince(sinceUs: number): boolean {
    return this.others.connectedSince(sinceUs);
  }

  stop(): void {
    this.appends.stop();
    this.others.stop();
  }

  private sendSnapshot(frame: PeerFrame): void {
    const bytes = frameBytes(frame);
    this.network.dial<PeerFrame, never>({
      from: this.self.host,
      to: this.address.host,
      port: 'peer',
      roundTrips: 1,
      timeoutUs: this.dialTimeoutUs,
      opened: (end) => {
        end.onClose = (reason) => this.handlers.snapshotSent(this.address.id, reason === 'closed');
        end.send(frame, bytes);
        this.sent.add(bytes);
        this.watchProgress(end, bytes);
      },
      failed: () => this.handlers.snapshotSent(this.address.id, false),
    });
  }

  /** Gives a snapshot up that has neither got on nor been answered for a while. */
  private watchProgress(end: ConnectionEnd<PeerFrame, never>, unsentBytes: number): void {
    this.simulator.schedule(
      STALL_TIMEOUT_US,
      () => {
        if (!end.open) return;
        if (unsentBytes > 0 && end.unsentBytes < unsentBytes) {
          this.watchProgress(end, end.unsentBytes);
          return;
        }
        end.close();
        this.handlers.snapshotSent(this.address.id, false);
      },
      undefined,
    );
  }
}

/** One outgoing stream, dialled again 100 ms after every failure. */
class PeerStream {
  private readonly writer: BatchWriter<PeerFrame>;
  private readonly costs: CpuCosts;
  private end: ConnectionEnd<PeerFrame, never> | undefined;
  private openedUs = 0;
  private stopped = false;
  private readonly simulator: Simulator;
  private readonly network: NetworkApi;
  private readonly program: Program;
  private readonly from: string;
  private readonly to: string;
  private readonly dialTimeoutUs: number;
  private readonly redial = (): void => this.dial();
  private readonly check = (): void => this.checkStalled();
  /** Of the connection that stands, bytes. */
  private sentBytes = 0;
  private unacknowledgedAtCheck = 0;
  private acknowledgedAtCheck = 0;

  constructor(
    simulator: Simulator,
    network: NetworkApi,
    program: Program,
    costs: CpuCosts,
    from: string,
    to: string,
    dialTimeoutUs: number,
  ) {
    this.dialTimeoutUs = dialTimeoutUs;
    this.simulator = simulator;
    this.network = network;
    this.program = program;
    this.costs = costs;
    const write = (frame: PeerFrame, bytes: number): void => {
      this.sentBytes += bytes;
      this.end?.send(frame, bytes);
    };
    this.writer = new BatchWriter(program, costs.loopUs, write, { next: true });
    this.from = from;
    this.to = to;
    this.dial();
    simulator.schedule(STALL_TIMEOUT_US, this.check, undefined);
  }

  send(frame: PeerFrame, bytes: number): boolean {
    const { end } = this;
    if (end === undefined || end.unsentBytes > STREAM_BUFFER_BYTES || this.writer.length >= STREAM_BUFFER) return false;
    const entries = frame.kind === 'raft' ? frame.message.entries.length : 0;
    this.writer.push(frame, bytes, this.costs.sendUs + this.costs.entryUs * entries);
    return true;
  }

  connectedSince(sinceUs: number): boolean {
    return this.end !== undefined && this.openedUs < sinceUs;
  }

  stop(): void {
    this.stopped = true;
    this.end = undefined;
  }

  private dial(): void {
    if (this.stopped) return;
    this.network.dial<PeerFrame, never>({
      from: this.from,
      to: this.to,
      port: 'peer',
      roundTrips: 1,
      timeoutUs: this.dialTimeoutUs,
      opened: (end) => {
        this.end = end;
        this.openedUs = this.simulator.nowUs;
        this.sentBytes = 0;
        this.unacknowledgedAtCheck = 0;
        end.onClose = (reason) => this.closed(reason);
      },
      failed: (reason) => this.closed(reason),
    });
  }

  private closed(_reason: CloseReason): void {
    this.end = undefined;
    this.writer.clear();
    if (!this.stopped) this.simulator.schedule(REDIAL_US, () => this.program.run(0, this.redial, undefined), undefined);
  }

  /** Gives a stream up that has had data under way for a whole interval without a byte acknowledged. */
  private checkStalled(): void {
    if (this.stopped) return;
    const { end } = this;
    const unacknowledged = end?.unsentBytes ?? 0;
    const acknowledged = this.sentBytes - unacknowledged;
    if (end !== undefined && this.unacknowledgedAtCheck > 0 && acknowledged === this.acknowledgedAtCheck) {
      end.close();
      this.closed('timed-out');
    }
    this.unacknowledgedAtCheck = this.end === undefined ? 0 : unacknowledged;
    this.acknowledgedAtCheck = acknowledged;
    this.simulator.schedule(STALL_TIMEOUT_US, this.check, undefined);
  }
}

function frameBytes(frame: PeerFrame): number {
  if (frame.kind !== 'raft') return MESSAGE_BYTES;
  const { entries, snapshot } = frame.message;
  let bytes = MESSAGE_BYTES;
  for (const entry of entries) bytes += ENTRY_OVERHEAD_BYTES + entry.dataBytes;
  if (snapshot !== undefined) bytes += snapshot.dataBytes + 64;
  return bytes;
}
