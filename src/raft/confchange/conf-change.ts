import type { ConfChangeSingle, ConfChangeV2 } from '../types.js';
import { varintBytes } from '../varint.js';

/** How a change is carried out: at once, through a joint configuration, or by leaving one. */
export type ConfChangeKind = 'simple' | 'enter-joint' | 'leave-joint';

/** The empty change that leaves a joint configuration. */
export const LEAVE_JOINT: ConfChangeV2 = { transition: 'ConfChangeTransitionAuto', changes: [] };

/** etcd: ConfChangeV2.LeaveJoint and EnterJoint. */
export function kindOf(change: ConfChangeV2): ConfChangeKind {
  if (change.transition === 'ConfChangeTransitionAuto') {
    if (change.changes.length === 0) return 'leave-joint';
    if (change.changes.length === 1) return 'simple';
  }
  return 'enter-joint';
}

/** Whether the leader leaves the joint configuration by itself. */
export function leavesAutomatically(change: ConfChangeV2): boolean {
  return change.transition !== 'ConfChangeTransitionJointExplicit';
}

/**
 * Encoded size of a change (raftpb.ConfChange or ConfChangeV2), bytes; the transition is written in any case.
 *
 * Model: an opaque context counts 0 bytes; nothing here carries one.
 */
export function confChangeBytes(change: ConfChangeV2, v1: boolean): number {
  if (v1) return singleBytes(change.changes[0]!);
  let bytes = 2;
  for (const single of change.changes) bytes += 2 + singleBytes(single);
  return bytes;
}

function singleBytes(single: ConfChangeSingle): number {
  return 2 + 1 + varintBytes(single.nodeId);
}

/** `transition:ConfChangeTransitionAuto changes:{type:ConfChangeAddNode node_id:3}`, for log lines. */
export function describeConfChange(change: ConfChangeV2): string {
  let text = `transition:${change.transition}`;
  for (const single of change.changes) text += ` changes:{type:${single.type} node_id:${single.nodeId}}`;
  return text;
}

const LETTERS = {
  ConfChangeAddNode: 'v',
  ConfChangeAddLearnerNode: 'l',
  ConfChangeRemoveNode: 'r',
  ConfChangeUpdateNode: 'u',
} as const;

/** `v3 l4`: add voter 3, add learner 4. */
export function describeChanges(changes: readonly ConfChangeSingle[]): string {
  return changes.map((single) => `${LETTERS[single.type]}${single.nodeId}`).join(' ');
}
