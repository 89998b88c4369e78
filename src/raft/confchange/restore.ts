import { invariant } from '../invariant.js';
import { EMPTY_CONFIGURATION, toConfState } from '../tracker/configuration.js';
import type { ConfChangeSingle, ConfChangeType, ConfState, MemberId } from '../types.js';
import { type ChangeContext, type ConfChangeError, enterJoint, type Membership, simple } from './changer.js';

const NOBODY: Membership = { configuration: EMPTY_CONFIGURATION, progress: new Map() };

/**
 * The membership that a ConfState describes, all progress new: the changes that lead there from nothing.
 *
 * A joint state is reached in two steps: its outgoing voters are added one by one, then the incoming half replaces them.
 * etcd: confchange.Restore.
 *
 * @throws InvariantError if no sequence of changes leads to `state`, to just that
 */
export function restore(state: ConfState, context: ChangeContext): Membership {
  const incoming = [
    ...changesOf('ConfChangeAddNode', state.voters),
    ...changesOf('ConfChangeAddLearnerNode', state.learners),
    ...changesOf('ConfChangeAddLearnerNode', state.learnersNext),
  ];
  if (state.votersOutgoing.length === 0) return checked(state, oneByOne(NOBODY, context, incoming));
  const before = oneByOne(NOBODY, context, changesOf('ConfChangeAddNode', state.votersOutgoing));
  const replacement = [...changesOf('ConfChangeRemoveNode', state.votersOutgoing), ...incoming];
  return checked(state, orThrow(enterJoint(before, context, replacement, state.autoLeave)));
}

/** `membership` itself if it says what `state` says: no id twice, none in two places. */
function checked(state: ConfState, membership: Membership): Membership {
  const reached = toConfState(membership.configuration);
  invariant(
    isSame(state.voters, reached.voters) &&
      isSame(state.learners, reached.learners) &&
      isSame(state.votersOutgoing, reached.votersOutgoing) &&
      isSame(state.learnersNext, reached.learnersNext) &&
      state.autoLeave === reached.autoLeave,
    'a configuration state restored is another one',
    { found: JSON.stringify(state), reached: JSON.stringify(reached) },
  );
  return membership;
}

/** Whether the ids of `given`, in whatever order, are those of `reached`. */
function isSame(given: readonly MemberId[], reached: readonly MemberId[]): boolean {
  const sorted = given.toSorted((a, b) => a - b);
  return sorted.length === reached.length && sorted.every((id, i) => id === reached[i]);
}

function oneByOne(from: Membership, context: ChangeContext, changes: readonly ConfChangeSingle[]): Membership {
  let membership = from;
  for (const change of changes) membership = orThrow(simple(membership, context, [change]));
  return membership;
}

function changesOf(type: ConfChangeType, ids: readonly MemberId[]): ConfChangeSingle[] {
  return ids.map((nodeId) => ({ type, nodeId }));
}

function orThrow(result: Membership | ConfChangeError): Membership {
  invariant(typeof result !== 'string', `a configuration state cannot be restored: ${String(result)}`, {});
  return result;
}
