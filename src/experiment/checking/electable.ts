import type { Member } from '../../etcd/index.js';

/**
 * Whether any of these members could win an election by the rules of Raft, all of them reached by all.
 *
 * Not so after some changes of membership: who knows of the last one may be out of the configuration, with a log that
 * is newer than that of those who still need its vote. And without PreVote nobody tells a candidate of a later term that
 * a member raises again and again, if that one's configuration leaves the candidate out: the candidate's term never
 * reaches it. Both are so in etcd; an operator who waits for the change to reach everybody never meets them.
 *
 * @param members that run and are not kept from work
 */
export function someoneCanWin(members: readonly Member[], preVote: boolean): boolean {
  return members.some((candidate) => {
    if (!candidate.electors.includes(candidate.id)) return false;
    const votes = members.filter((voter) => mayVoteFor(voter, candidate, preVote)).map(({ id }) => id);
    const incoming = candidate.voters;
    const outgoing = candidate.electors.slice(incoming.length);
    return [incoming, outgoing].every((half) => {
      const granted = half.filter((id) => votes.includes(id)).length;
      return half.length === 0 || 2 * granted > half.length;
    });
  });
}

function mayVoteFor(voter: Member, candidate: Member, preVote: boolean): boolean {
  if (voter === candidate) return true;
  const own = voter.lastEntry;
  const its = candidate.lastEntry;
  const isNewEnough = its.term > own.term || (its.term === own.term && its.index >= own.index);
  const hearsOfTerms = preVote || voter.term <= candidate.term || voter.electors.includes(candidate.id);
  return isNewEnough && hearsOfTerms;
}
