import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { SweepOutput } from '../experiment/index.js';
import { version } from './package-info.js';
import { startProgress } from './progress.js';
import type { ScenarioSource, SoundScenario } from './scenario-file.js';

interface WholeSweepOptions {
  readonly replications: number;
  /** Worker threads; default: one a core. */
  readonly jobs: number | undefined;
  readonly signal: AbortSignal;
}

/** Runs every cell of a scenario's axes, with progress; nothing is kept if it is interrupted. */
export async function wholeSweep(
  source: ScenarioSource,
  { scenario, set, vary, plugIns }: SoundScenario,
  { replications, jobs, signal }: WholeSweepOptions,
): Promise<SweepOutput> {
  const { runSweep } = await import('../experiment/index.js');
  const progress = await startProgress(`cells of ${scenario.name}`);
  const sweep = runSweep({
    text: new TextDecoder().decode(source.bytes),
    fileName: source.shownAs,
    folder: dirname(source.path),
    set,
    axes: vary,
    plugIns,
    replications,
    jobs: jobs ?? availableParallelism(),
    version: version(),
    signal,
    onCell: (_cell, done, total) => progress.update(done, total),
  });
  return sweep.finally(() => progress.stop());
}

/** What a comparison was made of, for its manifest. */
export function comparedSweep({ scenario, document }: SoundScenario, replications: number) {
  return {
    version: version(),
    seed: scenario.seed,
    replications,
    axes: scenario.sweep.axes,
    scenario: document,
  };
}
