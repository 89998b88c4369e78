import { jointVote } from '../../src/raft/quorum/joint.js';
import { majorityIndex, majorityVote } from '../../src/raft/quorum/majority.js';
import type { Raft } from '../../src/raft/raft.js';
import { etcdRules, type RaftRules } from '../../src/raft/rules.js';
import { isJoint } from '../../src/raft/tracker/configuration.js';

/** A mistake that an implementation of Raft could make: one rule replaced. */
export interface SeededFault {
  readonly name: string;
  /** Part of the name of a claim that must fail with it. */
  readonly caughtBy: string;
  readonly rules: Partial<RaftRules>;
}

/** Each must be caught by some claim; each rule is broken by some fault. */
export const seededFaults: readonly SeededFault[] = [
  // Elections.
  { name: 'a second vote in one term', caughtBy: 'a follower votes once in a term', rules: { mayVote: () => true } },
  {
    name: 'a vote without the log check',
    caughtBy: 'does not vote for a candidate whose log is older',
    rules: { isLogNewEnough: () => true },
  },
  {
    name: 'a log check by length alone',
    caughtBy: 'does not vote for a candidate whose log is older',
    rules: { isLogNewEnough: (raft, request) => request.index >= raft.log.lastIndex() },
  },
  {
    name: 'a grant that does not reset the timer',
    caughtBy: 'a granted vote gives the candidate a whole election timeout',
    rules: {
      voteGranted: (raft, candidate) => {
        raft.vote = candidate;
      },
    },
  },
  {
    name: 'a grant that is not remembered',
    caughtBy: 'a StateFollower gives its vote in a newer term',
    rules: {
      voteGranted: (raft) => {
        raft.electionElapsed = 0;
      },
    },
  },
  {
    name: 'a transfer blocked by the lease',
    caughtBy: 'a transfer to an up-to-date member succeeds, and back (checkQuorum)',
    rules: { isLeaseHeld: (raft, request) => etcdRules.isLeaseHeld(raft, { ...request, context: undefined }) },
  },
  {
    name: 'no lease at all',
    caughtBy: 'a follower that hears its leader ignores campaigns',
    rules: { isLeaseHeld: () => false },
  },
  {
    name: 'a joint election won by one half',
    caughtBy: 'needs a majority of both halves',
    rules: {
      electionResult: (raft) => {
        const { incoming, outgoing } = raft.tracker.configuration.voters;
        const vote = raft.tracker.vote.bind(raft.tracker);
        const both = jointVote({ incoming, outgoing }, vote);
        return outgoing.length > 0 && majorityVote(outgoing, vote) === 'VoteWon' ? 'VoteWon' : both;
      },
    },
  },
  {
    name: 'a joint election decided by the incoming half alone',
    caughtBy: 'needs a majority of both halves',
    rules: {
      electionResult: (raft) => majorityVote(raft.tracker.configuration.voters.incoming, (id) => raft.tracker.vote(id)),
    },
  },
  {
    name: 'a campaigning learner',
    caughtBy: 'a learner neither times out nor campaigns',
    rules: {
      isPromotable: (raft) => raft.tracker.progress(raft.id) !== undefined && raft.log.unstable.snapshot === undefined,
    },
  },
  {
    name: 'a campaign before a snapshot is stored',
    caughtBy: 'campaigns not before it is stored',
    rules: { isPromotable: (raft) => raft.tracker.progress(raft.id)?.isLearner === false },
  },
  {
    name: 'a campaign over an unapplied configuration change',
    caughtBy: 'does not campaign before it has applied it',
    rules: { mustApplyBeforeCampaign: () => false },
  },
  {
    name: 'a higher term that is not followed',
    caughtBy: 'takes over a higher term that it meets',
    rules: { yieldsToHigherTerm: () => false },
  },
  {
    name: 'a pre-vote that raises the term',
    caughtBy: 'grants a pre-vote for a newer term and stays what it is',
    rules: { yieldsToHigherTerm: () => true },
  },
  {
    name: 'a stale message that is taken',
    caughtBy: 'a message with a stale term changes nothing',
    rules: { ignoresLowerTerm: () => false },
  },
  {
    name: 'a leader that stays without a quorum',
    caughtBy: 'that no majority answers for an election timeout steps down',
    rules: { isQuorumActive: () => true },
  },

  // Replication.
  {
    name: 'a minority commit',
    caughtBy: 'committed exactly when a majority has acknowledged it',
    rules: { quorumIndex: (raft) => indexOf(raft, (count) => Math.max(1, count >> 1)) },
  },
  {
    name: 'a commit by all instead of a majority',
    caughtBy: 'committed exactly when a majority has acknowledged it',
    rules: { quorumIndex: (raft) => indexOf(raft, (count) => count) },
  },
  {
    name: 'a joint commit by one half',
    caughtBy: 'commits what a majority of each half holds',
    rules: {
      quorumIndex: (raft) => majorityIndex(matches(raft, raft.tracker.configuration.voters.incoming), halfSize(raft)),
    },
  },
  {
    name: "an older term's entry committed by counting",
    caughtBy: 'figure 8: a leader commits by counting only what is of its own term',
    rules: { mayCommit: () => true },
  },
  {
    name: 'a follower that commits past the message',
    caughtBy: 'MsgApp behind 1/1 with terms [] and commit 3',
    rules: { followerCommit: (raft, commit) => Math.min(commit, raft.log.lastIndex()) },
  },
  {
    name: "acknowledging the last index instead of the message's",
    caughtBy: 'MsgApp behind 1/1 with terms [] and commit 1',
    rules: { acknowledgedIndex: (raft) => raft.log.lastIndex() },
  },
  {
    name: 'a heartbeat with the whole commit index',
    caughtBy: 'tells no commit index beyond what the follower is known to hold',
    rules: { heartbeatCommit: (raft) => raft.log.committed },
  },
  {
    name: 'a snapshot sent to an inactive peer',
    caughtBy: 'has not been heard of lately gets no snapshot',
    rules: { maySendSnapshot: () => true },
  },
  {
    name: 'an old snapshot restored',
    caughtBy: 'a snapshot from before the compaction is ignored',
    rules: { takesSnapshot: () => true },
  },
  {
    name: 'unstable entries handed out for apply',
    caughtBy: 'handed out once they are stored, not before',
    rules: { mayApplyUnstable: () => true },
  },
  {
    name: 'a promise that leaves before it is stored',
    caughtBy: 'leave with the answer of the storage thread only',
    rules: { waitsForStorage: () => false },
  },

  // Membership, transfer, reads.
  {
    name: 'a second configuration change while one is unapplied',
    caughtBy: 'bars the next until it is applied',
    rules: {
      refuseConfChange: (raft, change) => {
        const pending = raft.pendingConfIndex;
        raft.pendingConfIndex = 0;
        const reason = etcdRules.refuseConfChange(raft, change);
        raft.pendingConfIndex = pending;
        return reason;
      },
    },
  },
  {
    name: 'a change of a joint configuration',
    caughtBy: 'takes no other change than to leave it',
    rules: {
      refuseConfChange: (raft, change) =>
        isJoint(raft.tracker.configuration) ? undefined : etcdRules.refuseConfChange(raft, change),
    },
  },
  {
    name: 'no commit re-check after a change',
    caughtBy: 'commits what the smaller quorum holds',
    rules: { commitsAfterConfChange: () => false },
  },
  {
    name: 'a joint configuration that is never left',
    caughtBy: 'a joint change is left by itself',
    rules: { mayLeaveJoint: () => false },
  },
  {
    name: 'a joint configuration left again and again',
    caughtBy: 'is left once, whatever is applied meanwhile',
    rules: { mayLeaveJoint: (raft) => raft.tracker.configuration.autoLeave },
  },
  {
    name: 'a transfer to a member that lags',
    caughtBy: 'a member that lags is caught up first',
    rules: { mayTakeOver: () => true },
  },
  {
    name: 'a read by a leader that has committed nothing yet',
    caughtBy: 'answers no read before it has committed in its own term',
    rules: { mayAnswerReads: () => true },
  },
  {
    name: 'a read confirmed by one answer',
    caughtBy: 'a read waits for a majority to answer',
    rules: { confirmedReads: () => Number.POSITIVE_INFINITY },
  },
];

/** The index that `needed(voters)` members have reached. */
function indexOf(raft: Raft, needed: (voters: number) => number): number {
  const { incoming } = raft.tracker.configuration.voters;
  const sorted = matches(raft, incoming).sort((a, b) => b - a);
  return sorted[needed(sorted.length) - 1]!;
}

function matches(raft: Raft, ids: readonly Raft['id'][]): number[] {
  return ids.map((id) => raft.tracker.progress(id)!.match);
}

function halfSize(raft: Raft): number {
  return raft.tracker.configuration.voters.incoming.length;
}
