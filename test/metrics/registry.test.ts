import { describe, expect, test } from 'vitest';
import { Histogram, MetricRegistry } from '../../src/metrics/index.js';

describe('a registry', () => {
  test('gives all metrics sorted by name, those of one name as registered', () => {
    const registry = new MetricRegistry();
    const sent = registry.counter('b_sent_total', 'Messages sent.', { to: 'm2' });
    registry.counter('b_sent_total', 'Messages sent.', { to: 'm1' }).add(5);
    const leader = registry.gauge('a_is_leader', 'Whether it leads.');
    sent.add();
    sent.add(2.5);
    leader.value = 1;
    leader.value = 0;
    expect(registry.samples()).toEqual([
      { name: 'a_is_leader', type: 'gauge', help: 'Whether it leads.', labels: {}, value: 0 },
      { name: 'b_sent_total', type: 'counter', help: 'Messages sent.', labels: { to: 'm2' }, value: 3.5 },
      { name: 'b_sent_total', type: 'counter', help: 'Messages sent.', labels: { to: 'm1' }, value: 5 },
    ]);
  });

  test('sorts by code unit, whatever the language of the machine', () => {
    const registry = new MetricRegistry();
    for (const name of ['b', 'B', 'a_b', 'aB', 'ab']) registry.gauge(name, '');
    expect(registry.samples().map((sample) => sample.name)).toEqual(['B', 'aB', 'a_b', 'ab', 'b']);
  });

  test('samples are of their moment', () => {
    const registry = new MetricRegistry();
    const counter = registry.counter('a', '');
    const histogram = registry.histogram('h', '', [1]);
    const before = registry.samples();
    counter.add();
    histogram.observe(0.5);
    expect(before.map((sample) => sample.value)).toEqual([0, 0]);
    expect(registry.samples().map((sample) => sample.value)).toEqual([1, 0.5]);
    expect(before[1]?.buckets).toEqual([
      { upTo: 1, count: 0 },
      { upTo: Number.POSITIVE_INFINITY, count: 0 },
    ]);
  });
});

describe('a histogram', () => {
  test('counts cumulatively, a bound included, and ends with all', () => {
    const registry = new MetricRegistry();
    const histogram = registry.histogram('h', 'Seconds.', [0.001, 0.01, 0.1], { grpc_method: 'Range' });
    for (const value of [0, 0.001, 0.0011, 0.01, 0.05, 0.1, 0.2, 7]) histogram.observe(value);
    const [sample] = registry.samples();
    expect(sample).toMatchObject({ name: 'h', type: 'histogram', labels: { grpc_method: 'Range' } });
    expect(sample?.value).toBeCloseTo(7.3621, 12);
    expect(sample?.buckets).toEqual([
      { upTo: 0.001, count: 2 },
      { upTo: 0.01, count: 4 },
      { upTo: 0.1, count: 6 },
      { upTo: Number.POSITIVE_INFINITY, count: 8 },
    ]);
    expect(histogram.count).toBe(8);
  });

  test('is what sorting the observations gives', () => {
    const bounds = Array.from({ length: 14 }, (_, i) => 0.0001 * 2 ** i);
    const histogram = new Histogram(bounds);
    const values = Array.from({ length: 2000 }, (_, i) => ((i * 7919) % 10_007) / 5000);
    for (const value of values) histogram.observe(value);
    let below = 0;
    bounds.forEach((bound, i) => {
      below += histogram.counts[i]!;
      expect(below).toBe(values.filter((value) => value <= bound).length);
    });
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
  });

  test('without bounds has one bucket', () => {
    const histogram = new Histogram([]);
    histogram.observe(3);
    expect([histogram.counts, histogram.sum, histogram.count]).toEqual([[1], 3, 1]);
  });
});
