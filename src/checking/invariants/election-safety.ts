import { type Invariant, milliseconds } from './invariant.js';

/** Source: Raft paper §5.2, figure 3. */
export const electionSafety: Invariant = {
  property: 'Election Safety',
  meaning: 'at most one leader can be elected in a given term',
  start() {
    const leaders = new Map<number, { readonly member: string; readonly atUs: number }>();
    return {
      after(event) {
        if (event.kind !== 'became-leader') return undefined;
        const { term, member, atUs } = event;
        const first = leaders.get(term);
        if (first === undefined) leaders.set(term, { member, atUs });
        if (first === undefined || first.member === member) return undefined;
        const since = `${first.member} since ${milliseconds(first.atUs)}, ${member} since ${milliseconds(atUs)}`;
        return `term ${term} has two leaders: ${since}`;
      },
    };
  },
};
