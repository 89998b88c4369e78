import type { Setting } from '../../scenario/index.js';
import type { ReproduceRow, SuiteResult } from '../result.js';
import { kolmogorovSmirnov, mean, quantileSorted } from '../statistics.js';
import { ElectionTrials } from './election-trials.js';
import { type Curves, readCurves } from './raft-paper-curves.js';
import { breathe, cellOf, shippedScenario } from './shipped-scenario.js';
import { row, type Suite, type SuiteOptions } from './suite.js';

const SCENARIO = 'reproduce/raft-paper';
const RAW_DATA = 'elections/raft-paper-figure-16.csv';
const ELECTIONS = 10_000;
/** Of the ranges without data, which are there to be looked at. */
const ELECTIONS_UNMEASURED = 2_000;
/** The rest of the figure, ms. */
const UNMEASURED = ['12-24', '25-50', '100-200', '150-151', '150-175', '150-200'];
const QUANTILES = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99];
const LARGEST_DISTANCE = 0.1;
const LARGEST_MEAN_DISTANCE = 0.06;
/** sqrt(ln(2 / 0.05) / 2): Dvoretzky, Kiefer, Wolfowitz and Massart's bound, times sqrt(n). */
const CURVE_ERROR_95 = 1.3581;

/**
 * Time without a leader on LogCabin, by range of the election timeout.
 *
 * Source: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", §9.3 and figure 16: the leader
 * crashes anywhere in its heartbeat interval (half the shortest election timeout) after a heartbeat to all, and all logs
 * have different lengths, so two of the four servers that are left cannot win.
 */
export const raftPaper: Suite = {
  name: 'raft-paper',
  summary: "figure 16 of Raft's paper: time to a new leader on LogCabin by range of election timeouts, trial by trial",
  async run(options): Promise<SuiteResult> {
    const { name } = raftPaper;
    const nothing = { suite: name, rows: [], notes: [], figures: [] };
    if (options.reference === undefined) return { ...nothing, skipped: `needs ${RAW_DATA} of the reference data` };
    const measured = readIfThere(options, `${options.reference}/${RAW_DATA}`);
    if (measured === undefined) return { ...nothing, skipped: `there is no ${RAW_DATA} in ${options.reference}` };
    const unmeasured = UNMEASURED.filter((range) => !measured.has(range));
    const ranges = [...measured.keys(), ...unmeasured];
    const simulated = new Map<string, readonly number[]>();
    for (const range of ranges) {
      const count = measured.has(range) ? ELECTIONS : ELECTIONS_UNMEASURED;
      simulated.set(range, electionTimes(options, range, count));
      options.onProgress?.(simulated.size, ranges.length);
      await breathe();
    }
    const rows = distanceRows(measured, simulated);
    const notes = [
      'Distances are of Kolmogorov and Smirnov; the interval is that of the simulated curve. Quantiles, ms:',
      `  ${'range'.padEnd(18)}${QUANTILES.map((q) => `p${q * 100}`.padStart(8)).join('')}`,
      ...ranges.flatMap((range) => {
        const lines = [quantileLine(`${range} ms`, simulated.get(range)!)];
        const times = measured.get(range);
        return times === undefined ? lines : [...lines, quantileLine('  measured', times)];
      }),
    ];
    return { suite: name, skipped: undefined, rows, notes, figures: [figureOf(measured, simulated)] };
  },
};

function readIfThere(options: SuiteOptions, path: string): Curves | undefined {
  let text: string;
  try {
    text = options.readReference(path);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
  return readCurves(text, path);
}

function settingsOf(range: string): Setting[] {
  const [shortest, longest] = range.split('-').map(Number);
  return [
    { path: 'cluster.raft.election-timeout', value: `${shortest}ms` },
    { path: 'cluster.raft.election-timeout-max', value: `${longest}ms` },
    { path: 'cluster.raft.heartbeat-interval', value: `${shortest! / 2}ms` },
  ];
}

/** From the crash until all others know the new leader, ms. */
export function electionTimes(
  options: Pick<SuiteOptions, 'readScenario'>,
  range: string,
  count: number,
): readonly number[] {
  const scenario = shippedScenario(options, SCENARIO, settingsOf(range));
  const conditions = { down: 1, logs: 'different', start: 'heartbeat' } as const;
  const trials = new ElectionTrials(scenario, conditions, `${scenario.seed}/${range}`);
  return trials.run(count).map(({ heardMs }) => heardMs);
}

function distanceRows(measured: Curves, simulated: Curves): ReproduceRow[] {
  const rows: ReproduceRow[] = [];
  const add = (name: string, cell: Record<string, string>, distance: number, n: number, tolerance: number) => {
    const error = CURVE_ERROR_95 / Math.sqrt(n);
    const interval = { mean: distance, ciLow: Math.max(0, distance - error), ciHigh: distance + error, n };
    rows.push(
      row({
        suite: raftPaper.name,
        name,
        cell,
        unit: 'ratio',
        measured: 0,
        simulated: interval,
        tolerance,
        absolute: true,
      }),
    );
  };
  const distances = [...measured].map(([range, times]) => {
    const own = simulated.get(range)!;
    const distance = kolmogorovSmirnov(times, own);
    add('distance to the curve', cellOf(settingsOf(range)), distance, own.length, LARGEST_DISTANCE);
    return distance;
  });
  add('mean distance', {}, mean(distances), ELECTIONS, LARGEST_MEAN_DISTANCE);
  return rows;
}

function quantileLine(name: string, times: readonly number[]): string {
  const sorted = Float64Array.from(times).sort();
  return `  ${name.padEnd(18)}${QUANTILES.map((q) => quantileSorted(sorted, q).toFixed(1).padStart(8)).join('')}`;
}

/** Up to the slowest in a hundred: beyond, single elections stretch the axis. */
function figureOf(measured: Curves, simulated: Curves): SuiteResult['figures'][number] {
  const curve = (times: readonly number[], steps: number) => {
    const sorted = Float64Array.from(times).sort();
    return Array.from({ length: steps }, (_, i) => {
      const share = ((i + 0.5) / steps) * 0.99;
      return [quantileSorted(sorted, share), share] as const;
    });
  };
  const series = [...measured].flatMap(([range, times]) => [
    { name: `${range} ms`, points: curve(simulated.get(range)!, 99) },
    { name: `${range} ms, measured`, points: curve(times, 20), measured: true },
  ]);
  return {
    name: 'raft-paper',
    figure: {
      title: 'Time to a new leader by range of election timeouts (LogCabin)',
      xLabel: 'time without a leader',
      xUnit: 'ms',
      yLabel: 'share of elections',
      series,
    },
  };
}
