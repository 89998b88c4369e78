import { becomeFollower, describeOwnLog, describeRequest, handleVoteRequest, handleVoteResponse } from './elections.js';
import { encodedBytesOf, payloadBytesOf } from './entry-size.js';
import { hex } from './member-id.js';
import { appliedTo } from './membership.js';
import { newMessage } from './message.js';
import { propose } from './proposals.js';
import type { Raft } from './raft.js';
import { forwardReadIndex, handleReadConfirmation, leaderReadIndex } from './reads.js';
import { handleAppend, handleAppendResponse, handleHeartbeat, maybeSendAppend } from './replication.js';
import { handleSnapshot, handleSnapshotStatus } from './snapshots.js';
import type { Progress } from './tracker/progress.js';
import { forwardTransfer, handleTimeoutNow, startTransfer } from './transfer.js';
import { type Entry, type MemberId, type Message, NONE, type Snapshot, type StepError } from './types.js';

/** Takes a message. etcd: raft.Step. */
export function step(raft: Raft, message: Message): StepError {
  const { tracer } = raft;
  if (tracer === undefined) return take(raft, message);
  tracer.stepping(raft, message);
  const error = take(raft, message);
  tracer.stepped(raft);
  return error;
}

/** First its term is compared with ours, then our role decides. */
function take(raft: Raft, message: Message): StepError {
  // Term 0 marks what has no term: proposals, reads, and a node's word to itself.
  if (message.term !== 0 && message.term !== raft.term) {
    if (message.term > raft.term) {
      if (!takeHigherTerm(raft, message)) return undefined;
    } else if (raft.rules.ignoresLowerTerm(raft, message)) {
      answerLowerTerm(raft, message);
      return undefined;
    }
  }
  switch (message.type) {
    case 'MsgStorageAppendResp':
      entriesStored(raft, message.index, message.logTerm, message.snapshot);
      return undefined;
    case 'MsgStorageApplyResp':
      entriesApplied(raft, message.entries);
      return undefined;
    case 'MsgVote':
    case 'MsgPreVote':
      handleVoteRequest(raft, message);
      return undefined;
    case 'MsgProp':
      return propose(raft, message.from, message.entries);
    default:
      if (raft.state === 'StateLeader') stepLeader(raft, message);
      else if (raft.state === 'StateFollower') stepFollower(raft, message);
      else stepCandidate(raft, message);
      return undefined;
  }
}

/** False if the message ends here: a vote request during a leader's lease. */
function takeHigherTerm(raft: Raft, message: Message): boolean {
  const { type, from, term } = message;
  if ((type === 'MsgVote' || type === 'MsgPreVote') && raft.rules.isLeaseHeld(raft, message)) {
    raft.logger?.(
      'INFO',
      `${describeOwnLog(raft)} ignored ${type} from ${describeRequest(message)} at term ${raft.term}: lease is not expired (remaining ticks: ${raft.config.electionTick - raft.electionElapsed})`,
    );
    return false;
  }
  if (!raft.rules.yieldsToHigherTerm(raft, message)) return true;
  raft.logger?.(
    'INFO',
    `${hex(raft.id)} [term: ${raft.term}] received a ${type} message with higher term from ${hex(from)} [term: ${term}]`,
  );
  // Only a leader sends these three.
  const isLeader = type === 'MsgApp' || type === 'MsgHeartbeat' || type === 'MsgSnap';
  becomeFollower(raft, term, isLeader ? from : NONE);
  return true;
}

function answerLowerTerm(raft: Raft, message: Message): void {
  const { type, from, term } = message;
  if ((raft.config.checkQuorum || raft.config.preVote) && (type === 'MsgHeartbeat' || type === 'MsgApp')) {
    // We may have been cut off and raised our term in vain. Leases keep our vote requests from that leader, so this
    // answer's term is what makes it step down and lets us back in.
    raft.sendAfterAppend(newMessage('MsgAppResp', raft.id, from, raft.term));
  } else if (type === 'MsgPreVote') {
    // Told our term, the candidate does not keep asking in vain.
    raft.logger?.(
      'INFO',
      `${describeOwnLog(raft)} rejected ${type} from ${describeRequest(message)} at term ${raft.term}`,
    );
    raft.sendAfterAppend(newMessage('MsgPreVoteResp', raft.id, from, raft.term, 0, 0, undefined, 0, true));
  } else if (type === 'MsgStorageAppendResp') {
    storedInTerm(raft, term, message.index, message.logTerm, message.snapshot);
  } else {
    raft.logger?.(
      'INFO',
      `${hex(raft.id)} [term: ${raft.term}] ignored a ${type} message with lower term from ${hex(from)} [term: ${term}]`,
    );
  }
}

/**
 * Storage holds what it was given in `term`: entries up to (index, logTerm), 0 for none, and perhaps a snapshot.
 *
 * Entries stored in an earlier term may be overwritten by a write still under way, so they count for nothing.
 */
export function storedInTerm(
  raft: Raft,
  term: number,
  index: number,
  logTerm: number,
  snapshot: Snapshot | undefined,
): void {
  if (term === raft.term) {
    entriesStored(raft, index, logTerm, snapshot);
    return;
  }
  if (index !== 0) {
    raft.logger?.(
      'INFO',
      `${hex(raft.id)} [term: ${raft.term}] ignored entry appends from a MsgStorageAppendResp message with lower term [term: ${term}]`,
    );
  }
  if (snapshot !== undefined) snapshotStored(raft, snapshot);
}

function entriesStored(raft: Raft, index: number, logTerm: number, snapshot: Snapshot | undefined): void {
  if (index !== 0) raft.log.unstable.stableTo(index, logTerm);
  if (snapshot !== undefined) snapshotStored(raft, snapshot);
}

function snapshotStored(raft: Raft, snapshot: Snapshot): void {
  raft.log.unstable.stableSnapshotTo(snapshot.index);
  appliedTo(raft, snapshot.index, 0);
}

/** The state machine has applied `entries`. */
export function entriesApplied(raft: Raft, entries: readonly Entry[]): void {
  if (entries.length === 0) return;
  appliedTo(raft, entries[entries.length - 1]!.index, encodedBytesOf(entries));
  raft.uncommittedBytes = Math.max(0, raft.uncommittedBytes - payloadBytesOf(entries));
}

function stepLeader(raft: Raft, message: Message): void {
  if (message.type === 'MsgReadIndex') {
    leaderReadIndex(raft, message);
    return;
  }
  if (message.type === 'MsgForgetLeader') return;
  const peer = raft.tracker.progress(message.from);
  if (peer === undefined) {
    raft.logger?.('DEBUG', `${hex(raft.id)} no progress available for ${hex(message.from)}`);
    return;
  }
  switch (message.type) {
    case 'MsgAppResp':
      handleAppendResponse(raft, message, peer);
      break;
    case 'MsgHeartbeatResp':
      handleHeartbeatResponse(raft, message, peer);
      break;
    case 'MsgSnapStatus':
      handleSnapshotStatus(raft, message.from, peer, message.reject);
      break;
    case 'MsgUnreachable':
      // A lost optimistic message would go unnoticed for long, so ask again where the peer is.
      if (peer.state === 'StateReplicate') peer.becomeProbe();
      raft.logger?.(
        'DEBUG',
        `${hex(raft.id)} failed to send message to ${hex(message.from)} because it is unreachable [${peer.describe()}]`,
      );
      break;
    case 'MsgTransferLeader':
      startTransfer(raft, message.from, peer);
      break;
    default:
      break;
  }
}

function handleHeartbeatResponse(raft: Raft, response: Message, peer: Progress): void {
  peer.recentActive = true;
  peer.paused = false;
  // A peer that probes or lacks entries gets a MsgApp: an earlier one may be lost.
  if (peer.match < raft.log.lastIndex() || peer.state === 'StateProbe') {
    maybeSendAppend(raft, response.from, peer, true);
  }
  handleReadConfirmation(raft, response);
}

function stepCandidate(raft: Raft, message: Message): void {
  switch (message.type) {
    case 'MsgApp':
    case 'MsgHeartbeat':
    case 'MsgSnap':
      // Somebody else has won our term.
      becomeFollower(raft, message.term, message.from);
      stepFollower(raft, message);
      break;
    case 'MsgVoteResp':
      if (raft.state === 'StateCandidate') handleVoteResponse(raft, message);
      break;
    case 'MsgPreVoteResp':
      if (raft.state === 'StatePreCandidate') handleVoteResponse(raft, message);
      break;
    case 'MsgTimeoutNow':
      raft.logger?.(
        'DEBUG',
        `${hex(raft.id)} [term ${raft.term} state ${raft.state}] ignored MsgTimeoutNow from ${hex(message.from)}`,
      );
      break;
    default:
      break;
  }
}

function stepFollower(raft: Raft, message: Message): void {
  switch (message.type) {
    case 'MsgApp':
      hearFromLeader(raft, message.from);
      handleAppend(raft, message);
      break;
    case 'MsgHeartbeat':
      hearFromLeader(raft, message.from);
      handleHeartbeat(raft, message);
      break;
    case 'MsgSnap':
      hearFromLeader(raft, message.from);
      handleSnapshot(raft, message);
      break;
    case 'MsgTransferLeader':
      forwardTransfer(raft, message.from);
      break;
    case 'MsgForgetLeader':
      forgetLeader(raft);
      break;
    case 'MsgTimeoutNow':
      handleTimeoutNow(raft, message);
      break;
    case 'MsgReadIndex':
      forwardReadIndex(raft, message);
      break;
    case 'MsgReadIndexResp':
      raft.readStates.push({ index: message.index, context: message.context });
      break;
    default:
      break;
  }
}

function hearFromLeader(raft: Raft, leader: MemberId): void {
  raft.electionElapsed = 0;
  raft.lead = leader;
}

/** With lease-based reads the leader counts on its followers' memory, so they keep it. */
function forgetLeader(raft: Raft): void {
  if (raft.config.readOnlyOption === 'lease-based') {
    raft.logger?.('ERROR', 'ignoring MsgForgetLeader due to ReadOnlyLeaseBased');
    return;
  }
  if (raft.lead === NONE) return;
  raft.logger?.('INFO', `${hex(raft.id)} forgetting leader ${hex(raft.lead)} at term ${raft.term}`);
  raft.lead = NONE;
}
