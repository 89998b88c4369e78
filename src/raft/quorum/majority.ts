import type { MemberId } from '../types.js';

export type VoteResult = 'VotePending' | 'VoteLost' | 'VoteWon';

/** How many of `voters` members are a majority. */
function majoritySize(voters: number): number {
  return (voters >> 1) + 1;
}

/**
 * The highest index that a majority has reached, given every voter's index.
 *
 * Source: Raft paper §5.3. etcd: quorum.MajorityConfig.CommittedIndex.
 *
 * @param indexes the first `count` elements, one per voter, any order; left sorted ascending
 * @returns an index; Infinity for no voters, so that an empty half of a joint configuration decides nothing
 */
export function majorityIndex(indexes: number[], count: number): number {
  if (count === 0) return Number.POSITIVE_INFINITY;
  // Insertion sort: a handful of numbers, in place, no comparator to call.
  for (let i = 1; i < count; i++) {
    const index = indexes[i]!;
    let j = i - 1;
    while (j >= 0 && indexes[j]! > index) {
      indexes[j + 1] = indexes[j]!;
      j--;
    }
    indexes[j + 1] = index;
  }
  return indexes[count - majoritySize(count)]!;
}

/**
 * As majorityIndex, asking for each voter's index.
 *
 * @param acknowledged a voter's index, or `undefined` if it has not been heard of (counts as 0)
 */
export function majorityCommitted(
  voters: readonly MemberId[],
  acknowledged: (id: MemberId) => number | undefined,
): number {
  return majorityIndex(
    voters.map((id) => acknowledged(id) ?? 0),
    voters.length,
  );
}

/**
 * Where an election stands among `voters`; no voters win by convention, as in majorityIndex.
 *
 * @param vote a voter's answer, or `undefined` while it is missing
 */
export function majorityVote(voters: readonly MemberId[], vote: (id: MemberId) => boolean | undefined): VoteResult {
  if (voters.length === 0) return 'VoteWon';
  let granted = 0;
  let missing = 0;
  for (const id of voters) {
    const answer = vote(id);
    if (answer === undefined) missing++;
    else if (answer) granted++;
  }
  const needed = majoritySize(voters.length);
  if (granted >= needed) return 'VoteWon';
  return granted + missing >= needed ? 'VotePending' : 'VoteLost';
}
