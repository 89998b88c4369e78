import type { SuiteResult } from '../result.js';
import { withinRange } from './ranges.js';
import { BALANCER, DELAY, row, runCells, type Suite } from './suite.js';

const OPERATIONS = 'workload.operations';
const RATE = 'workload.rate';
const REPLICATIONS = 4;

const TO = { leader: '{name: fixed, to: leader}', follower: '{name: fixed, to: follower}' } as const;

/** Poisson arrivals at an egress delay of 15 ms, ms. */
const MEASURED = [
  { op: 'lget', target: 'follower', rate: '5/s', meanMs: 83.5, medianMs: 77.5, p95Ms: 129 },
  { op: 'lget', target: 'follower', rate: '50/s', meanMs: 109.4, medianMs: 108.4, p95Ms: 136.4 },
  { op: 'lget', target: 'leader', rate: '5/s', meanMs: 48.9, medianMs: 46.9, p95Ms: 59.9 },
  { op: 'lget', target: 'leader', rate: '50/s', meanMs: 60.7, medianMs: 60.9, p95Ms: 76.2 },
  { op: 'put', target: 'follower', rate: '5/s', meanMs: 81.6, medianMs: 79.2, p95Ms: 90.7 },
  { op: 'put', target: 'follower', rate: '50/s', meanMs: 82.7, medianMs: 80.4, p95Ms: 95.1 },
  { op: 'put', target: 'leader', rate: '5/s', meanMs: 52.1, medianMs: 49.7, p95Ms: 61.1 },
  { op: 'put', target: 'leader', rate: '50/s', meanMs: 54.1, medianMs: 52.1, p95Ms: 68.1 },
] as const;

/** How reads that come while a ReadIndex round is under way wait for the next. Source: measurements of etcd 3.4.23. */
export const readIndex: Suite = {
  name: 'read-index',
  summary: 'linearizable reads that arrive at 5 and 50 a second share ReadIndex rounds; writes wait for nobody',
  async run(options): Promise<SuiteResult> {
    const set = [{ path: DELAY, value: '15ms' }];
    const targets = { path: BALANCER, values: Object.values(TO) };
    const operations = { path: OPERATIONS, values: ['lget', 'put'] };
    const common = { scenario: 'latency-open-loop', replications: REPLICATIONS };
    const [seldom, often] = await runCells(options, [
      { ...common, set: [...set, { path: 'workload.count', value: '400' }], axes: [operations, targets, rates('5/s')] },
      {
        ...common,
        set: [...set, { path: 'workload.count', value: '1500' }],
        axes: [operations, targets, rates('50/s')],
      },
    ]);
    const rows = MEASURED.map(({ op, target, rate, meanMs, medianMs, p95Ms }) => {
      const cell = { [OPERATIONS]: op, [BALANCER]: TO[target], [RATE]: rate };
      const simulated = (rate === '5/s' ? seldom! : often!).interval(cell, `${op}_latency_mean`);
      const parts = { suite: readIndex.name, name: `${op} mean`, cell, unit: 'ms', measured: meanMs, simulated };
      return op === 'lget'
        ? row({ ...parts, tolerance: 0.06 })
        : // Known: the measured writes have a tail that the model's disks do not give, see docs/model.md.
          row({ ...withinRange({ ...parts, low: medianMs, high: p95Ms }), known: true });
    });
    const notes = [
      'At an egress delay of 15 ms. Accepted: reads 6 %; writes between the median and the 95th percentile measured.',
    ];
    return { suite: readIndex.name, skipped: undefined, rows, notes, figures: [] };
  },
};

function rates(...values: string[]) {
  return { path: RATE, values };
}
