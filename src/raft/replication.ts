import { payloadBytesOf } from './entry-size.js';
import { violated } from './invariant.js';
import { hex } from './member-id.js';
import { NO_ENTRIES, newMessage } from './message.js';
import type { Raft } from './raft.js';
import { answerPostponedReads } from './reads.js';
import { sendSnapshot } from './snapshots.js';
import type { Progress } from './tracker/progress.js';
import { continueTransfer } from './transfer.js';
import type { Entry, MemberId, Message } from './types.js';

/** Every new leader's first entry: committing it commits what earlier terms left. */
export function appendEmptyEntry(raft: Raft): void {
  const entry: Entry = {
    term: raft.term,
    index: raft.log.lastIndex() + 1,
    type: 'EntryNormal',
    data: undefined,
    dataBytes: 0,
    confChange: undefined,
  };
  if (!appendEntry(raft, entry)) violated('the empty entry was refused', raft.facts());
}

/**
 * Appends proposals to the leader's log with its term and their indexes; none of them if that exceeds the size limit of
 * the uncommitted tail (which an empty tail, or entries without payload, never do).
 *
 * @returns whether they were taken
 */
export function appendEntries(raft: Raft, proposals: readonly Entry[]): boolean {
  if (!reserveUncommitted(raft, payloadBytesOf(proposals))) return false;
  const { log, term } = raft;
  let index = log.lastIndex();
  for (const proposal of proposals) {
    index++;
    const { type, data, dataBytes, confChange } = proposal;
    const entry: Entry =
      proposal.isRefusedChange === undefined
        ? { term, index, type, data, dataBytes, confChange }
        : { ...proposal, term, index };
    raft.tracer?.appending(raft, entry);
    log.unstable.push(entry);
  }
  acknowledgeOwn(raft, index);
  return true;
}

/** As appendEntries, for one entry that carries the term and the next index already. */
export function appendEntry(raft: Raft, entry: Entry): boolean {
  if (!reserveUncommitted(raft, entry.dataBytes)) return false;
  raft.tracer?.appending(raft, entry);
  raft.log.unstable.push(entry);
  acknowledgeOwn(raft, entry.index);
  return true;
}

/** The leader's own acknowledgement counts once it has stored the entries, as any other. */
function acknowledgeOwn(raft: Raft, index: number): void {
  raft.sendAfterAppend(newMessage('MsgAppResp', raft.id, raft.id, raft.term, 0, index));
}

function reserveUncommitted(raft: Raft, bytes: number): boolean {
  if (raft.uncommittedBytes > 0 && bytes > 0 && raft.uncommittedBytes + bytes > raft.maxUncommittedBytes) {
    raft.logger?.(
      'WARN',
      `${hex(raft.id)} appending new entries to log would exceed uncommitted entry size limit; dropping proposal`,
    );
    return false;
  }
  raft.uncommittedBytes += bytes;
  return true;
}

export function broadcastAppend(raft: Raft): void {
  const { ids, peers } = raft.tracker;
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] !== raft.id) maybeSendAppend(raft, ids[i]!, peers[i]!, true);
  }
}

/** As broadcastAppend, leaving out those that lack nothing. */
export function broadcastEntries(raft: Raft): void {
  const { ids, peers } = raft.tracker;
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] !== raft.id) maybeSendAppend(raft, ids[i]!, peers[i]!, false);
  }
}

/**
 * Sends a peer the entries from its `next` on, as many as one message and its window take; a snapshot if they are
 * compacted. etcd: raft.maybeSendAppend.
 *
 * @param evenIfEmpty send a message without entries too: it tells the commit index
 * @returns whether a message went out
 */
export function maybeSendAppend(raft: Raft, to: MemberId, peer: Progress, evenIfEmpty: boolean): boolean {
  if (peer.isPaused) return false;
  const { log } = raft;
  const prevIndex = peer.next - 1;
  const prevTerm = log.term(prevIndex);
  if (typeof prevTerm !== 'number') return sendSnapshot(raft, to, peer);

  let entries = NO_ENTRIES;
  // A full window still lets the commit index through.
  if (peer.state !== 'StateReplicate' || !peer.inflights.full) {
    const found = log.entriesFrom(peer.next, raft.config.maxSizePerMsg);
    if (found === 'compacted') return evenIfEmpty && sendSnapshot(raft, to, peer);
    entries = found;
  }
  if (entries.length === 0 && !evenIfEmpty) return false;

  raft.send(newMessage('MsgApp', raft.id, to, raft.term, prevTerm, prevIndex, entries, log.committed));
  peer.sentEntries(entries.length, payloadBytesOf(entries));
  peer.sentCommit = log.committed;
  return true;
}

export function broadcastHeartbeat(raft: Raft): void {
  const context = raft.readOnly.heartbeatContext();
  const { ids, peers } = raft.tracker;
  for (let i = 0; i < ids.length; i++) {
    const to = ids[i]!;
    if (to === raft.id) continue;
    const commit = raft.rules.heartbeatCommit(raft, peers[i]!);
    raft.send(newMessage('MsgHeartbeat', raft.id, to, raft.term, 0, 0, NO_ENTRIES, commit, false, 0, context));
    peers[i]!.sentCommit = commit;
  }
}

/** A leader's MsgApp at a follower. Source: Raft paper §5.3, figure 2. */
export function handleAppend(raft: Raft, message: Message): void {
  const { log } = raft;
  const { from, index } = message;
  if (index < log.committed) {
    raft.sendAfterAppend(newMessage('MsgAppResp', raft.id, from, raft.term, 0, log.committed));
    return;
  }
  const lastNewIndex = log.maybeAppend(index, message.logTerm, message.entries);
  if (lastNewIndex >= 0) {
    log.commitTo(raft.rules.followerCommit(raft, message.commit, lastNewIndex));
    const acknowledged = raft.rules.acknowledgedIndex(raft, lastNewIndex);
    raft.sendAfterAppend(newMessage('MsgAppResp', raft.id, from, raft.term, 0, acknowledged));
    return;
  }
  raft.logger?.(
    'DEBUG',
    `${hex(raft.id)} [logterm: ${log.termOrZero(index)}, index: ${index}] rejected MsgApp [logterm: ${message.logTerm}, index: ${index}] from ${hex(from)}`,
  );
  // The hint skips our whole tail of terms newer than the leader's entry there: none of it can match.
  const hint = log.findConflictByTerm(Math.min(index, log.lastIndex()), message.logTerm);
  raft.sendAfterAppend(
    newMessage('MsgAppResp', raft.id, from, raft.term, log.termOrZero(hint), index, NO_ENTRIES, 0, true, hint),
  );
}

export function handleHeartbeat(raft: Raft, message: Message): void {
  raft.log.commitTo(message.commit);
  raft.send(
    newMessage('MsgHeartbeatResp', raft.id, message.from, raft.term, 0, 0, NO_ENTRIES, 0, false, 0, message.context),
  );
}

/** A follower's answer to MsgApp or MsgSnap (or the leader's own), at the leader. */
export function handleAppendResponse(raft: Raft, response: Message, peer: Progress): void {
  peer.recentActive = true;
  if (response.reject) handleRejection(raft, response, peer);
  else handleAcknowledgement(raft, response, peer);
}

function handleRejection(raft: Raft, response: Message, peer: Progress): void {
  const { from, index, logTerm, rejectHint } = response;
  raft.logger?.(
    'DEBUG',
    `${hex(raft.id)} received MsgAppResp(rejected, hint: (index ${rejectHint}, term ${logTerm})) from ${hex(from)} for index ${index}`,
  );
  // Seen from here: nothing of ours with a term above the follower's at the hint can match either.
  const hint = logTerm > 0 ? raft.log.findConflictByTerm(rejectHint, logTerm) : rejectHint;
  if (!peer.reject(index, hint)) return;
  raft.logger?.('DEBUG', `${hex(raft.id)} decreased progress of ${hex(from)} to [${peer.describe()}]`);
  if (peer.state === 'StateReplicate') peer.becomeProbe();
  maybeSendAppend(raft, from, peer, true);
}

function handleAcknowledgement(raft: Raft, response: Message, peer: Progress): void {
  const { from, index } = response;
  const { log } = raft;
  if (!peer.acknowledge(index) && (peer.match !== index || peer.state !== 'StateProbe')) return;

  if (peer.state === 'StateReplicate') {
    peer.inflights.freeThrough(index);
  } else if (peer.state === 'StateProbe') {
    peer.becomeReplicate();
  } else if (peer.match + 1 >= log.firstIndex()) {
    // What the peer holds joins our log, whatever snapshot it got there by.
    raft.logger?.(
      'DEBUG',
      `${hex(raft.id)} recovered from needing snapshot, resumed sending replication messages to ${hex(from)} [${peer.describe()}]`,
    );
    peer.becomeProbe();
    peer.becomeReplicate();
  }

  if (raft.maybeCommit()) {
    answerPostponedReads(raft);
    broadcastAppend(raft);
  } else if (from !== raft.id && peer.canBumpCommit(log.committed)) {
    maybeSendAppend(raft, from, peer, true);
  }
  if (from === raft.id) return;
  // One acknowledgement may have made room for several messages.
  while (maybeSendAppend(raft, from, peer, false));
  continueTransfer(raft, from, peer);
}
