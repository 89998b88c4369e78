import {
  type ChangeContext,
  type ConfChangeError,
  enterJoint,
  leaveJoint,
  type Membership,
  simple,
} from './confchange/changer.js';
import { describeConfChange, kindOf, LEAVE_JOINT, leavesAutomatically } from './confchange/conf-change.js';
import { becomeFollower } from './elections.js';
import { violated } from './invariant.js';
import { hex } from './member-id.js';
import { propose } from './proposals.js';
import { isVoter } from './quorum/joint.js';
import type { Raft } from './raft.js';
import { broadcastAppend, broadcastEntries } from './replication.js';
import { describeConfiguration, toConfState } from './tracker/configuration.js';
import { type ConfChangeV2, type ConfState, type Entry, NONE } from './types.js';

export function changeContext(raft: Raft): ChangeContext {
  return { lastIndex: raft.log.lastIndex(), newInflights: () => raft.tracker.newInflights() };
}

/**
 * Makes an applied configuration change take effect at this node.
 *
 * @throws InvariantError if the change cannot follow the configuration in force
 */
export function applyConfChange(raft: Raft, change: ConfChangeV2): ConfState {
  const from = { configuration: raft.tracker.configuration, progress: raft.tracker.progresses };
  const to = changed(from, changeContext(raft), change);
  if (typeof to === 'string') violated(`a configuration change cannot be applied: ${to}`, raft.facts());
  return installMembership(raft, to);
}

function changed(from: Membership, context: ChangeContext, change: ConfChangeV2): Membership | ConfChangeError {
  const kind = kindOf(change);
  if (kind === 'leave-joint') return leaveJoint(from, context);
  if (kind === 'enter-joint') return enterJoint(from, context, change.changes, leavesAutomatically(change));
  return simple(from, context, change.changes);
}

/** Puts a configuration in force and does what it makes possible or due. etcd: raft.switchToConfig. */
export function installMembership(raft: Raft, to: Membership): ConfState {
  const { tracker } = raft;
  raft.tracer?.configuring(raft, to.configuration);
  tracker.install(to.configuration, to.progress);
  raft.logger?.('INFO', `${hex(raft.id)} switched to configuration ${describeConfiguration(to.configuration)}`);
  const state = toConfState(to.configuration);
  if (raft.state !== 'StateLeader') return state;

  const self = tracker.progress(raft.id);
  if (self === undefined || self.isLearner) {
    // A leader that is out of the configuration goes on committing it, but takes no proposals.
    if (raft.config.stepDownOnRemoval) becomeFollower(raft, raft.term, NONE);
    return state;
  }
  if (state.voters.length === 0) return state;

  if (raft.rules.commitsAfterConfChange(raft)) broadcastAppend(raft);
  // Nobody new has to wait for a heartbeat or the next proposal.
  else broadcastEntries(raft);

  if (raft.leadTransferee !== NONE && !isVoter(to.configuration.voters, raft.leadTransferee))
    raft.leadTransferee = NONE;
  return state;
}

/**
 * Notes that entries up to `index` are applied; a leader may then leave a joint configuration by itself.
 *
 * @param bytes encoded size of the entries acknowledged; 0 after a snapshot
 */
export function appliedTo(raft: Raft, index: number, bytes: number): void {
  raft.log.appliedTo(Math.max(index, raft.log.applied), bytes);
  if (raft.state !== 'StateLeader' || !raft.rules.mayLeaveJoint(raft)) return;
  const description = raft.logger === undefined ? '' : describeConfiguration(raft.tracker.configuration);
  const leave: Entry = {
    term: 0,
    index: 0,
    type: 'EntryConfChangeV2',
    data: undefined,
    // No payload, so that no size limit can refuse it.
    dataBytes: 0,
    confChange: LEAVE_JOINT,
  };
  const error = propose(raft, raft.id, [leave]);
  if (error === undefined) {
    raft.logger?.('INFO', `initiating automatic transition out of joint configuration ${description}`);
  } else {
    raft.logger?.('DEBUG', `not initiating automatic transition out of joint configuration ${description}: ${error}`);
  }
}

/**
 * Checks the configuration changes among a leader's proposals; one that must not come now becomes an empty normal entry.
 *
 * @returns `proposals` itself if nothing had to be replaced
 */
export function checkConfChanges(raft: Raft, proposals: readonly Entry[]): readonly Entry[] {
  let checked = proposals;
  for (let i = 0; i < proposals.length; i++) {
    const change = proposals[i]!.confChange;
    if (change === undefined) continue;
    const reason = raft.config.disableConfChangeValidation ? undefined : raft.rules.refuseConfChange(raft, change);
    if (reason === undefined) {
      raft.pendingConfIndex = raft.log.lastIndex() + i + 1;
      continue;
    }
    raft.logger?.(
      'INFO',
      `${hex(raft.id)} ignoring conf change ${describeConfChange(change)} at config ${describeConfiguration(raft.tracker.configuration)}: ${reason}`,
    );
    const empty: Entry = {
      ...proposals[i]!,
      type: 'EntryNormal',
      data: undefined,
      dataBytes: 0,
      confChange: undefined,
      isRefusedChange: true,
    };
    checked = checked.with(i, empty);
  }
  return checked;
}
