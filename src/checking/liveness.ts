import type { Violation } from './invariants/index.js';

/** One member when a run is over. */
export interface FinalMember {
  readonly name: string;
  readonly isUp: boolean;
  readonly role: string;
  readonly term: number;
  /** Name of the leader that it knows; undefined = none. */
  readonly leader: string | undefined;
  readonly commitIndex: number;
  readonly appliedIndex: number;
}

/** What is left when a run is over, and when its troubles ended. */
export interface FinalSummary {
  readonly endUs: number;
  /** When the last fault was over. */
  readonly healedUs: number;
  readonly members: readonly FinalMember[];
  /** Client operations that have not ended. */
  readonly openOperations: readonly { readonly client: string; readonly invokedUs: number; readonly text: string }[];
}

export interface LivenessOptions {
  /** How long after the last fault a cluster may take to be whole again, µs. */
  readonly quietUs: number;
  /** How far behind a member may be while the load goes on, entries. */
  readonly maxLag?: number;
}

/**
 * Whether a healed cluster works again: one leader that all members know, everybody caught up, every operation ended.
 *
 * Only asked once the quiet time has passed: consensus promises progress to a cluster that is left alone, and to no
 * other (Fischer, Lynch & Paterson 1985; Raft paper §5.6).
 *
 * @returns all that is wrong; [] also if the run ended before the quiet time did: then nothing can be said
 */
export function judgeLiveness(summary: FinalSummary, { quietUs, maxLag = 0 }: LivenessOptions): Violation[] {
  const { endUs, healedUs, members, openOperations } = summary;
  const dueUs = healedUs + quietUs;
  if (endUs < dueUs) return [];
  const found: Violation[] = [];
  const blame = (property: string, member: string, text: string): void => {
    found.push({ property, atUs: endUs, member, text });
  };
  const highestTerm = members.reduce((highest, { term }) => Math.max(highest, term), 0);
  const leaders = members.filter(({ isUp, role, term }) => isUp && role === 'leader' && term === highestTerm);
  const leader = leaders[0];
  if (leader === undefined) blame('A Leader Stands', '', `nobody leads term ${highestTerm}`);
  for (const { name, isUp, leader: known, appliedIndex } of members) {
    if (!isUp) {
      blame('Every Member Is Back', name, `${name} is down`);
      continue;
    }
    if (leader === undefined) continue;
    if (known !== leader.name)
      blame('A Leader Stands', name, `${name} follows ${known ?? 'nobody'}, not ${leader.name}`);
    const lag = leader.commitIndex - appliedIndex;
    if (lag > maxLag) {
      blame(
        'Every Member Catches Up',
        name,
        `${name} has applied ${appliedIndex} of ${leader.commitIndex} committed entries`,
      );
    }
  }
  for (const { client, invokedUs, text } of openOperations) {
    if (invokedUs + quietUs > endUs) continue;
    const openMs = ((endUs - invokedUs) / 1000).toFixed(3);
    blame('Every Operation Ends', client, `${client} waits for ${text} since ${openMs} ms`);
  }
  return found;
}
