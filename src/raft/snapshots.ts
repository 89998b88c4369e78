import { restore } from './confchange/restore.js';
import { becomeFollower } from './elections.js';
import { violated } from './invariant.js';
import { hex } from './member-id.js';
import { changeContext, installMembership } from './membership.js';
import { NO_ENTRIES, newMessage } from './message.js';
import type { Raft } from './raft.js';
import { isInConfState } from './tracker/configuration.js';
import type { Progress } from './tracker/progress.js';
import { type ConfState, type MemberId, type Message, NONE, type Snapshot } from './types.js';

/** Sends storage's snapshot to a peer whose next entries are compacted; false if it must wait. */
export function sendSnapshot(raft: Raft, to: MemberId, peer: Progress): boolean {
  if (!raft.rules.maySendSnapshot(raft, peer)) {
    raft.logger?.('DEBUG', `ignore sending snapshot to ${hex(to)} since it is not recently active`);
    return false;
  }
  const { log } = raft;
  const snapshot = log.snapshot();
  if (snapshot === 'snapshot-temporarily-unavailable') {
    raft.logger?.(
      'DEBUG',
      `${hex(raft.id)} failed to send snapshot to ${hex(to)} because snapshot is temporarily unavailable`,
    );
    return false;
  }
  if (snapshot.index === 0) violated('storage has compacted entries without a snapshot of them', raft.facts());
  raft.logger?.(
    'DEBUG',
    `${hex(raft.id)} [firstindex: ${log.firstIndex()}, commit: ${log.committed}] sent snapshot[index: ${snapshot.index}, term: ${snapshot.term}] to ${hex(to)} [${peer.describe()}]`,
  );
  peer.becomeSnapshot(snapshot.index);
  raft.logger?.('DEBUG', `${hex(raft.id)} paused sending replication messages to ${hex(to)} [${peer.describe()}]`);
  raft.send(newMessage('MsgSnap', raft.id, to, raft.term, 0, 0, NO_ENTRIES, 0, false, 0, undefined, snapshot));
  return true;
}

/** A MsgSnap at a follower: restore it, or acknowledge what we hold already. Source: Raft paper §7. */
export function handleSnapshot(raft: Raft, message: Message): void {
  const { snapshot } = message;
  if (snapshot === undefined) violated('a MsgSnap came without a snapshot', { ...raft.facts(), from: message.from });
  const { log } = raft;
  const restored = restoreSnapshot(raft, snapshot);
  raft.logger?.(
    'INFO',
    `${hex(raft.id)} [commit: ${log.committed}] ${restored ? 'restored' : 'ignored'} snapshot [index: ${snapshot.index}, term: ${snapshot.term}]`,
  );
  const acknowledged = restored ? log.lastIndex() : log.committed;
  raft.sendAfterAppend(newMessage('MsgAppResp', raft.id, message.from, raft.term, 0, acknowledged));
}

/** True if the log and the configuration now are the snapshot's; false if it had nothing new. */
function restoreSnapshot(raft: Raft, snapshot: Snapshot): boolean {
  const { log } = raft;
  const { index, term } = snapshot;
  if (!raft.rules.takesSnapshot(raft, snapshot)) return false;
  if (raft.state !== 'StateFollower') {
    raft.logger?.('WARN', `${hex(raft.id)} attempted to restore snapshot as leader; should never happen`);
    becomeFollower(raft, raft.term + 1, NONE);
    return false;
  }
  if (!isInConfState(snapshot.confState, raft.id)) {
    raft.logger?.(
      'WARN',
      `${hex(raft.id)} attempted to restore snapshot but it is not in the ConfState ${describeForWarning(snapshot.confState)}; should never happen`,
    );
    return false;
  }
  if (log.matches(index, term)) {
    // We hold these entries; the snapshot only tells that they are committed.
    raft.logger?.('INFO', `${describeEnd(raft)} fast-forwarded commit to snapshot [index: ${index}, term: ${term}]`);
    log.commitTo(index);
    return false;
  }
  log.restore(snapshot);
  installMembership(raft, restore(snapshot.confState, changeContext(raft)));
  raft.logger?.('INFO', `${describeEnd(raft)} restored snapshot [index: ${index}, term: ${term}]`);
  return true;
}

/** The transport's word on a snapshot that it carried: probe on, from behind it if it arrived. */
export function handleSnapshotStatus(raft: Raft, from: MemberId, peer: Progress, failed: boolean): void {
  if (peer.state !== 'StateSnapshot') return;
  if (failed) peer.pendingSnapshot = 0;
  peer.becomeProbe();
  raft.logger?.(
    'DEBUG',
    `${hex(raft.id)} snapshot ${failed ? 'failed' : 'succeeded'}, resumed sending replication messages to ${hex(from)} [${peer.describe()}]`,
  );
  // Wait for an acknowledgement (finished) or a heartbeat interval (failed) before the next probe.
  peer.paused = true;
}

function describeEnd(raft: Raft): string {
  const { log } = raft;
  return `${hex(raft.id)} [commit: ${log.committed}, lastindex: ${log.lastIndex()}, lastterm: ${log.lastTerm()}]`;
}

/** Protobuf's text form, as etcd logs it: `voters:1 voters:2 auto_leave:false`. */
function describeForWarning(state: ConfState): string {
  const words = [
    ...state.voters.map((id) => `voters:${id}`),
    ...state.learners.map((id) => `learners:${id}`),
    ...state.votersOutgoing.map((id) => `voters_outgoing:${id}`),
    ...state.learnersNext.map((id) => `learners_next:${id}`),
    `auto_leave:${state.autoLeave}`,
  ];
  return words.join(' ');
}
