import type { VoterSet } from './event.js';

/** Whether these members decide: a majority of the voters, and of the outgoing ones if there are any. Raft paper §6. */
export function isQuorum({ voters, votersOutgoing }: VoterSet, has: (member: string) => boolean): boolean {
  return isMajority(voters, has) && (votersOutgoing.length === 0 || isMajority(votersOutgoing, has));
}

function isMajority(voters: readonly string[], has: (member: string) => boolean): boolean {
  let count = 0;
  for (const voter of voters) if (has(voter)) count++;
  return 2 * count > voters.length;
}

/** Members whose subsets can still be listed: far more than any cluster has. */
const MOST_VOTERS = 16;

/**
 * A quorum of `a` that shares no member with one of `b`; undefined if every two meet.
 *
 * Tries each subset of the voters of `a`. @param a with at most 16 voters, outgoing ones included
 */
export function disjointQuorum(a: VoterSet, b: VoterSet): readonly string[] | undefined {
  const members = [...new Set([...a.voters, ...a.votersOutgoing])].sort();
  if (members.length > MOST_VOTERS) return undefined;
  for (let subset = 1; subset < 1 << members.length; subset++) {
    const chosen = members.filter((_, i) => (subset >> i) & 1);
    if (isQuorum(a, (member) => chosen.includes(member)) && isQuorum(b, (member) => !chosen.includes(member))) {
      return chosen;
    }
  }
  return undefined;
}

/** `m1 m2 m3`, `m1 m2 and m2 m3` while joint. */
export function describeVoters({ voters, votersOutgoing }: VoterSet): string {
  const incoming = [...voters].sort().join(' ');
  return votersOutgoing.length === 0 ? incoming : `${incoming} and ${[...votersOutgoing].sort().join(' ')}`;
}
