import type { ReproduceRow, SuiteResult } from '../result.js';
import { confidenceInterval, median } from '../statistics.js';
import { BALANCER, type Cells, DELAY, row, runCells, type Suite } from './suite.js';

const REPLICATIONS = 8;
const BALANCERS = ['round-robin', 'pick-leader'] as const;
type Balancer = (typeof BALANCERS)[number];

/** Seconds from the start of the apiserver process, each run. */
interface Runs {
  readonly serving: readonly number[];
  readonly readyz: readonly number[];
  readonly total: readonly number[];
}

/** Measured: Kubernetes 1.20.2 on etcd 3.4.23 in memory, egress delay 30 ms on every member, everything on two cores. */
const AT_30_MS: Readonly<Record<Balancer, Runs>> = {
  'round-robin': {
    serving: [9.551, 8.499, 9.154],
    readyz: [51.276, 48.68, 50.743],
    total: [69.186, 66.125, 68.358],
  },
  'pick-leader': {
    serving: [8.615, 8.434, 8.547],
    readyz: [35.659, 35.48, 35.741],
    total: [50.055, 50.538, 51.261],
  },
};

/** The same without delay, where noise of the CPU rules: `total` of four runs with each policy. */
const TOTAL_AT_0_MS = [13.569, 13.798, 11.69, 12.195, 13.2, 11.868, 12.189, 12.702];

/** Requests up to `total` in the runs that were recorded whole. */
const KINDS = ['get', 'list', 'count', 'create', 'update', 'dial', 'watch'] as const;
const REQUESTS: readonly {
  readonly delay: string;
  readonly balancer: Balancer;
  readonly counts: Readonly<Record<(typeof KINDS)[number], number>>;
}[] = [
  {
    delay: '0ms',
    balancer: 'pick-leader',
    counts: { get: 284, list: 81, count: 70, create: 250, update: 65, dial: 75, watch: 68 },
  },
  {
    delay: '0ms',
    balancer: 'round-robin',
    counts: { get: 284, list: 81, count: 70, create: 250, update: 67, dial: 75, watch: 68 },
  },
  {
    delay: '30ms',
    balancer: 'round-robin',
    counts: { get: 295, list: 85, count: 74, create: 248, update: 76, dial: 75, watch: 68 },
  },
];

/** The leader's share of all requests: median of the runs, and the least that is accepted. */
const LEADER_SHARE: readonly {
  readonly delay: string;
  readonly balancer: Balancer;
  readonly measured: number;
  readonly least: number;
  readonly most: number;
}[] = [
  { delay: '0ms', balancer: 'round-robin', measured: 0.341, least: 0.3, most: 0.37 },
  { delay: '30ms', balancer: 'round-robin', measured: 0.335, least: 0.3, most: 0.37 },
  { delay: '0ms', balancer: 'pick-leader', measured: 0.931, least: 0.88, most: 1 },
  { delay: '30ms', balancer: 'pick-leader', measured: 0.973, least: 0.92, most: 1 },
];

/** A real control plane coming up on a real etcd. */
export const apiserverInit: Suite = {
  name: 'apiserver-init',
  summary: 'a kube-apiserver, controller manager and scheduler coming up at 0 and 30 ms: times, requests, shares',
  async run(options): Promise<SuiteResult> {
    const [cells] = await runCells(options, [{ scenario: 'apiserver-init-time', replications: REPLICATIONS }]);
    const rows = [...timeRows(cells!), ...requestRows(cells!), ...shareRows(cells!)];
    const notes = [
      'Times are medians over the runs. Sources: init-times.csv (three runs a cell at 30 ms, eight at 0 ms pooled),',
      'init-trace-* (requests up to the total), init-traffic.csv (shares).',
    ];
    return { suite: apiserverInit.name, skipped: undefined, rows, notes, figures: [] };
  },
};

function timeRows(cells: Cells): ReproduceRow[] {
  const rows: ReproduceRow[] = [];
  const at30 = (balancer: Balancer) => ({ [DELAY]: '30ms', [BALANCER]: balancer });
  for (const balancer of BALANCERS) {
    for (const step of ['serving', 'readyz', 'total'] as const) {
      rows.push(
        row({
          suite: apiserverInit.name,
          name: step,
          cell: at30(balancer),
          unit: 's',
          measured: median(AT_30_MS[balancer][step]),
          simulated: medianOf(cells.values(at30(balancer), step)),
          tolerance: step === 'total' ? 0.07 : 0.1,
        }),
      );
    }
  }
  rows.push(
    row({
      suite: apiserverInit.name,
      name: 'total, both policies',
      cell: { [DELAY]: '0ms' },
      unit: 's',
      measured: median(TOTAL_AT_0_MS),
      simulated: medianOf(cells.values({ [DELAY]: '0ms' }, 'total')),
      tolerance: 0.12,
    }),
  );
  const speedups = cells
    .values(at30('round-robin'), 'total')
    .map((total, i) => total / cells.values(at30('pick-leader'), 'total')[i]!);
  rows.push(
    row({
      suite: apiserverInit.name,
      name: 'speedup',
      cell: { [DELAY]: '30ms' },
      unit: 'ratio',
      measured: median(AT_30_MS['round-robin'].total) / median(AT_30_MS['pick-leader'].total),
      simulated: confidenceInterval(speedups),
      tolerance: 0.06,
      absolute: true,
    }),
  );
  return rows;
}

function requestRows(cells: Cells): ReproduceRow[] {
  return REQUESTS.flatMap(({ delay, balancer, counts }) =>
    KINDS.map((kind) => {
      const cell = { [DELAY]: delay, [BALANCER]: balancer };
      return row({
        suite: apiserverInit.name,
        name: `${kind} requests`,
        cell,
        unit: 'count',
        measured: counts[kind],
        simulated: cells.interval(cell, `requests_${kind}`),
        tolerance: 0.05,
      });
    }),
  );
}

function shareRows(cells: Cells): ReproduceRow[] {
  return LEADER_SHARE.map(({ delay, balancer, measured, least, most }) => {
    const cell = { [DELAY]: delay, [BALANCER]: balancer };
    const simulated = cells.interval(cell, 'request_share_m1');
    return row({
      suite: apiserverInit.name,
      name: "leader's share",
      cell,
      unit: 'ratio',
      measured,
      simulated,
      tolerance: simulated.mean < measured ? measured - least : most - measured,
      absolute: true,
    });
  });
}

/** The median, with the mean's interval around it. */
function medianOf(values: readonly number[]) {
  const { mean, ciLow, ciHigh, n } = confidenceInterval(values);
  const middle = median(values);
  return { mean: middle, ciLow: middle - (mean - ciLow), ciHigh: middle + (ciHigh - mean), n };
}
