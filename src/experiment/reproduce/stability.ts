import type { ReproduceRow, SuiteResult } from '../result.js';
import { confidenceInterval } from '../statistics.js';
import { medianInterval, share, withinRange } from './ranges.js';
import { type Cells, row, runCells, type Suite } from './suite.js';

const REPLICATIONS_OF_A_STEP = 3;
const REPLICATIONS_OF_A_KILL = 16;
const MEMBERS = ['m1', 'm2', 'm3'];
/** The path that a row names for all three members' delays. */
const STEP = 'faults[0].delay';

/** Share of standing leaders that are still there; "mostly" is taken for more than half. */
const STEPS = [
  { delayMs: 300, measured: 1, low: 1 },
  { delayMs: 600, measured: 1, low: 0.5 },
  { delayMs: 750, measured: 0, low: 0 },
] as const;
/** At 750 ms nothing stays up; what is accepted allows for one of a few that were tried. */
const LEFT_AT_MOST = 0.25;

/** Time to a new leader after a kill, ms: between `low` and `high`. */
const KILLS = [
  { delayMs: 100, low: 1000, high: 2000 },
  { delayMs: 200, low: 1000, high: 2000 },
  { delayMs: 300, low: 2000, high: 12_000 },
  { delayMs: 400, low: 2000, high: 12_000 },
  { delayMs: 450, low: 2000, high: 12_000 },
] as const;
const KILLS_FOR_GOOD_MS = [500, 600, 750];

/** Standing leaders survive any step of the delay up to here; higher ones are reached in several. */
const SURE_STEP_MS = 250;
const STEP_EVERY_MS = 4000;

/**
 * Which egress delays a leader survives, and with which one can be elected, at an election timeout of 1 s.
 *
 * Source: experiments with etcd 3.4.23, whose outcomes are given in words and ranges.
 */
export const stability: Suite = {
  name: 'stability',
  summary:
    'standing leaders survive steps of the delay that no election would; from 2 D = election timeout on none stands',
  async run(options): Promise<SuiteResult> {
    // Ten places within the second from one look for a quorum to the next: that phase decides.
    const phases = Array.from({ length: 10 }, (_, i) => 2000 + 100 * i);
    const kills = [...KILLS.map(({ delayMs }) => delayMs), ...KILLS_FOR_GOOD_MS];
    const scenario = 'reproduce/stability';
    const [stepped, killed] = await runCells(options, [
      {
        scenario,
        axes: [
          { path: 'faults', values: STEPS.flatMap(({ delayMs }) => phases.map((atMs) => listed(step(delayMs, atMs)))) },
        ],
        replications: REPLICATIONS_OF_A_STEP,
      },
      {
        scenario,
        set: [{ path: 'stop.after', value: '60s' }],
        axes: [{ path: 'faults', values: kills.map(rampAndKill) }],
        replications: REPLICATIONS_OF_A_KILL,
      },
    ]);
    const rows = [
      ...STEPS.map((each) => stepRow(each, phases, stepped!)),
      ...KILLS.map((each) => killRow(each, killed!)),
      ...KILLS_FOR_GOOD_MS.map((delayMs) => noPutRow(delayMs, killed!)),
    ];
    const notes = [
      'Steps: share of runs whose leader is the same 28 s after the delay of all members has stepped up from 0.',
      `Kills: with that delay, reached in steps of at most ${SURE_STEP_MS} ms. Puts: those begun in the 45 s after the kill.`,
    ];
    return { suite: stability.name, skipped: undefined, rows, notes, figures: [] };
  },
};

/** The delay of all members becomes `delayMs`. */
function step(delayMs: number, atMs: number): string[] {
  return MEMBERS.map((member) => `{at: ${atMs}ms, action: egress-delay, target: ${member}, delay: ${delayMs}ms}`);
}

function rampAndKill(delayMs: number): string {
  const steps = Math.ceil(delayMs / SURE_STEP_MS);
  const ramp = Array.from({ length: steps }, (_, i) =>
    step(Math.round((delayMs * (i + 1)) / steps), 2000 + STEP_EVERY_MS * i),
  ).flat();
  return listed([...ramp, `{at: 15s, action: crash, target: leader}`]);
}

function listed(faults: readonly string[]): string {
  return `[${faults.join(', ')}]`;
}

function stepRow(
  { delayMs, measured, low }: (typeof STEPS)[number],
  phases: readonly number[],
  cells: Cells,
): ReproduceRow {
  const stands = phases.flatMap((atMs) =>
    cells.values({ faults: listed(step(delayMs, atMs)) }, 'after_fault_step_downs').map((count) => count === 0),
  );
  return row(
    withinRange({
      suite: stability.name,
      name: 'leaders that survive a step',
      cell: { [STEP]: `${delayMs}ms` },
      unit: 'ratio',
      measured,
      simulated: share(stands),
      low,
      high: measured === 0 ? LEFT_AT_MOST : 1,
      absolute: true,
    }),
  );
}

function killRow({ delayMs, low, high }: (typeof KILLS)[number], cells: Cells): ReproduceRow {
  return row(
    withinRange({
      suite: stability.name,
      name: 'time to a new leader after a kill, median',
      cell: { [STEP]: `${delayMs}ms`, 'faults[3].action': 'crash' },
      unit: 'ms',
      measured: (low + high) / 2,
      simulated: medianInterval(cells.values({ faults: rampAndKill(delayMs) }, 'after_fault_new_leader')),
      low,
      high,
    }),
  );
}

function noPutRow(delayMs: number, cells: Cells): ReproduceRow {
  return row({
    suite: stability.name,
    name: 'puts that succeed after a kill',
    cell: { [STEP]: `${delayMs}ms`, 'faults[3].action': 'crash' },
    unit: 'count',
    measured: 0,
    simulated: confidenceInterval(cells.values({ faults: rampAndKill(delayMs) }, 'after_fault_successes')),
    tolerance: 0,
    absolute: true,
  });
}
