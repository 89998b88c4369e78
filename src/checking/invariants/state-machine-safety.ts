import type { EntryMark } from './event.js';
import type { Invariant } from './invariant.js';

/** Source: Raft paper §5.4.3, figure 3. */
export const stateMachineSafety: Invariant = {
  property: 'State Machine Safety',
  meaning: 'no two members apply different entries at the same index, and each applies all of them in order',
  start(view) {
    const applied: ({ readonly entry: EntryMark; readonly member: string } | undefined)[] = [];
    return {
      before(event) {
        if (event.kind !== 'applied') return undefined;
        const { entry, member } = event;
        const { appliedIndex, snapshotIndex } = view.member(member);
        if (entry.index === appliedIndex + 1) return undefined;
        if (entry.index === snapshotIndex + 1 && snapshotIndex > appliedIndex) return undefined;
        return `${member} applies index ${entry.index} after ${appliedIndex}`;
      },
      after(event) {
        if (event.kind !== 'applied') return undefined;
        const { entry, member } = event;
        const first = applied[entry.index];
        if (first === undefined) {
          applied[entry.index] = { entry, member };
          return undefined;
        }
        if (first.entry.term === entry.term && first.entry.digest === entry.digest) return undefined;
        const what = first.entry.term === entry.term ? `term ${entry.term}, other content` : `term ${entry.term}`;
        return `${member} applies at index ${entry.index} an entry of ${what}; ${first.member} applied one of term ${first.entry.term}`;
      },
    };
  },
};
