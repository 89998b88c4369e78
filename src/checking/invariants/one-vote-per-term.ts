import type { Invariant } from './invariant.js';

/** Source: Raft paper §5.2; figure 2, persistent state `votedFor`. It outlives a crash. */
export const oneVotePerTerm: Invariant = {
  property: 'One Vote per Term',
  meaning: 'a member gives one durable vote in a term',
  start() {
    const votes = new Map<string, { readonly term: number; readonly candidate: string | undefined }>();
    return {
      after(event) {
        if (event.kind !== 'vote-persisted') return undefined;
        const { member, term, candidate } = event;
        const before = votes.get(member);
        votes.set(member, { term, candidate });
        if (before?.term !== term || before.candidate === undefined || before.candidate === candidate) return undefined;
        const now = candidate === undefined ? 'takes its vote back' : `votes for ${candidate} too`;
        return `${member} voted for ${before.candidate} in term ${term} and ${now}`;
      },
    };
  },
};
