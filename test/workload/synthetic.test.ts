import { describe, expect, it } from 'vitest';
import { closedLoop } from '../../src/workload/closed-loop.js';
import type { OperationMix } from '../../src/workload/index.js';
import { openLoop } from '../../src/workload/open-loop.js';
import { sequential } from '../../src/workload/sequential.js';
import { runOnConstantEtcd } from './constant-etcd.js';

const MIX: OperationMix = { weights: { put: 1, lget: 1, txn: 1 }, keyBytes: 20, valueBytes: 256, keySpace: 100 };
const ETCD = { latencyUs: 10_000 };
const SEQUENTIAL = {
  kind: 'sequential',
  operations: MIX,
  count: 60,
  thinkUs: 500,
  timeoutUs: 0,
  watchers: [],
} as const;

describe('sequential', () => {
  it('starts each request its think time after the last answer, and stops at its count', () => {
    const { calls, done, figures } = runOnConstantEtcd(sequential, SEQUENTIAL, ETCD);
    expect(done).toBe(true);
    expect(calls).toHaveLength(60);
    for (let i = 1; i < calls.length; i++) expect(calls[i]!.startUs - calls[i - 1]!.endUs).toBe(500);
    expect(figures.get('operations')).toBe(60);
    expect(new Set(calls.map(({ request }) => request.kind))).toEqual(new Set(['put', 'range', 'txn']));
  });

  it("measures each watcher's events from the start of the write", () => {
    const watchers = [{ name: 'w', balancer: { name: 'round-robin', options: {} } }];
    const { samples, calls } = runOnConstantEtcd(sequential, { ...SEQUENTIAL, watchers }, ETCD);
    const writes = calls.filter(
      ({ outcome }) => outcome?.kind === 'put' || (outcome?.kind === 'txn' && outcome.succeeded),
    );
    expect(samples.get('watch_event_latency_w')).toEqual(writes.map(() => 10));
  });

  it('draws the same operations whatever etcd takes', () => {
    const [fast, slow] = [1_000, 90_000].map((latencyUs) =>
      runOnConstantEtcd(sequential, SEQUENTIAL, { latencyUs }).calls.map(({ request }) => request),
    );
    expect(slow).toEqual(fast);
  });

  it('counts errors by their text, and the longest gap between two successes', () => {
    const fails = (_: unknown, number: number) => number > 20 && number <= 25;
    const { figures } = runOnConstantEtcd(sequential, SEQUENTIAL, { ...ETCD, fails });
    expect(figures.get('errors')).toBe(5);
    expect(figures.get('errors: etcdserver: request timed out')).toBe(5);
    expect(figures.get('longest_gap')).toBeGreaterThan(60);
    expect(figures.get('longest_gap')).toBeLessThan(75);
  });
});

describe('open-loop', () => {
  const OPEN = { kind: 'open-loop', operations: MIX, ratePerSec: 500, count: 4000, timeoutUs: 0 } as const;

  it('spaces even arrivals to the microsecond over the whole run', () => {
    const { calls } = runOnConstantEtcd(openLoop, { ...OPEN, ratePerSec: 300, arrivals: 'even', count: 901 }, ETCD);
    // 300 a second do not divide a second into whole microseconds; the error must not add up.
    expect(calls[900]!.startUs - calls[0]!.startUs).toBe(3_000_000);
  });

  it('lets Poisson arrivals come whatever is in flight', () => {
    const { calls } = runOnConstantEtcd(openLoop, { ...OPEN, arrivals: 'poisson' }, { latencyUs: 50_000 });
    const gaps = calls.slice(1).map(({ startUs }, i) => startUs - calls[i]!.startUs);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(Math.abs(mean / 2_000 - 1)).toBeLessThan(0.06);
    // Exponential gaps have their mean as standard deviation.
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(Math.abs(deviation / mean - 1)).toBeLessThan(0.1);
  });
});

describe('closed-loop', () => {
  it('keeps every caller busy with one request, over the connections it shares', () => {
    const config = {
      kind: 'closed-loop',
      operations: MIX,
      clients: 8,
      connections: 3,
      count: 400,
      thinkUs: 0,
      timeoutUs: 0,
    } as const;
    const { calls, figures, done } = runOnConstantEtcd(closedLoop, config, ETCD);
    expect(done).toBe(true);
    expect(calls).toHaveLength(400);
    expect(new Set(calls.map(({ client }) => client)).size).toBe(3);
    // Eight callers, 10 ms each: 800 a second.
    expect(figures.get('throughput')).toBeCloseTo(800, 0);
  });
});
