import type { Invariant } from './invariant.js';
import { describeVoters, disjointQuorum } from './quorum.js';

/** Source: Raft paper §6; Ongaro's thesis §4.1 and §4.3. */
export const configIntersection: Invariant = {
  property: 'Configuration Intersection',
  meaning: 'every quorum of a configuration meets every quorum of the next, and members agree on both',
  start(view) {
    return {
      after(event) {
        if (event.kind !== 'config-applied') return undefined;
        const { configs } = view;
        let at = configs.length - 1;
        while (at > 0 && configs[at]!.index > event.index) at--;
        const here = configs[at]!;
        const own = describeVoters(event.config);
        if (own !== describeVoters(here.config)) {
          return `at index ${event.index}, ${event.member} has the voters ${own}; ${here.member} has ${describeVoters(here.config)}`;
        }
        for (const [a, b] of [
          [configs[at - 1], here],
          [here, configs[at + 1]],
        ]) {
          if (a === undefined || b === undefined) continue;
          const apart = disjointQuorum(a.config, b.config);
          if (apart === undefined) continue;
          return `${apart.join(' ')} can decide for the voters ${describeVoters(a.config)} without any that the next voters need: ${describeVoters(b.config)}`;
        }
        return undefined;
      },
    };
  },
};
