import type { Invariant } from './invariant.js';

/** Source: etcd server lease/lessor.go, LeaseCheckpointRequest and Promote. */
export const leaseCheckpoints: Invariant = {
  property: 'Lease Keeps Its Checkpoint',
  meaning: 'a new leader gives a lease no more time than its last checkpoint left of it',
  start() {
    /** By member and lease: seconds; 0: all of it. */
    const left = new Map<string, number>();
    return {
      after(event) {
        if (event.kind !== 'lease-checkpointed' && event.kind !== 'lease-started') return undefined;
        const { member, leaseId } = event;
        const key = `${member}/${leaseId}`;
        if (event.kind === 'lease-checkpointed') {
          left.set(key, event.remainingSec);
          return undefined;
        }
        const most = left.get(key) || event.ttlSec;
        if (event.givenSec <= most) return undefined;
        return `${member} gives lease ${leaseId} ${event.givenSec} s; its last checkpoint left ${most} s`;
      },
    };
  },
};
