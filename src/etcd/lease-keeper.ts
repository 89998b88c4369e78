import type { Simulator } from '../engine/index.js';
import type { MemberProcess } from './member-process.js';
import type { Command } from './proposal.js';
import type { LeaseCheckpoint } from './storage/index.js';

/** etcd's lessor looks for expired leases, and the server for revocations, this often. */
const LOOK_US = 500_000;
const COMMAND_BYTES = 10;

/**
 * Revokes expired leases, while its member leads, and writes down what is left of long ones, where that is asked for.
 *
 * A leader that was paused or cut off may be none any more without knowing: its leases have run out for it alone. So it
 * asks a quorum first, in etcd 3.6 (and from 3.4.25 and 3.5.8 on; issue 15247).
 *
 * Source: etcd server lease/lessor.go (runLoop), etcdserver/server.go (revokeExpiredLeases, ensureLeadership).
 */
export class LeaseKeeper {
  private readonly process: MemberProcess;
  private readonly simulator: Simulator;
  private stopped = false;
  private readonly onTimer = (): void => this.process.program.run(0, this.onLook, undefined);
  private readonly onLook = (): void => this.look();
  private readonly onRevoke = (leaseId: number): void => this.propose({ kind: 'lease-revoke', leaseId }, () => {});

  constructor(process: MemberProcess, simulator: Simulator) {
    this.process = process;
    this.simulator = simulator;
    simulator.schedule(LOOK_US, this.onTimer, undefined);
  }

  stop(): void {
    this.stopped = true;
  }

  /** Takes a checkpoint back that a renewal has made untrue: the lease is renewed once that has come through. */
  clearCheckpoint(leaseId: number, done: () => void): void {
    this.checkpoint({ leaseId, remainingTtlSec: 0 }, done);
  }

  private look(): void {
    if (this.stopped) return;
    const { lessor } = this.process;
    const expired = lessor.isPrimary ? lessor.expiredLeases(this.simulator.nowUs) : [];
    if (expired.length > 0) {
      this.confirm(() => {
        // Each in a goroutine of its own: by its turn the member may have lost its post.
        for (const leaseId of expired) this.process.program.run(0, this.onRevoke, leaseId);
      });
    }
    for (const due of lessor.dueCheckpoints(this.simulator.nowUs)) this.checkpoint(due, () => {});
    this.simulator.schedule(LOOK_US, this.onTimer, undefined);
  }

  /** etcd: ensureLeadership. 3.4 here is 3.4.23 and 3.5 is 3.5.1, which were measured: they lack it. */
  private confirm(done: () => void): void {
    const { member, decisions, reads, driver } = this.process;
    if (member.config.version !== '3.6' || !decisions.confirmsBeforeRevoking()) {
      done();
      return;
    }
    reads.read((error) => {
      if (error === undefined && driver.raw.state === 'StateLeader') done();
    });
  }

  private checkpoint({ leaseId, remainingTtlSec }: LeaseCheckpoint, done: () => void): void {
    this.propose({ kind: 'lease-checkpoint', leaseId, remainingTtlSec }, done);
  }

  private propose(command: Command, done: () => void): void {
    this.process.proposals.propose(command, COMMAND_BYTES, Number.POSITIVE_INFINITY, done);
  }
}
