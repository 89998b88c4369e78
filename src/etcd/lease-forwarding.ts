import type { Program, Simulator } from '../engine/index.js';
import type { MemberId } from '../raft/types.js';
import type { PeerFrame, Peers } from './peers.js';
import type { Lessor } from './storage/index.js';

/** etcd gives a forwarded keep-alive this long. */
const FORWARD_TIMEOUT_US = 7_000_000;
const REFUSED = -1;

/** Renews leases: the leader by itself, a follower by asking the leader (etcd: LeaseRenew over the peer port). */
export class LeaseForwarding {
  private readonly waiting = new Map<number, (ttlSec: number) => void>();
  private nextId = 1;
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly peers: Peers;
  private readonly lessor: Lessor;
  private readonly self: MemberId;

  constructor(simulator: Simulator, program: Program, peers: Peers, lessor: Lessor, self: MemberId) {
    this.simulator = simulator;
    this.program = program;
    this.peers = peers;
    this.lessor = lessor;
    this.self = self;
  }

  /** @param done gets the lease's time to live in s; <= 0 if it is gone or nobody could be asked */
  renew(leaseId: number, lead: MemberId, leads: boolean, done: (ttlSec: number) => void): void {
    if (leads) {
      done(this.renewHere(leaseId));
      return;
    }
    const id = this.nextId++;
    this.waiting.set(id, done);
    if (!this.peers.send(lead, { kind: 'renew', from: this.self, id, leaseId })) {
      this.answer(id, REFUSED);
      return;
    }
    this.simulator.schedule(
      FORWARD_TIMEOUT_US,
      () => this.program.run(0, () => this.answer(id, REFUSED), undefined),
      undefined,
    );
  }

  receive(frame: PeerFrame & { kind: 'renew' | 'renewed' }): void {
    if (frame.kind === 'renewed') {
      this.answer(frame.id, frame.ttlSec);
      return;
    }
    const ttlSec = this.renewHere(frame.leaseId);
    this.peers.send(frame.from, { kind: 'renewed', from: this.self, id: frame.id, ttlSec });
  }

  private renewHere(leaseId: number): number {
    const ttlSec = this.lessor.renew(leaseId, this.simulator.nowUs);
    return typeof ttlSec === 'number' ? ttlSec : REFUSED;
  }

  private answer(id: number, ttlSec: number): void {
    const done = this.waiting.get(id);
    this.waiting.delete(id);
    done?.(ttlSec);
  }
}
