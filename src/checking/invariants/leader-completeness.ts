import type { Invariant } from './invariant.js';

/** Source: Raft paper §5.4, figure 3. One entry is looked at, the last committed one: Log Matching covers those before. */
export const leaderCompleteness: Invariant = {
  property: 'Leader Completeness',
  meaning: 'an entry that is committed is in the log of every later leader',
  start(view) {
    return {
      after(event) {
        if (event.kind !== 'became-leader') return undefined;
        const { committed } = view;
        const index = committed.lastIndex;
        if (index === 0) return undefined;
        const term = committed.termAt(index);
        const { log } = view.member(event.member);
        // A deposed leader may learn late that it was one: only later terms are bound.
        if (term > event.term || log.holds(index, term)) return undefined;
        const instead = log.lastIndex < index ? `ends at ${log.lastIndex}` : `has term ${log.termAt(index)} there`;
        return `${event.member} leads term ${event.term} without index ${index} of term ${term}, which is committed: its log ${instead}`;
      },
    };
  },
};
