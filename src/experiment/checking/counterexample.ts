import type { Violation } from '../../checking/index.js';
import { type Mutant, mutants } from '../../checking/mutants/index.js';
import { type TraceEvent, TraceRecorder } from './recorder.js';
import { type CheckRunOptions, runSchedule } from './run-schedule.js';
import { describeStep, type Schedule } from './schedule.js';

/** What a counterexample's file holds: all that the run needs, and what came of it. */
export interface Counterexample {
  readonly format: 'etcdsim-counterexample-1';
  /** Of etcdsim: another one may run otherwise. */
  readonly version: string;
  /** The seeded bug in it; left out: etcdsim's own core. */
  readonly mutant?: string;
  /** Files of the plug-ins that it ran with; left out: none. */
  readonly plugIns?: readonly string[];
  /** In words, for people. */
  readonly steps: readonly string[];
  readonly schedule: Schedule;
  readonly violation: Violation;
}

export interface ReplayedRun {
  readonly violation: Violation | undefined;
  readonly trace: readonly TraceEvent[];
  /** Names of the members, in order. */
  readonly members: readonly string[];
}

export function newCounterexample(
  schedule: Schedule,
  violation: Violation,
  {
    version,
    mutant,
    plugIns = [],
  }: {
    readonly version: string;
    readonly mutant: Mutant | undefined;
    readonly plugIns?: readonly string[] | undefined;
  },
): Counterexample {
  return {
    format: 'etcdsim-counterexample-1',
    version,
    ...(mutant === undefined ? {} : { mutant: mutant.name }),
    ...(plugIns.length === 0 ? {} : { plugIns }),
    steps: schedule.steps.map(describeStep),
    schedule,
    violation,
  };
}

/** Runs a schedule once more and keeps what happens. */
export function replaySchedule(
  schedule: Schedule,
  mutant: Mutant | undefined,
  { base, plugIns }: Pick<CheckRunOptions, 'base' | 'plugIns'> = {},
): ReplayedRun {
  const recorder = new TraceRecorder();
  const { violation } = runSchedule(schedule, { mutant, base, plugIns, trace: recorder });
  const { voters, spares } = schedule.settings;
  const members = Array.from({ length: voters + spares }, (_, i) => `m${i + 1}`);
  return { violation, trace: recorder.events, members };
}

/** @returns undefined if there is none of that name */
export function mutantNamed(name: string): Mutant | undefined {
  return mutants.find((mutant) => mutant.name === name);
}

/**
 * Reads a counterexample's file.
 *
 * @returns what is wrong with it, as a text
 */
export function readCounterexample(content: string): Counterexample | string {
  let read: unknown;
  try {
    read = JSON.parse(content);
  } catch (error) {
    return `no JSON: ${(error as Error).message}`;
  }
  if (typeof read !== 'object' || read === null) return 'expected an object';
  const found = read as Partial<Counterexample>;
  if (found.format !== 'etcdsim-counterexample-1') {
    return `format: expected "etcdsim-counterexample-1", found ${JSON.stringify(found.format)}`;
  }
  const { schedule, mutant } = found;
  if (mutant !== undefined && mutantNamed(mutant) === undefined) return `mutant: there is no mutant "${mutant}"`;
  const { plugIns = [] } = found;
  if (!Array.isArray(plugIns) || plugIns.some((file) => typeof file !== 'string'))
    return 'plugIns: expected file names';
  const settings = schedule?.settings;
  if (settings === undefined || !Array.isArray(schedule?.steps)) return 'schedule: expected settings and steps';
  for (const [name, min, max] of LIMITS) {
    const value = settings[name];
    if (!Number.isInteger(value) || value < min || value > max) {
      return `schedule.settings.${name}: expected a whole number from ${min} to ${max}, found ${JSON.stringify(value)}`;
    }
  }
  if (!Number.isInteger(schedule?.runMs) || !Number.isInteger(schedule?.seed))
    return 'schedule: expected seed and runMs';
  const bad = schedule!.steps.findIndex(
    (step) => !Number.isInteger(step?.atMs) || step.atMs < 0 || (step.kind !== 'client' && step.kind !== 'fault'),
  );
  if (bad >= 0) return `schedule.steps[${bad}]: expected a client's or a fault's step at a time in whole ms`;
  return found as Counterexample;
}

const LIMITS = [
  ['voters', 1, 7],
  ['spares', 0, 4],
  ['clients', 1, 10],
  ['tickMs', 1, 10_000],
  ['electionTicks', 2, 1000],
  ['snapshotCount', 1, 1e9],
  ['catchUpEntries', 0, 1e9],
  ['maxInflight', 1, 1e6],
  ['maxMessageBytes', 1, 1e9],
  ['delayMs', 0, 60_000],
  ['jitterMs', 0, 60_000],
  ['fsyncMs', 0, 60_000],
  ['requestTimeoutMs', 0, 600_000],
] as const;
