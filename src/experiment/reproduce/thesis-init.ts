import type { ReproduceRow, SuiteResult } from '../result.js';
import { confidenceInterval } from '../statistics.js';
import { BALANCER, type Cells, DELAY, row, runCells, type Suite } from './suite.js';

const REPLICATIONS = 8;
const MEMBERS = ['m1', 'm2', 'm3'];

/** Table 6.1: seconds from the start script until control plane and node are up; one run a cell. */
const TABLE_6_1 = [
  { delayMs: 0, 'round-robin': 26.548, 'pick-leader': 26.157 },
  { delayMs: 15, 'round-robin': 47.43, 'pick-leader': 41.223 },
  { delayMs: 30, 'round-robin': 80.785, 'pick-leader': 66.459 },
  { delayMs: 45, 'round-robin': 104.395, 'pick-leader': 82.486 },
] as const;

const BALANCERS = ['round-robin', 'pick-leader'] as const;

/**
 * Initialisation time of the Kubernetes services against the egress delay.
 *
 * Source: I. Iliadis, "Machine Learning for improved communication between Kubernetes - etcd", University of Thessaly
 * 2023, table 6.1 and figure 6.2.
 */
export const thesisInit: Suite = {
  name: 'thesis-init',
  summary: "the thesis's table 6.1: initialisation time at 0, 15, 30 and 45 ms, round robin against pick leader",
  async run(options): Promise<SuiteResult> {
    const [cells] = await runCells(options, [{ scenario: 'thesis-init-time', replications: REPLICATIONS }]);
    const times = timeRows(cells!);
    const meanError = times.reduce((sum, { error }) => sum + Math.abs(error), 0) / times.length;
    const rows = [
      ...times,
      row({
        suite: thesisInit.name,
        name: 'mean |error| of the eight times',
        cell: {},
        unit: 'ratio',
        measured: 0,
        simulated: meanError,
        tolerance: 0.06,
        absolute: true,
      }),
      ...speedupRows(cells!),
    ];
    const figures = [timeFigure(cells!), shareFigure(cells!)];
    return { suite: thesisInit.name, skipped: undefined, rows, notes: shareNotes(cells!), figures };
  },
};

function cellOf(delayMs: number, balancer: string): Record<string, string> {
  return { [DELAY]: `${delayMs}ms`, [BALANCER]: balancer };
}

function timeRows(cells: Cells): ReproduceRow[] {
  return BALANCERS.flatMap((balancer) =>
    TABLE_6_1.map((measured) =>
      row({
        suite: thesisInit.name,
        name: 'initialisation time',
        cell: cellOf(measured.delayMs, balancer),
        unit: 's',
        measured: measured[balancer],
        simulated: cells.interval(cellOf(measured.delayMs, balancer), 'total'),
        tolerance: 0.12,
      }),
    ),
  );
}

function speedups(cells: Cells, delayMs: number) {
  const [slow, fast] = BALANCERS.map((balancer) => cells.values(cellOf(delayMs, balancer), 'total'));
  // Paired: replication i has the same seed with both policies.
  return confidenceInterval(slow!.map((total, i) => total / fast![i]!));
}

function speedupRows(cells: Cells): ReproduceRow[] {
  return TABLE_6_1.map((measured) =>
    row({
      suite: thesisInit.name,
      name: 'speedup',
      cell: { [DELAY]: `${measured.delayMs}ms` },
      unit: 'ratio',
      measured: measured['round-robin'] / measured['pick-leader'],
      simulated: speedups(cells, measured.delayMs),
      tolerance: 0.09,
      absolute: true,
    }),
  );
}

/** Share of all requests that each member received (figure 6.2), mean over the delays. */
function shares(cells: Cells, balancer: string): number[] {
  return MEMBERS.map((member) => cells.interval({ [BALANCER]: balancer }, `request_share_${member}`).mean);
}

function shareNotes(cells: Cells): string[] {
  return [
    'Share of the requests by member (figure 6.2: level with round robin, all on the leader with pick leader):',
    ...BALANCERS.map((balancer) => {
      const parts = shares(cells, balancer).map((share, i) => {
        const role = MEMBERS[i] === 'm1' ? ' (leader)' : '';
        return `${MEMBERS[i]}${role} ${(share * 100).toFixed(1)} %`;
      });
      return `  ${balancer.padEnd(12)} ${parts.join('   ')}`;
    }),
  ];
}

function timeFigure(cells: Cells): SuiteResult['figures'][number] {
  const series = BALANCERS.flatMap((balancer) => [
    {
      name: balancer.replace('-', ' '),
      points: TABLE_6_1.map(({ delayMs }) => {
        const { mean, ciLow, ciHigh } = cells.interval(cellOf(delayMs, balancer), 'total');
        return [delayMs, mean, ciLow, ciHigh] as const;
      }),
    },
    {
      name: `${balancer.replace('-', ' ')}, thesis`,
      points: TABLE_6_1.map((each) => [each.delayMs, each[balancer]] as const),
      measured: true,
    },
  ]);
  return {
    name: 'thesis-init',
    figure: {
      title: 'Initialisation time of a control plane',
      xLabel: 'egress delay of every etcd member',
      xUnit: 'ms',
      yLabel: 'time until all is up (s)',
      series,
    },
  };
}

function shareFigure(cells: Cells): SuiteResult['figures'][number] {
  return {
    name: 'thesis-init-shares',
    figure: {
      title: 'Who received the requests',
      yLabel: 'share of all requests',
      groups: MEMBERS.map((member) => (member === 'm1' ? 'm1 (leader)' : member)),
      series: BALANCERS.map((balancer) => ({ name: balancer.replace('-', ' '), values: shares(cells, balancer) })),
    },
  };
}
