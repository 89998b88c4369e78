import type { VoteResult } from './quorum/majority.js';
import type { Raft } from './raft.js';
import { isJoint } from './tracker/configuration.js';
import type { Progress } from './tracker/progress.js';
import { type ConfChangeV2, type MemberId, type Message, NONE, type Snapshot } from './types.js';

/**
 * Raft's decisions, one small function each: what the safety argument rests on, apart from the bookkeeping around it.
 *
 * There is one sane set, `etcdRules`. A seeded fault ("mutant") is that set with a function replaced, handed in as
 * `RaftConfig.rules`; nothing but a test or a checker does so.
 */
export interface RaftRules {
  // Elections.

  /** Whether the vote is still free for the sender of this MsgVote or MsgPreVote, its log apart. §5.2 */
  mayVote(raft: Raft, request: Message): boolean;
  /** Whether the candidate's log is at least as new as ours. §5.4.1 */
  isLogNewEnough(raft: Raft, request: Message): boolean;
  /** A real vote was granted: remember it and give the candidate time. §5.2 */
  voteGranted(raft: Raft, candidate: MemberId): void;
  /** Whether a leader's lease makes us ignore a vote request. Thesis §6.4.1 */
  isLeaseHeld(raft: Raft, request: Message): boolean;
  /** Where our election stands. §5.2, §6 */
  electionResult(raft: Raft): VoteResult;
  /** Whether this member may campaign at all: a voter whose log is all there. */
  isPromotable(raft: Raft): boolean;
  /** Whether a campaign must wait for a committed configuration change. */
  mustApplyBeforeCampaign(raft: Raft): boolean;
  /** Whether a message with a higher term ends our term. §5.1 */
  yieldsToHigherTerm(raft: Raft, message: Message): boolean;
  /** Whether a message with a lower term is left out. §5.1 */
  ignoresLowerTerm(raft: Raft, message: Message): boolean;
  /** Whether a quorum has been heard of lately (CheckQuorum). Thesis §6.2 */
  isQuorumActive(raft: Raft): boolean;

  // Replication.

  /** The index that a quorum holds. §5.3, §6 */
  quorumIndex(raft: Raft): number;
  /** Whether the leader may commit up to `index`, which a quorum holds: an entry of its own term. §5.4.2 */
  mayCommit(raft: Raft, index: number): boolean;
  /** Where a follower commits to: what the leader says, as far as this message has shown the logs to agree. §5.3 */
  followerCommit(raft: Raft, messageCommit: number, lastNewIndex: number): number;
  /** The index a follower acknowledges after it took a message that ends at `lastNewIndex`. */
  acknowledgedIndex(raft: Raft, lastNewIndex: number): number;
  /** The commit index in a heartbeat: never beyond what the peer is known to hold. */
  heartbeatCommit(raft: Raft, peer: Progress): number;
  /** Whether a peer that lacks compacted entries gets a snapshot now. */
  maySendSnapshot(raft: Raft, peer: Progress): boolean;
  /** Whether a follower takes a snapshot: only one beyond its commit index. */
  takesSnapshot(raft: Raft, snapshot: Snapshot): boolean;
  /** Whether committed entries may be applied before storage holds them. */
  mayApplyUnstable(raft: Raft): boolean;
  /** Whether a response (a vote, an acknowledgement) waits for what it promises to be stored. */
  waitsForStorage(raft: Raft, response: Message): boolean;

  // Membership, transfer, reads.

  /** Why a proposed change must not enter the log; `undefined`: it may. */
  refuseConfChange(raft: Raft, change: ConfChangeV2): string | undefined;
  /** Whether a smaller quorum may have committed more: asked after a change. */
  commitsAfterConfChange(raft: Raft): boolean;
  /** Whether the leader may leave the joint configuration by itself now. */
  mayLeaveJoint(raft: Raft): boolean;
  /** Whether a transferee holds all of our log and may take over. Thesis §3.10 */
  mayTakeOver(raft: Raft, transferee: Progress): boolean;
  /** Whether the leader knows its commit index to be current: it has committed in its own term. Thesis §6.4 */
  mayAnswerReads(raft: Raft): boolean;
  /** How many reads a quorum has confirmed since the term began. Thesis §6.4 */
  confirmedReads(raft: Raft): number;
}

/** The campaign of a leadership transfer: a vote request with this context gets past a lease. */
export const CAMPAIGN_TRANSFER = 'CampaignTransfer';

/** As etcd decides. */
export const etcdRules: RaftRules = Object.freeze<RaftRules>({
  mayVote(raft, request) {
    return (
      raft.vote === request.from ||
      (raft.vote === NONE && raft.lead === NONE) ||
      (request.type === 'MsgPreVote' && request.term > raft.term)
    );
  },
  isLogNewEnough(raft, request) {
    return raft.log.isUpToDate(request.index, request.logTerm);
  },
  voteGranted(raft, candidate) {
    raft.electionElapsed = 0;
    raft.vote = candidate;
  },
  isLeaseHeld(raft, request) {
    if (request.context === CAMPAIGN_TRANSFER) return false;
    return raft.config.checkQuorum && raft.lead !== NONE && raft.electionElapsed < raft.config.electionTick;
  },
  electionResult(raft) {
    return raft.tracker.voteResult();
  },
  isPromotable(raft) {
    const self = raft.tracker.progress(raft.id);
    return self !== undefined && !self.isLearner && raft.log.unstable.snapshot === undefined;
  },
  mustApplyBeforeCampaign(raft) {
    return raft.hasUnappliedConfChange();
  },
  yieldsToHigherTerm(_raft, message) {
    // A pre-vote asks about a term that has not begun; granted, it comes back with that term.
    return message.type !== 'MsgPreVote' && (message.type !== 'MsgPreVoteResp' || message.reject);
  },
  ignoresLowerTerm() {
    return true;
  },
  isQuorumActive(raft) {
    return raft.tracker.quorumActive();
  },

  quorumIndex(raft) {
    return raft.tracker.committed();
  },
  mayCommit(raft, index) {
    return raft.log.matches(index, raft.term);
  },
  followerCommit(_raft, messageCommit, lastNewIndex) {
    return Math.min(messageCommit, lastNewIndex);
  },
  acknowledgedIndex(_raft, lastNewIndex) {
    return lastNewIndex;
  },
  heartbeatCommit(raft, peer) {
    return Math.min(peer.match, raft.log.committed);
  },
  maySendSnapshot(_raft, peer) {
    return peer.recentActive;
  },
  takesSnapshot(raft, snapshot) {
    return snapshot.index > raft.log.committed;
  },
  mayApplyUnstable(raft) {
    return !raft.config.asyncStorageWrites;
  },
  waitsForStorage() {
    return true;
  },

  refuseConfChange(raft, change) {
    const { applied } = raft.log;
    if (raft.pendingConfIndex > applied) {
      return `possible unapplied conf change at index ${raft.pendingConfIndex} (applied to ${applied})`;
    }
    const joint = isJoint(raft.tracker.configuration);
    const leaves = change.changes.length === 0;
    if (joint && !leaves) return 'must transition out of joint config first';
    if (!joint && leaves) return 'not in joint state; refusing empty conf change';
    return undefined;
  },
  commitsAfterConfChange(raft) {
    return raft.maybeCommit();
  },
  mayLeaveJoint(raft) {
    return raft.tracker.configuration.autoLeave && raft.log.applied >= raft.pendingConfIndex;
  },
  mayTakeOver(raft, transferee) {
    return transferee.match === raft.log.lastIndex();
  },
  mayAnswerReads(raft) {
    return raft.log.termOrZero(raft.log.committed) === raft.term;
  },
  confirmedReads(raft) {
    return raft.readOnly.quorumPosition(raft.tracker.configuration.voters);
  },
});
