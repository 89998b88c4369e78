import { expect, test } from 'vitest';
import type { RunResult, SweepRow } from '../../src/experiment/result.js';
import { sweepCsv } from '../../src/report/csv.js';
import { openMetrics } from '../../src/report/open-metrics.js';
import { runText } from '../../src/report/run-text.js';
import { sweepText } from '../../src/report/sweep-text.js';
import { colors } from '../../src/report/table.js';

const PLAIN = colors(false);

function sweepRow(balancer: string, delay: string, mean: number, metric = 'total'): SweepRow {
  return {
    cell: { 'network.members.egress.delay': delay, 'client.balancer': balancer },
    metric,
    unit: 's',
    mean,
    ciLow: mean - 0.5,
    ciHigh: mean + 0.5,
    n: 3,
  };
}

test('a sweep of two axes: the last one stands side by side, details are left to the other formats', () => {
  const rows = [sweepRow('rr', '0ms', 26), sweepRow('pl', '0ms', 25), sweepRow('rr', '0ms', 1, 'x_p99')];
  const text = sweepText(rows, PLAIN);
  expect(text).toMatch(/metric +delay +rr +pl/);
  expect(text).toMatch(/total \(s\) +0ms +26\.00 ± 0\.50 +25\.00 ± 0\.50/);
  expect(text).not.toContain('x_p99');
  expect(sweepCsv(rows).split('\n')[3]).toBe('0ms,rr,x_p99,s,1,0.5,1.5,3');
});

test('an interval that is only the rounding of equal values is none', () => {
  const equal = { ...sweepRow('rr', '0ms', 31.802000000000003), ciLow: 31.80199999999999, ciHigh: 31.80200000000001 };
  expect(sweepText([equal], PLAIN)).toMatch(/ 31\.80\n/);
});

test('a run: quantiles of a quantity in one line, the share of each member', () => {
  const statistic = (value: number) => ({ value, unit: 'ms' });
  const member = (name: string, range: number) => ({
    name,
    role: 'follower' as const,
    requests: { range },
    clientReceivedBytes: 1500,
    clientSentBytes: 0,
    peerReceivedBytes: 0,
    peerSentBytes: 0,
  });
  const result: RunResult = {
    metrics: {
      lget_latency_mean: statistic(3.25),
      lget_latency_median: statistic(3),
      lget_latency_p95: statistic(7.5),
      lget_latency_p99: statistic(9),
      total: { value: 12.5, unit: 's' },
    },
    members: [member('m1', 30), member('m2', 10)],
    series: [],
    timeline: [{ timeMs: 0, text: 'start: m1 leads' }],
    manifest: { version: '0', scenario: { name: 'x' }, seed: '1', replication: 0 },
  };
  const text = runText(result, PLAIN);
  expect(text).toMatch(/lget_latency +3\.250 +3 +7\.500 +9 /);
  expect(text).toMatch(/total +12\.50 +s/);
  expect(text).toMatch(/m1 +follower +30 +75\.0 % +1\.5 kB/);
  expect(text).toContain('0.000 ms  start: m1 leads');
});

test('OpenMetrics: families together, labels escaped, counters end in _total', () => {
  const sample = { name: 'a_total', type: 'counter' as const, help: 'x "y"', labels: { To: 'm"2' }, value: 3 };
  const text = openMetrics([
    { labels: { member: 'm1' }, samples: [sample] },
    { labels: { member: 'm2' }, samples: [sample] },
  ]);
  expect(text).toBe(
    '# TYPE a counter\n# HELP a x \\"y\\"\n' +
      'a_total{To="m\\"2",member="m1"} 3\na_total{To="m\\"2",member="m2"} 3\n# EOF\n',
  );
});
