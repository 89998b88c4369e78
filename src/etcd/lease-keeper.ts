import type { Program, Simulator } from '../engine/index.js';
import type { Lessor } from './storage/index.js';

/** etcd's lessor looks for expired leases, and the server for revocations, this often. */
const LOOK_US = 500_000;

/**
 * Revokes expired leases, while its member leads.
 *
 * A leader that was paused or cut off may be none any more without knowing: its leases have run out for it alone. So it
 * asks a quorum first, in etcd 3.6 (and from 3.4.25 and 3.5.8 on; issue 15247).
 *
 * Source: etcd server lease/lessor.go (runLoop), etcdserver/server.go (revokeExpiredLeases, ensureLeadership).
 */
export class LeaseKeeper {
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly lessor: Lessor;
  private readonly confirm: (done: (leads: boolean) => void) => void;
  private readonly revoke: (leaseId: number) => void;
  private stopped = false;
  private readonly onTimer = (): void => this.program.run(0, this.onLook, undefined);
  private readonly onLook = (): void => this.look();

  /** @param confirm asks a quorum whether this member leads */
  constructor(
    simulator: Simulator,
    program: Program,
    lessor: Lessor,
    confirm: (done: (leads: boolean) => void) => void,
    revoke: (leaseId: number) => void,
  ) {
    this.simulator = simulator;
    this.program = program;
    this.lessor = lessor;
    this.confirm = confirm;
    this.revoke = revoke;
    simulator.schedule(LOOK_US, this.onTimer, undefined);
  }

  stop(): void {
    this.stopped = true;
  }

  private look(): void {
    if (this.stopped) return;
    const expired = this.lessor.isPrimary ? this.lessor.expiredLeases(this.simulator.nowUs) : [];
    if (expired.length > 0) {
      this.confirm((leads) => {
        if (leads) for (const leaseId of expired) this.revoke(leaseId);
      });
    }
    this.simulator.schedule(LOOK_US, this.onTimer, undefined);
  }
}
