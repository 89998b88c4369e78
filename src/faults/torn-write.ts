import type { Fault } from './fault.js';

/** A power cut in the middle of a write: some of its records are on the disk, the last of them torn. */
export const tornWrite: Fault = {
  name: 'torn-write',
  summary:
    'a member crashes in the middle of a write, of which a part stays; with `for`, it starts again from its disk',
  strike(env, target) {
    if (!target.up) return undefined;
    const draws = env.simulator.streams.stream(`faults/torn-write/${target.name}`);
    // etcd cuts a torn record off when it opens its WAL; those before it count.
    target.crashTorn((entries) => draws.below(entries + 1));
    return () => {
      if (!target.up) target.start();
    };
  },
};
