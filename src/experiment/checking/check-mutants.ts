import type { Violation } from '../../checking/index.js';
import type { Mutant } from '../../checking/mutants/index.js';
import type { ResolvedScenario } from '../../scenario/config.js';
import type { Universe } from './arbitraries.js';
import { explore } from './explore.js';
import { runSchedule } from './run-schedule.js';
import type { Schedule } from './schedule.js';
import { shrinkSchedule } from './shrink.js';

/** How a mutant fared. Without `seconds`, which depend on the machine. */
export interface MutantVerdict {
  readonly name: string;
  readonly source: string;
  readonly property: string;
  readonly equivalent: boolean;
  readonly killed: boolean;
  /** Runs until it was found, or all that it was given. */
  readonly runs: number;
  /** Steps of its smallest counterexample; 0 without one. */
  readonly events: number;
  readonly schedule: Schedule | undefined;
  readonly violation: Violation | undefined;
}

export interface MutantCheckOptions {
  readonly seed: string;
  /** Instead of the mutant's own budget. */
  readonly runs?: number | undefined;
  readonly base?: ResolvedScenario | undefined;
  readonly universe?: Universe | undefined;
  readonly stop?: () => boolean;
}

/** Looks for a mutant where it says that it can be found, and shrinks what it finds. */
export async function checkMutant(mutant: Mutant, options: MutantCheckOptions): Promise<MutantVerdict> {
  const { seed, base, stop } = options;
  const { name, source, property, equivalent = false } = mutant;
  const { found, runs } = await explore({
    runs: options.runs ?? mutant.budgetRuns,
    seed,
    mutant,
    base,
    universe: { ...(mutant.aim as Universe | undefined), ...options.universe },
    ...(stop === undefined ? {} : { stop }),
  });
  const verdict = { name, source, property, equivalent, killed: found !== undefined, runs };
  if (found === undefined) return { ...verdict, events: 0, schedule: undefined, violation: undefined };
  const schedule = shrinkSchedule(found.schedule, { mutant, base, property: found.violation.property });
  const violation = runSchedule(schedule, { mutant, base }).violation ?? found.violation;
  return { ...verdict, events: schedule.steps.length, schedule, violation };
}
