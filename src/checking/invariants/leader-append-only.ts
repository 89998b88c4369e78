import type { Invariant } from './invariant.js';

/** Source: Raft paper §5.3, figure 3. */
export const leaderAppendOnly: Invariant = {
  property: 'Leader Append-Only',
  meaning: 'a leader never overwrites or deletes entries in its log',
  start(view) {
    return {
      before(event) {
        const { leads, log, name } = view.member(event.member);
        if (leads === undefined) return undefined;
        const who = `${name}, leader of term ${leads},`;
        if (event.kind === 'truncated' && event.fromIndex <= log.lastIndex) {
          return `${who} deletes its entries from index ${event.fromIndex} to ${log.lastIndex}`;
        }
        if (event.kind === 'snapshot-installed') {
          return `${who} replaces its log by a snapshot at index ${event.index}`;
        }
        const first = event.kind === 'log-append' ? event.entries[0] : undefined;
        if (first === undefined || first.index > log.lastIndex) return undefined;
        return `${who} overwrites index ${first.index} of its log, which ends at ${log.lastIndex}`;
      },
    };
  },
};
