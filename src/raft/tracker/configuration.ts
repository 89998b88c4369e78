import { hex } from '../member-id.js';
import { isVoter, type JointVoters } from '../quorum/joint.js';
import type { ConfState, MemberId } from '../types.js';

/**
 * Who votes and who learns: one immutable value, replaced at every membership change. etcd: tracker.Config.
 *
 * Every list is ascending and holds no id twice. `learnersNext` are outgoing voters that become learners when the joint
 * configuration is left.
 */
export interface Configuration {
  readonly voters: JointVoters;
  readonly learners: readonly MemberId[];
  readonly learnersNext: readonly MemberId[];
  /** The leader leaves the joint configuration by itself once it may. */
  readonly autoLeave: boolean;
}

export const EMPTY_CONFIGURATION: Configuration = {
  voters: { incoming: [], outgoing: [] },
  learners: [],
  learnersNext: [],
  autoLeave: false,
};

export function isJoint(configuration: Configuration): boolean {
  return configuration.voters.outgoing.length > 0;
}

export function toConfState(configuration: Configuration): ConfState {
  return {
    voters: configuration.voters.incoming,
    learners: configuration.learners,
    votersOutgoing: configuration.voters.outgoing,
    learnersNext: configuration.learnersNext,
    autoLeave: configuration.autoLeave,
  };
}

/** Whether a snapshot with this state names `id` at all (a learner-to-be is among the outgoing voters). */
export function isInConfState(state: ConfState, id: MemberId): boolean {
  return isVoter({ incoming: state.voters, outgoing: state.votersOutgoing }, id) || state.learners.includes(id);
}

/** `voters=(1 2 3)&&(1 2) learners=(a) learners_next=(3) autoleave`, ids in hexadecimal */
export function describeConfiguration(configuration: Configuration): string {
  const { voters, learners, learnersNext } = configuration;
  let text = `voters=${describeIds(voters.incoming)}`;
  if (voters.outgoing.length > 0) text += `&&${describeIds(voters.outgoing)}`;
  if (learners.length > 0) text += ` learners=${describeIds(learners)}`;
  if (learnersNext.length > 0) text += ` learners_next=${describeIds(learnersNext)}`;
  if (configuration.autoLeave) text += ' autoleave';
  return text;
}

function describeIds(ids: readonly MemberId[]): string {
  return `(${ids.map(hex).join(' ')})`;
}
