import type { Setting } from '../../scenario/index.js';
import type { ReproduceRow, SuiteResult } from '../result.js';
import { confidenceInterval, type Interval, quantileSorted } from '../statistics.js';
import { AVAILSIM, type AvailsimCurve, largestDifference, SHARES, splitVoteProbability } from './availsim-reference.js';
import { type Election, type ElectionConditions, ElectionTrials } from './election-trials.js';
import { breathe, cellOf, shippedScenario } from './shipped-scenario.js';
import { row, type Suite, type SuiteOptions } from './suite.js';

const SCENARIO = 'reproduce/availsim';
const ELECTIONS = 20_000;
const VOTES = 5_000;
const MEMBERS = [3, 5, 7, 9];
/** One way, in units of the shortest election timeout. */
const LATENCIES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3];
const SHORTEST_TIMEOUT_MS = 300;
const Z95 = 1.959964;
const Z99 = 2.575829;

interface SimulatedCurve {
  readonly curve: AvailsimCurve;
  /** Ascending. */
  readonly timesMs: Float64Array;
}

/** Elections without disk and CPU time, and how often a vote splits. Source: see `availsim-reference.ts`. */
export const availsim: Suite = {
  name: 'availsim',
  summary: "elections of AvailSim (chapter 9 of Raft's thesis), nothing fitted; split votes against their closed form",
  async run(options): Promise<SuiteResult> {
    const votes = MEMBERS.flatMap((members) => LATENCIES.map((latency) => ({ members, latency })));
    const total = AVAILSIM.length + votes.length + MEMBERS.length;
    const rows: ReproduceRow[] = [];
    let done = 0;
    const add = async (more: readonly ReproduceRow[]): Promise<void> => {
      rows.push(...more);
      options.onProgress?.(++done, total);
      await breathe();
    };
    const curves: SimulatedCurve[] = [];
    for (const curve of AVAILSIM) {
      const conditions = { down: curve.failed, logs: curve.logs, start: 'fresh' } as const;
      const elections = elect(options, [], conditions, ELECTIONS);
      const timesMs = Float64Array.from(elections, ({ electedMs }) => electedMs).sort();
      curves.push({ curve, timesMs });
      // With logs of different lengths the thesis does not say how the lengths were drawn: told, but not judged.
      await add(curve.logs === 'equal' ? curveRows(curve, timesMs) : []);
    }
    for (const { members, latency } of votes) await add([splitRow(options, members, latency)]);
    for (const members of MEMBERS) await add([firstTimeoutRow(options, members)]);
    const notes = [
      'Rows of curves: the share of simulated elections that ended by a published percentile. Rows of split votes are',
      'accepted where the 99 % interval of the simulated share holds the closed form; one member has failed in them.',
      'Logs of different lengths, in random order; largest difference from the published curve, not judged:',
      ...curves.filter(({ curve }) => curve.logs === 'different').map(differenceNote),
    ];
    return { suite: availsim.name, skipped: undefined, rows, notes, figures: [figureOf(curves)] };
  },
};

function elect(
  options: SuiteOptions,
  set: readonly Setting[],
  conditions: ElectionConditions,
  count: number,
): readonly Election[] {
  const scenario = shippedScenario(options, SCENARIO, set);
  const what = [conditions.down, conditions.logs, ...set.map(({ value }) => value)].join('/');
  return new ElectionTrials(scenario, conditions, `${scenario.seed}/${what}`).run(count);
}

function curveRows({ failed, timesMs }: AvailsimCurve, simulatedMs: Float64Array): ReproduceRow[] {
  return SHARES.map((share, i) =>
    row({
      suite: availsim.name,
      name: `${failed} of 5 failed: elected within ${timesMs[i]!} ms`,
      cell: {},
      unit: 'ratio',
      measured: share,
      simulated: shareInterval(countUpTo(simulatedMs, timesMs[i]!), simulatedMs.length, Z95),
      tolerance: largestDifference(share),
      absolute: true,
    }),
  );
}

function differenceNote({ curve, timesMs }: SimulatedCurve): string {
  const differences = SHARES.map((share, i) => countUpTo(timesMs, curve.timesMs[i]!) / timesMs.length - share);
  const largest = differences.reduce((most, each) => (Math.abs(each) > Math.abs(most) ? each : most), 0);
  return `  ${curve.failed} of 5 failed  ${largest.toFixed(3)}, at ${curve.timesMs[differences.indexOf(largest)]} ms`;
}

function countUpTo(sorted: Float64Array, limit: number): number {
  const next = sorted.findIndex((value) => value > limit);
  return next < 0 ? sorted.length : next;
}

/** Wilson's interval of a share around the share itself. */
function shareInterval(count: number, n: number, z: number): Interval {
  const share = count / n;
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { mean: share, ciLow: Math.max(0, centre - half), ciHigh: Math.min(1, centre + half), n };
}

function splitRow(options: SuiteOptions, members: number, latency: number): ReproduceRow {
  const set = votingCluster(members, latency);
  const elections = elect(options, set, { down: 1, logs: 'equal', start: 'fresh' }, VOTES);
  const split = elections.filter(({ terms }) => terms > 1).length;
  const expected = splitVoteProbability(members, members - 1, latency);
  const { mean, ciLow, ciHigh } = shareInterval(split, VOTES, Z99);
  return row({
    suite: availsim.name,
    name: 'first vote split',
    cell: cellOf(set),
    unit: 'ratio',
    measured: expected,
    simulated: shareInterval(split, VOTES, Z95),
    tolerance: mean < expected ? ciHigh - mean : mean - ciLow,
    absolute: true,
  });
}

/** Without latency the first to time out wins at once, on average after 1 + 1 / (s + 1). */
function firstTimeoutRow(options: SuiteOptions, members: number): ReproduceRow {
  const set = votingCluster(members, 0);
  const elections = elect(options, set, { down: 1, logs: 'equal', start: 'fresh' }, VOTES);
  return row({
    suite: availsim.name,
    name: 'smallest timeout',
    cell: cellOf(set),
    unit: 'ms',
    measured: SHORTEST_TIMEOUT_MS * (1 + 1 / members),
    simulated: confidenceInterval(elections.map(({ electedMs }) => electedMs)),
    tolerance: 0.01,
  });
}

function votingCluster(members: number, latency: number): Setting[] {
  return [
    { path: 'cluster.members', value: String(members) },
    { path: 'network.base-latency', value: `${Math.round(latency * SHORTEST_TIMEOUT_MS)}ms` },
  ];
}

/** Up to the slowest in a hundred. */
function figureOf(curves: readonly SimulatedCurve[]): SuiteResult['figures'][number] {
  const series = curves
    .filter(({ curve }) => curve.logs === 'equal')
    .flatMap(({ curve, timesMs }) => {
      const name = `${curve.failed} failed`;
      const points = Array.from({ length: 99 }, (_, i) => {
        const share = (i + 1) / 100;
        return [quantileSorted(timesMs, share), share] as const;
      });
      const published = SHARES.flatMap((share, i) => (share <= 0.99 ? [[curve.timesMs[i]!, share] as const] : []));
      return [
        { name, points },
        { name: `${name}, AvailSim`, points: published, measured: true },
      ];
    });
  return {
    name: 'availsim',
    figure: {
      title: 'Elections across a wide area, by servers failed (of five)',
      xLabel: 'time to a leader',
      xUnit: 'ms',
      yLabel: 'share of elections',
      series,
    },
  };
}
