import type { Invariant } from './invariant.js';

/** Source: Raft paper §5.3, figure 2: commitIndex and lastApplied increase monotonically; applied <= committed. */
export const monotoneCommit: Invariant = {
  property: 'Monotone Commit',
  meaning: 'the commit index of a running member never falls, and nothing is applied beyond it',
  start(view) {
    return {
      before(event) {
        const { commitIndex } = view.member(event.member);
        if (event.kind === 'commit-advanced' && event.index < commitIndex) {
          return `${event.member} goes from commit index ${commitIndex} back to ${event.index}`;
        }
        if (event.kind === 'applied' && event.entry.index > commitIndex) {
          return `${event.member} applies index ${event.entry.index}, but its commit index is ${commitIndex}`;
        }
        return undefined;
      },
      after(event) {
        if (event.kind !== 'commit-advanced') return undefined;
        const { committed } = view;
        const { index, entryTerm, member } = event;
        if (committed.lastIndex !== index || committed.termAt(index) === entryTerm) return undefined;
        return `${member} commits index ${index} with term ${entryTerm}; it was committed with term ${committed.termAt(index)}`;
      },
    };
  },
};
