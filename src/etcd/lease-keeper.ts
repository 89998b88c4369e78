import type { Program, Simulator } from '../engine/index.js';
import type { Lessor } from './storage/index.js';

/** etcd's lessor looks for expired leases, and the server for revocations, this often. */
const LOOK_US = 500_000;

/**
 * Revokes expired leases, while its member leads.
 *
 * Source: etcd server lease/lessor.go (runLoop), etcdserver/server.go (revokeExpiredLeases).
 */
export class LeaseKeeper {
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly lessor: Lessor;
  private readonly revoke: (leaseId: number) => void;
  private stopped = false;
  private readonly onTimer = (): void => this.program.run(0, this.onLook, undefined);
  private readonly onLook = (): void => this.look();

  constructor(simulator: Simulator, program: Program, lessor: Lessor, revoke: (leaseId: number) => void) {
    this.simulator = simulator;
    this.program = program;
    this.lessor = lessor;
    this.revoke = revoke;
    simulator.schedule(LOOK_US, this.onTimer, undefined);
  }

  stop(): void {
    this.stopped = true;
  }

  private look(): void {
    if (this.stopped) return;
    if (this.lessor.isPrimary) {
      for (const leaseId of this.lessor.expiredLeases(this.simulator.nowUs)) this.revoke(leaseId);
    }
    this.simulator.schedule(LOOK_US, this.onTimer, undefined);
  }
}
