import { type ClientFrame, ETCD_ERRORS, type Outcome, type ServerFrame, serverFrameBytes } from '../../api/index.js';
import type { Simulator } from '../../engine/index.js';
import type { ConnectionEnd, Network } from '../../network/index.js';

type ServerEnd = ConnectionEnd<ServerFrame, ClientFrame>;

/** How a stand-in member fares. Refusing: up, but every call ends Unavailable. */
export type Health = 'up' | 'down' | 'paused' | 'refusing';

/** How long a member works on a call, µs. */
const SERVICE_US = 500;
const ELECTION_US = 1_000_000;

/**
 * Members that only answer: no Raft, no store, just what a client can see of members that live, die and elect.
 *
 * Each call is answered after a moment, by any of them; status names the leader; another is elected a second after the
 * leader has gone.
 */
export class StandInMembers {
  readonly names: readonly string[];
  /** What calls have arrived, by their key. */
  readonly arrived = new Set<string>();
  /** Open watches: their keys, by connection. */
  private readonly watches = new Map<ServerEnd, { readonly member: string; readonly keys: Map<number, string> }>();
  private readonly simulator: Simulator;
  private readonly network: Network;
  private readonly health = new Map<string, Health>();
  private readonly healthySince = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();
  private leader: string;
  private term = 1;

  constructor(simulator: Simulator, network: Network, names: readonly string[]) {
    this.simulator = simulator;
    this.network = network;
    this.names = names;
    this.leader = names[0]!;
    for (const name of names) {
      this.waiting.set(name, []);
      this.change(name, 'up');
    }
  }

  change(name: string, health: Health): void {
    const before = this.health.get(name);
    this.health.set(name, health);
    if (health === 'up') {
      this.healthySince.set(name, this.simulator.nowUs);
      if (before === undefined || before === 'down') {
        this.network.listen(name, 'client', (end) => this.accept(name, end as unknown as ServerEnd));
      }
      for (const run of this.waiting.get(name)!.splice(0)) run();
    } else {
      this.healthySince.delete(name);
    }
    if (health === 'down') {
      this.waiting.set(name, []);
      for (const [end, { member }] of this.watches) if (member === name) this.watches.delete(end);
      this.network.listen(name, 'client', undefined);
      this.network.resetHost(name, 'member');
    }
    if (health !== 'up' && name === this.leader) this.simulator.schedule(ELECTION_US, () => this.elect(), undefined);
    if (health === 'up' && this.health.get(this.leader) !== 'up') this.elect();
  }

  moveLeader(to: string): void {
    this.leader = to;
    this.term++;
  }

  /** Whether a watch of that key is open on a member that is well. */
  isWatched(key: string): boolean {
    for (const { member, keys } of this.watches.values()) {
      if (this.health.get(member) !== 'paused' && [...keys.values()].includes(key)) return true;
    }
    return false;
  }

  /** Whether one member has been well since then. */
  someWellSince(timeUs: number): boolean {
    for (const sinceUs of this.healthySince.values()) if (sinceUs <= timeUs) return true;
    return false;
  }

  private elect(): void {
    if (this.health.get(this.leader) === 'up') return;
    const successor = this.names.find((name) => this.health.get(name) === 'up');
    if (successor !== undefined) this.moveLeader(successor);
  }

  private accept(name: string, end: ServerEnd): void {
    this.watches.set(end, { member: name, keys: new Map() });
    end.onClose = () => this.watches.delete(end);
    end.onMessage = (frame) => this.whenAwake(name, () => this.receive(name, end, frame));
  }

  private whenAwake(name: string, run: () => void): void {
    if (this.health.get(name) === 'paused') this.waiting.get(name)!.push(run);
    else run();
  }

  private receive(name: string, end: ServerEnd, frame: ClientFrame): void {
    if (frame.kind === 'ping') send(end, { kind: 'pong', id: frame.id });
    if (frame.kind === 'watch-send' && frame.message.kind === 'watch-create') {
      const { watchId, key } = frame.message.create;
      this.watches.get(end)?.keys.set(frame.id, key);
      const message = { kind: 'watch-created', watchId, header: this.header(name) } as const;
      send(end, { kind: 'watch-message', id: frame.id, message });
    }
    if (frame.kind === 'watch-close') this.watches.get(end)?.keys.delete(frame.id);
    if (frame.kind !== 'call') return;
    const { id, request } = frame;
    if ('key' in request) this.arrived.add(request.key);
    this.simulator.schedule(
      SERVICE_US,
      () => this.whenAwake(name, () => send(end, { kind: 'answer', id, outcome: this.answer(name, request.kind) })),
      undefined,
    );
  }

  private answer(name: string, kind: string): Outcome {
    const header = this.header(name);
    if (kind === 'status') {
      return { kind: 'status', header, leader: this.leader, raftIndex: 1, raftAppliedIndex: 1 };
    }
    if (this.health.get(name) === 'refusing') return ETCD_ERRORS.noLeader;
    if (kind === 'put') return { kind: 'put', header };
    return { kind: 'range', header, kvs: [], count: 0, more: false };
  }

  private header(name: string) {
    return { member: name, revision: 1, raftTerm: this.term, leader: this.leader };
  }
}

function send(end: ServerEnd, frame: ServerFrame): void {
  end.send(frame, serverFrameBytes(frame));
}
