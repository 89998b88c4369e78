// A property that holds at every moment: no member goes back behind what it has applied while it is up.
//
// Invariants watch the events of a run; they say what is wrong in a line, or nothing.

/** @type {import('etcdsim').Invariant} */
export default {
  property: 'Applied Order',
  meaning: 'a member applies no index twice while it is up',

  start() {
    const applied = new Map();
    return {
      after(event) {
        const { kind, member } = event;
        if (kind === 'restart') applied.set(member, event.appliedIndex);
        if (kind === 'snapshot-installed') applied.set(member, event.index);
        if (kind !== 'applied') return undefined;
        const before = applied.get(member) ?? 0;
        applied.set(member, event.entry.index);
        return event.entry.index > before ? undefined : `${member} applied ${event.entry.index} after ${before}`;
      },
    };
  },
};
