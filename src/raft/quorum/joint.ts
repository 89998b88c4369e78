import type { MemberId } from '../types.js';
import { majorityCommitted, majorityVote, type VoteResult } from './majority.js';

/** The two halves of a joint configuration; `outgoing` is empty outside a transition. Each ascending, no id twice. */
export interface JointVoters {
  readonly incoming: readonly MemberId[];
  readonly outgoing: readonly MemberId[];
}

/**
 * The highest index that a majority of *each* half has reached.
 *
 * Source: Raft paper §6. etcd: quorum.JointConfig.CommittedIndex.
 */
export function jointCommitted(voters: JointVoters, acknowledged: (id: MemberId) => number | undefined): number {
  return Math.min(majorityCommitted(voters.incoming, acknowledged), majorityCommitted(voters.outgoing, acknowledged));
}

/** Both halves must win; one lost half loses. */
export function jointVote(voters: JointVoters, vote: (id: MemberId) => boolean | undefined): VoteResult {
  const incoming = majorityVote(voters.incoming, vote);
  const outgoing = majorityVote(voters.outgoing, vote);
  if (incoming === outgoing) return incoming;
  if (incoming === 'VoteLost' || outgoing === 'VoteLost') return 'VoteLost';
  return 'VotePending';
}

/** All voters of both halves, ascending, each once. */
export function jointIds(voters: JointVoters): MemberId[] {
  if (voters.outgoing.length === 0) return [...voters.incoming];
  return [...new Set([...voters.incoming, ...voters.outgoing])].sort((a, b) => a - b);
}

export function isVoter(voters: JointVoters, id: MemberId): boolean {
  return voters.incoming.includes(id) || voters.outgoing.includes(id);
}
