import { invariant } from './invariant.js';
import { hex } from './member-id.js';
import { checkConfChanges } from './membership.js';
import { newMessage } from './message.js';
import type { Raft } from './raft.js';
import { appendEntries, broadcastAppend } from './replication.js';
import { type Entry, type MemberId, NONE, type StepError } from './types.js';

/**
 * Takes proposals in any role: the leader appends and sends them at once, a follower passes them on.
 *
 * etcd: a candidate drops them, a follower that knows no leader too; a leader does so while it hands over its
 * leadership, after its own removal, and beyond the size limit of the uncommitted tail.
 *
 * @param from who proposed: this node, or the follower that passed them on
 * @param proposals term and index do not count
 */
export function propose(raft: Raft, from: MemberId, proposals: readonly Entry[]): StepError {
  invariant(proposals.length > 0, 'a MsgProp came without entries', raft.facts());
  if (raft.state !== 'StateLeader') return forward(raft, from, proposals);
  if (raft.tracker.progress(raft.id) === undefined) return 'raft proposal dropped';
  if (raft.leadTransferee !== NONE) {
    raft.logger?.(
      'DEBUG',
      `${hex(raft.id)} [term ${raft.term}] transfer leadership to ${hex(raft.leadTransferee)} is in progress; dropping proposal`,
    );
    return 'raft proposal dropped';
  }
  if (!appendEntries(raft, checkConfChanges(raft, proposals))) return 'raft proposal dropped';
  broadcastAppend(raft);
  return undefined;
}

function forward(raft: Raft, from: MemberId, proposals: readonly Entry[]): StepError {
  if (raft.state !== 'StateFollower' || raft.lead === NONE) {
    raft.logger?.('INFO', `${hex(raft.id)} no leader at term ${raft.term}; dropping proposal`);
    return 'raft proposal dropped';
  }
  if (raft.config.disableProposalForwarding) {
    raft.logger?.(
      'INFO',
      `${hex(raft.id)} not forwarding to leader ${hex(raft.lead)} at term ${raft.term}; dropping proposal`,
    );
    return 'raft proposal dropped';
  }
  raft.send(newMessage('MsgProp', from, raft.lead, 0, 0, 0, proposals));
  return undefined;
}
