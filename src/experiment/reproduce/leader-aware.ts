import type { ReproduceRow, SuiteResult } from '../result.js';
import { confidenceInterval } from '../statistics.js';
import { withinRange } from './ranges.js';
import { BALANCER, type Cells, row, runCells, type Suite } from './suite.js';

const REPLICATIONS = 24;
const POLICIES = { path: BALANCER, values: ['round-robin', 'leader-aware'] };
/** Pull request 22328 was measured without the headers of 22327: its hints came from status answers alone. */
const AS_MEASURED = '{name: leader-aware, headers: false}';
const POLICIES_AS_MEASURED = { path: BALANCER, values: ['round-robin', AS_MEASURED] };
const VALUE_BYTES = 64 * 1024;
const PUTS = 300;

/** What the proposal's own tests report of puts every 50 ms with deadlines of 750 ms while a member is stopped. */
const WHILE_PAUSED = [
  { target: 'follower', puts: 101, balancer: 'round-robin', measured: 67, low: 62, high: 72 },
  { target: 'follower', puts: 101, balancer: AS_MEASURED, measured: 101, low: 101, high: 101 },
  { target: 'leader', puts: 275, balancer: 'round-robin', measured: 165, low: 150, high: 180 },
  { target: 'leader', puts: 275, balancer: AS_MEASURED, measured: 200, low: 185, high: 215 },
] as const;

/** Puts before the member hangs, which all succeed: the policy has found the leader by then. */
const WARM_UP_PUTS = 100;

/** The member hangs for as long as the puts last: 5 s of them, or 14 s. */
const PAUSES = {
  follower: '[{at: 5020ms, action: pause, target: follower, for: 6s}]',
  leader: '[{at: 5020ms, action: pause, target: leader, for: 15s}]',
} as const;

/**
 * A client balancer that sends mutations to the leader, as proposed for etcd.
 *
 * Source: etcd issue 22268 and pull requests 22327 and 22328.
 */
export const leaderAware: Suite = {
  name: 'leader-aware',
  summary: "etcd's proposed leader-aware balancer: peer bytes a put, and puts that succeed while a member hangs",
  async run(options): Promise<SuiteResult> {
    const scenario = 'reproduce/leader-aware';
    const hanging = (target: keyof typeof PAUSES) => ({
      scenario,
      set: [
        { path: 'workload.value-size', value: '256B' },
        { path: 'workload.timeout', value: '750ms' },
        {
          path: 'workload.count',
          value: String(WARM_UP_PUTS + WHILE_PAUSED.find((each) => each.target === target)!.puts),
        },
        { path: 'client.retry', value: '{attempts: 1}' },
        { path: 'faults', value: PAUSES[target] },
      ],
      axes: [POLICIES_AS_MEASURED],
      replications: REPLICATIONS,
    });
    const [bytes, follower, leader] = await runCells(options, [
      { scenario, axes: [POLICIES], replications: 4 },
      hanging('follower'),
      hanging('leader'),
    ]);
    const rows = [...byteRows(bytes!), ...pausedRows({ follower: follower!, leader: leader! })];
    const notes = [
      "Peer bytes are in sizes of the value (64 KiB): the messages' own bytes come on top, and heartbeats.",
      'Puts succeed within 750 ms or not at all; nothing is tried again.',
    ];
    return { suite: leaderAware.name, skipped: undefined, rows, notes, figures: [] };
  },
};

/** Bytes sent between members a put, in sizes of its value. */
function sizes(cells: Cells, balancer: string): number[] {
  return cells.values({ [BALANCER]: balancer }, 'peer_sent').map((bytes) => bytes / PUTS / VALUE_BYTES);
}

function byteRows(cells: Cells): ReproduceRow[] {
  const [rotation, aware] = POLICIES.values.map((balancer) => sizes(cells, balancer));
  const common = { suite: leaderAware.name, unit: 'ratio' };
  return [
    ...(
      [
        ['round-robin', rotation!, 8 / 3],
        ['leader-aware', aware!, 2],
      ] as const
    ).map(([balancer, values, measured]) =>
      row({
        ...common,
        name: 'peer bytes a put over its size',
        cell: { [BALANCER]: balancer },
        measured,
        simulated: confidenceInterval(values),
        tolerance: 0.02,
      }),
    ),
    row({
      ...common,
      name: 'peer bytes saved',
      cell: {},
      measured: 0.25,
      simulated: confidenceInterval(aware!.map((value, i) => 1 - value / rotation![i]!)),
      tolerance: 0.01,
      absolute: true,
    }),
  ];
}

function pausedRows(cells: Readonly<Record<keyof typeof PAUSES, Cells>>): ReproduceRow[] {
  return WHILE_PAUSED.map(({ target, puts, balancer, measured, low, high }) =>
    row(
      withinRange({
        suite: leaderAware.name,
        name: `puts that succeed, of ${puts}`,
        cell: { 'faults[0].target': target, [BALANCER]: balancer },
        unit: 'count',
        measured,
        simulated: confidenceInterval(
          cells[target].values({ [BALANCER]: balancer }, 'operations').map((puts) => puts - WARM_UP_PUTS),
        ),
        low,
        high,
        absolute: true,
      }),
    ),
  );
}
