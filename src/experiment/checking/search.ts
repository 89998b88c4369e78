import { loadPlugIns, PlugInUse, type Pulse } from '../plug-ins/index.js';
import type { Universe } from './arbitraries.js';
import { type Counterexample, newCounterexample, type ReplayedRun, replaySchedule } from './counterexample.js';
import { type Exploration, explore } from './explore.js';
import { shrinkSchedule } from './shrink.js';

/** What to look for, as plain data: it crosses threads. */
export interface SearchOrder {
  readonly runs: number;
  readonly seed: string;
  readonly universe: Universe;
  /** Files of invariants and balancers to look with. */
  readonly plugIns: readonly string[];
  /** Of etcdsim, for the counterexample. */
  readonly version: string;
}

export type SearchResult = Omit<Exploration, 'found'> & {
  /** The smallest schedule that breaks what was found to be broken, and its run. */
  readonly found: { readonly counterexample: Counterexample; readonly replayed: ReplayedRun } | undefined;
};

/** Looks for a schedule that violates a property, and makes what it finds small. */
export async function search(
  { runs, seed, universe, plugIns: files, version }: SearchOrder,
  { stop, pulse }: { readonly stop?: () => boolean; readonly pulse?: Pulse | undefined } = {},
): Promise<SearchResult> {
  const plugIns = await usesOf(files, pulse);
  const { found, ...rest } = await explore({ runs, seed, universe, plugIns, ...(stop === undefined ? {} : { stop }) });
  if (found === undefined) return { ...rest, found: undefined };
  const schedule = shrinkSchedule(found.schedule, { property: found.violation.property, plugIns });
  const replayed = replaySchedule(schedule, undefined, { plugIns });
  const violation = replayed.violation ?? found.violation;
  const counterexample = newCounterexample(schedule, violation, { version, mutant: undefined, plugIns: files });
  return { ...rest, found: { counterexample, replayed } };
}

/** Makes what each run needs of plug-in files; undefined for none. */
export async function usesOf(
  files: readonly string[],
  pulse?: Pulse | undefined,
): Promise<(() => PlugInUse) | undefined> {
  if (files.length === 0) return undefined;
  const plugIns = await loadPlugIns(files);
  return () => new PlugInUse(plugIns, pulse);
}
