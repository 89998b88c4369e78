import type { Fault } from './fault.js';

/** The disk refuses writes: a member that cannot write its WAL ends its process, as etcd does. */
export const failingDisk: Fault = {
  name: 'failing-disk',
  summary: "writes of a member's disk fail, which ends its process; with `for`, it starts again from what is on it",
  strike(_env, target) {
    target.failDisk(true);
    return () => {
      target.failDisk(false);
      if (!target.up) target.start();
    };
  },
};
