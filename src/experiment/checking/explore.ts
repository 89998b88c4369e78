import type { Violation } from '../../checking/index.js';
import type { Mutant } from '../../checking/mutants/index.js';
import { Streams } from '../../engine/index.js';
import type { ResolvedScenario } from '../../scenario/config.js';
import type { PlugInUse } from '../plug-ins/index.js';
import { fitted, schedules, type Universe } from './arbitraries.js';
import { CoverageReport, type CoverageSummary } from './coverage.js';
import { runSchedule } from './run-schedule.js';
import type { Schedule, Step } from './schedule.js';

export interface ExploreOptions {
  readonly runs: number;
  readonly seed: string;
  readonly mutant?: Mutant | undefined;
  readonly universe?: Universe;
  readonly base?: ResolvedScenario | undefined;
  /** Invariants and balancers besides those that ship; anew for each run. */
  readonly plugIns?: (() => PlugInUse) | undefined;
  /** Asked before each run; true ends the search. */
  readonly stop?: () => boolean;
  readonly progress?: (runs: number) => void;
}

export interface Exploration {
  /** The first that violates something. */
  readonly found: { readonly schedule: Schedule; readonly violation: Violation; readonly run: number } | undefined;
  readonly runs: number;
  readonly coverage: CoverageSummary;
  /** Client operations that were judged. */
  readonly operations: number;
  /** Events that the simulators ran. */
  readonly events: number;
}

/** How many schedules that reached something new are kept to build on. */
const CORPUS = 400;
const BATCH = 64;

/**
 * Runs random schedules until one violates something or all runs are used.
 *
 * Half of them are new; the others vary one that reached states of the protocol which no run before it had.
 * The same options give the same schedules. fast-check is loaded here, and only by whoever explores.
 */
export async function explore(options: ExploreOptions): Promise<Exploration> {
  const { runs, seed, mutant, base, plugIns, universe = {} } = options;
  const { default: fc } = await import('fast-check');
  const arbitrary = schedules(fc, universe);
  const draws = new Streams(seed).stream('check');
  const coverage = new CoverageReport();
  const corpus: Schedule[] = [];
  let fresh: Schedule[] = [];
  let events = 0;
  let operations = 0;
  for (let run = 1; run <= runs; run++) {
    if (options.stop?.()) return { found: undefined, runs: run - 1, coverage: coverage.summary(), operations, events };
    if (fresh.length === 0) fresh = fc.sample(arbitrary, { seed: draws.below(0x7fffffff), numRuns: BATCH });
    const next = fresh.pop()!;
    const sketched = universe.sketch && draws.chance(0.5) ? { ...next, steps: universe.sketch } : undefined;
    const parent = sketched ?? (corpus.length > 0 && draws.chance(0.5) ? draws.pickFrom(corpus) : undefined);
    const schedule = parent === undefined ? next : crossed(parent, next, draws);
    const result = runSchedule(schedule, { mutant, base, plugIns });
    events += result.events;
    operations += result.coverage.operations;
    const isNovel = coverage.add(result.coverage) > 0;
    if (result.violation !== undefined) {
      const found = { schedule, violation: result.violation, run };
      return { found, runs: run, coverage: coverage.summary(), operations, events };
    }
    if (isNovel) {
      if (corpus.length < CORPUS) corpus.push(schedule);
      else corpus[draws.below(CORPUS)] = schedule;
    }
    options.progress?.(run);
  }
  return { found: undefined, runs, coverage: coverage.summary(), operations, events };
}

type Draws = ReturnType<Streams['stream']>;

/** A schedule that goes the parent's way for the most part: some of its steps moved or left out, some of another's added. */
function crossed(parent: Schedule, other: Schedule, draws: Draws): Schedule {
  const steps: Step[] = [];
  for (const step of parent.steps) {
    if (draws.chance(0.1)) continue;
    const moves = draws.chance(0.2);
    steps.push(moves ? { ...step, atMs: Math.max(0, step.atMs + draws.below(400) - 200) } : step);
  }
  for (const step of other.steps) if (draws.chance(step.kind === 'fault' ? 0.4 : 0.1)) steps.push(step);
  return {
    ...parent,
    seed: draws.chance(0.5) ? parent.seed : other.seed,
    steps: fitted(steps, parent.settings, parent.runMs),
  };
}
