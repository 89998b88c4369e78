import type { Invariant } from './invariant.js';

/** Source: Raft paper §5.1. Between a crash and a restart only the durable term binds. */
export const monotoneTerm: Invariant = {
  property: 'Monotone Term',
  meaning: 'the term of a member never falls',
  start(view) {
    return {
      before(event) {
        const { term, durableTerm } = view.member(event.member);
        if (event.kind === 'term-changed' && event.term < term) {
          return `${event.member} goes from term ${term} back to ${event.term}`;
        }
        if ((event.kind === 'vote-persisted' || event.kind === 'restart') && event.term < durableTerm) {
          const how = event.kind === 'restart' ? 'restarts with' : 'writes';
          return `${event.member} ${how} term ${event.term}, but had ${durableTerm} on disk`;
        }
        return undefined;
      },
    };
  },
};
