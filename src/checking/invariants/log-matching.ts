import type { Invariant } from './invariant.js';

/** Source: Raft paper §5.3, figure 3. Checked by one running hash for each (index, term), not by reading logs again. */
export const logMatching: Invariant = {
  property: 'Log Matching',
  meaning: 'two logs with an entry of the same index and term are identical up to that index',
  start(view) {
    return {
      before(event) {
        if (event.kind !== 'log-append') return undefined;
        const { lastIndex } = view.member(event.member).log;
        const first = event.entries[0];
        if (first === undefined || first.index <= lastIndex + 1) return undefined;
        return `${event.member} has a gap: its log ends at ${lastIndex}, and index ${first.index} follows`;
      },
      after(event) {
        if (event.kind !== 'log-append') return undefined;
        const { log } = view.member(event.member);
        for (const { index, term } of event.entries) {
          const known = view.prefix(index, term);
          const hash = log.hashAt(index);
          if (known === undefined || hash === undefined || known.hash === hash) continue;
          return `${event.member} and ${known.member} both had index ${index} of term ${term}, but not the same log up to it`;
        }
        return undefined;
      },
    };
  },
};
