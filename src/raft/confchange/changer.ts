import { invariant } from '../invariant.js';
import { type Configuration, isJoint } from '../tracker/configuration.js';
import type { Inflights } from '../tracker/inflights.js';
import { Progress } from '../tracker/progress.js';
import type { ConfChangeSingle, MemberId } from '../types.js';

/** A configuration with its members' progress: what a change starts from and ends in. */
export interface Membership {
  readonly configuration: Configuration;
  readonly progress: ReadonlyMap<MemberId, Progress>;
}

/** What new progress is made of. */
export interface ChangeContext {
  /** Last index of this node's log; a new member is probed from there. */
  readonly lastIndex: number;
  newInflights(): Inflights;
}

/** Why a change cannot be made, in etcd's words. */
export type ConfChangeError =
  | 'removed all voters'
  | 'more than one voter changed without entering joint config'
  | "can't apply simple config change in joint config"
  | 'config is already joint'
  | "can't make a zero-voter config joint"
  | "can't leave a non-joint config";

/**
 * Makes changes of which at most one touches a voter. etcd: confchange.Changer.Simple.
 *
 * Source: thesis of Raft §4.1: with one voter added or removed any two majorities meet.
 *
 * @returns the new membership (the old one is left as it is), or why not
 */
export function simple(
  from: Membership,
  context: ChangeContext,
  changes: readonly ConfChangeSingle[],
): Membership | ConfChangeError {
  if (isJoint(from.configuration)) return "can't apply simple config change in joint config";
  const draft = new Draft(from, context);
  if (!draft.applyAll(changes)) return 'removed all voters';
  if (symmetricDifference(from.configuration.voters.incoming, draft.incoming) > 1) {
    return 'more than one voter changed without entering joint config';
  }
  return draft.finish(false);
}

/** Copies the voters to the outgoing half, then changes the incoming one. Source: Raft paper §6. */
export function enterJoint(
  from: Membership,
  context: ChangeContext,
  changes: readonly ConfChangeSingle[],
  autoLeave: boolean,
): Membership | ConfChangeError {
  if (isJoint(from.configuration)) return 'config is already joint';
  if (from.configuration.voters.incoming.length === 0) return "can't make a zero-voter config joint";
  const draft = new Draft(from, context);
  for (const id of draft.incoming) draft.outgoing.add(id);
  if (!draft.applyAll(changes)) return 'removed all voters';
  return draft.finish(autoLeave);
}

/** Drops the outgoing half: its remaining members go, its demoted ones become learners. */
export function leaveJoint(from: Membership, context: ChangeContext): Membership | ConfChangeError {
  if (!isJoint(from.configuration)) return "can't leave a non-joint config";
  const draft = new Draft(from, context);
  draft.leave();
  return draft.finish(false);
}

/** A membership being changed: sets instead of lists, copies of the progress. */
class Draft {
  readonly incoming: Set<MemberId>;
  readonly outgoing: Set<MemberId>;
  private readonly learners: Set<MemberId>;
  private readonly learnersNext: Set<MemberId>;
  private readonly progress = new Map<MemberId, Progress>();
  private readonly context: ChangeContext;

  constructor(from: Membership, context: ChangeContext) {
    const { voters, learners, learnersNext } = from.configuration;
    this.incoming = new Set(voters.incoming);
    this.outgoing = new Set(voters.outgoing);
    this.learners = new Set(learners);
    this.learnersNext = new Set(learnersNext);
    for (const [id, progress] of from.progress) this.progress.set(id, progress.copy());
    this.context = context;
  }

  /** False if no incoming voter is left. */
  applyAll(changes: readonly ConfChangeSingle[]): boolean {
    for (const change of changes) {
      // etcd: id 0 marks a change that the application has refused.
      if (change.nodeId === 0) continue;
      if (change.type === 'ConfChangeAddNode') this.makeVoter(change.nodeId);
      else if (change.type === 'ConfChangeAddLearnerNode') this.makeLearner(change.nodeId);
      else if (change.type === 'ConfChangeRemoveNode') this.remove(change.nodeId);
    }
    return this.incoming.size > 0;
  }

  leave(): void {
    for (const id of this.learnersNext) {
      this.learners.add(id);
      this.progress.get(id)!.isLearner = true;
    }
    this.learnersNext.clear();
    for (const id of this.outgoing) {
      if (!this.incoming.has(id) && !this.learners.has(id)) this.progress.delete(id);
    }
    this.outgoing.clear();
  }

  finish(autoLeave: boolean): Membership {
    this.check();
    return {
      configuration: {
        voters: { incoming: ascending(this.incoming), outgoing: ascending(this.outgoing) },
        learners: ascending(this.learners),
        learnersNext: ascending(this.learnersNext),
        autoLeave,
      },
      progress: this.progress,
    };
  }

  private makeVoter(id: MemberId): void {
    const progress = this.progress.get(id);
    this.incoming.add(id);
    if (progress === undefined) {
      this.addProgress(id, false);
      return;
    }
    progress.isLearner = false;
    this.learners.delete(id);
    this.learnersNext.delete(id);
  }

  private makeLearner(id: MemberId): void {
    const progress = this.progress.get(id);
    if (progress === undefined) {
      this.learners.add(id);
      this.addProgress(id, true);
      return;
    }
    if (progress.isLearner) return;
    this.remove(id);
    this.progress.set(id, progress);
    // An outgoing voter cannot be a learner as well: it becomes one when the joint configuration is left.
    if (this.outgoing.has(id)) {
      this.learnersNext.add(id);
    } else {
      progress.isLearner = true;
      this.learners.add(id);
    }
  }

  private remove(id: MemberId): void {
    if (!this.progress.has(id)) return;
    this.incoming.delete(id);
    this.learners.delete(id);
    this.learnersNext.delete(id);
    if (!this.outgoing.has(id)) this.progress.delete(id);
  }

  private addProgress(id: MemberId, isLearner: boolean): void {
    const progress = new Progress({
      next: Math.max(this.context.lastIndex, 1),
      isLearner,
      inflights: this.context.newInflights(),
    });
    // A new member counts as active, or the next quorum check could end the leader that added it.
    progress.recentActive = true;
    this.progress.set(id, progress);
  }

  private check(): void {
    for (const id of [...this.incoming, ...this.outgoing, ...this.learners, ...this.learnersNext]) {
      invariant(this.progress.has(id), 'a configured member has no progress', { member: id });
    }
    for (const id of this.learnersNext) {
      invariant(this.outgoing.has(id), 'a learner-to-be is no outgoing voter', { member: id });
      invariant(!this.progress.get(id)!.isLearner, 'a learner-to-be is tracked as a learner', { member: id });
    }
    for (const id of this.learners) {
      invariant(!this.outgoing.has(id) && !this.incoming.has(id), 'a learner votes', { member: id });
      invariant(this.progress.get(id)!.isLearner, 'a learner is not tracked as one', { member: id });
    }
  }
}

function ascending(ids: ReadonlySet<MemberId>): MemberId[] {
  return [...ids].sort((a, b) => a - b);
}

function symmetricDifference(before: readonly MemberId[], after: ReadonlySet<MemberId>): number {
  let kept = 0;
  for (const id of before) if (after.has(id)) kept++;
  return before.length + after.size - 2 * kept;
}
