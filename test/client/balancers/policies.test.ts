import { describe, expect, it } from 'vitest';
import { type RunResult, runScenario } from '../../../src/experiment/index.js';
import { parseScenario } from '../../../src/scenario/index.js';

/*
 * What each policy is for, seen at the members: who receives what.
 */

const BASE = `
name: policies
description: who receives what
seed: 1
cluster: { members: 3, leader: m1, disk: memory }
network: { members: { egress: { delay: 5ms } } }
client: { balancer: round-robin, request-timeout: 1s }
workload: { kind: open-loop, operations: { put: 1, lget: 1 }, rate: 50/s, arrivals: even, count: 500 }
stop: { after: 1m }
`;

function run(balancer: string, set: Readonly<Record<string, string>> = {}, replication = 0): RunResult {
  const parsed = parseScenario(BASE, 'policies.yaml', {
    set: Object.entries({ 'client.balancer': balancer, ...set }).map(([path, value]) => ({ path, value })),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return runScenario(parsed.scenario, { replication, document: parsed.document, version: 'test' }).result;
}

function received(result: RunResult, kind: string): number[] {
  return result.members.map(({ requests }) => requests[kind] ?? 0);
}

/** Requests that a member received in the seconds [from, to). */
function during(result: RunResult, member: string, from: number, to: number): number {
  const { points } = result.series.find(({ name }) => name === `requests ${member}`)!;
  return points.slice(from, to).reduce((sum, [, count]) => sum + count, 0);
}

const M2_NEAR = { 'network.hosts': '{m2: {egress: {delay: 1ms}}}' };

describe('random', () => {
  it('spreads calls evenly, but not in turn', () => {
    const shares = run('random').members.map(
      (_, i) => received(run('random'), 'range')[i]! + received(run('random'), 'put')[i]!,
    );
    for (const share of shares) expect(Math.abs(share - 500 / 3)).toBeLessThan(45);
    expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(1);
  });
});

describe('writes-to-leader and leader-aware', () => {
  it.each(['writes-to-leader', 'leader-aware'])('%s: writes to the leader, reads to all', (balancer) => {
    const result = run(balancer);
    const [leader, ...followers] = received(result, 'put');
    expect(leader! / (leader! + followers[0]! + followers[1]!)).toBeGreaterThan(0.98);
    for (const reads of received(result, 'range')) expect(reads).toBeGreaterThan(60);
  });
});

describe('pick-first', () => {
  it('uses the first of the list alone, the second while that is away, and stays there', () => {
    expect(received(run('pick-first'), 'put').slice(1)).toEqual([0, 0]);
    const result = run('pick-first', { faults: '[{at: 3s, action: crash, target: m1, for: 2s}]' });
    expect(during(result, 'm1', 0, 3)).toBeGreaterThan(140);
    expect(during(result, 'm2', 4, 10)).toBeGreaterThan(250);
    expect(during(result, 'm1', 4, 10)).toBe(0);
    expect(during(result, 'm3', 0, 10)).toBe(0);
  });

  it('begins elsewhere when it shuffles', () => {
    const used = Array.from({ length: 12 }, (_, i) =>
      received(run('{name: pick-first, shuffle: true}', { 'workload.count': '10' }, i), 'put').findIndex((n) => n > 0),
    );
    expect(new Set(used)).toEqual(new Set([0, 1, 2]));
  });
});

describe('grpc-1.7', () => {
  it('uses one member at a time', () => {
    const result = run('grpc-1.7', { faults: '[{at: 3s, action: pause, target: m1, for: 3s}]' });
    for (let second = 0; second < 10; second++) {
      const busy = ['m1', 'm2', 'm3'].filter((member) => during(result, member, second, second + 1) > 5);
      expect(busy.length).toBeLessThanOrEqual(2);
    }
  });
});

describe('nearest', () => {
  it('finds the near one, and leaves it while it does not answer', () => {
    const calm = run('nearest', M2_NEAR);
    expect(during(calm, 'm2', 1, 10)).toBe(450);
    const options = '{name: nearest, probe-interval: 1s}';
    const paused = run(options, { ...M2_NEAR, faults: '[{at: 2s, action: pause, target: m2, for: 5s}]' });
    expect(during(paused, 'm2', 5, 7)).toBe(0);
    expect(during(paused, 'm1', 5, 7) + during(paused, 'm3', 5, 7)).toBe(100);
  });
});

describe('peak-ewma and weighted-round-robin', () => {
  it.each([
    ['peak-ewma', 1.5],
    ['{name: weighted-round-robin, blackout: 0s}', 2],
  ])('%s: the faster member gets more', (balancer, least) => {
    const result = run(balancer, { ...M2_NEAR, 'workload.operations': 'sget' });
    const [m1, m2, m3] = received(result, 'range');
    expect(m2! / m1!).toBeGreaterThan(least);
    expect(m2! / m3!).toBeGreaterThan(least);
    expect(m1! + m3!).toBeGreaterThan(20);
  });

  it('weights count only after the blackout', () => {
    const late = run('weighted-round-robin', { ...M2_NEAR, 'workload.operations': 'sget' });
    for (const reads of received(late, 'range')) expect(Math.abs(reads - 500 / 3)).toBeLessThan(15);
  });
});

describe('least-request', () => {
  it('leaves a member with calls under way alone', () => {
    const faults = '[{at: 2s, action: pause, target: m2, for: 6s}]';
    const [least, any] = ['least-request', 'random'].map((balancer) => during(run(balancer, { faults }), 'm3', 3, 8));
    expect(least).toBeGreaterThan(any!);
  });
});

describe('outlier-detection', () => {
  const balancer = '{name: outlier-detection, interval: 1s, base-ejection: 3s}';

  it('puts a member out that fails, and lets it come back', () => {
    const result = run(balancer, { faults: '[{at: 1s, action: pause, target: m2, for: 3s}]' });
    expect(result.metrics['errors']!.value).toBeGreaterThan(5);
    expect(during(result, 'm1', 4, 6)).toBeGreaterThanOrEqual(48);
    expect(during(result, 'm2', 8, 10)).toBeGreaterThan(25);
  });

  it('puts out no more than its share, but one at least', () => {
    const faults = '[{at: 1s, action: pause, target: m2}, {at: 1s, action: pause, target: m3}]';
    const set = { faults, 'workload.operations': 'sget', 'allow-quorum-loss': 'true' };
    // One is out: of two, every second call fails.
    const one = run(balancer, set).metrics['errors']!.value;
    const two = run(balancer.replace('}', ', max-ejected: 0.7}'), set).metrics['errors']!.value;
    expect(one).toBeGreaterThan(150);
    expect(two).toBeLessThan(one * 0.7);
  });

  it('is what stands inside as long as nobody fails', () => {
    const inside = JSON.stringify(run('random').members);
    expect(JSON.stringify(run('{name: outlier-detection, child: random}').members)).toBe(inside);
  });
});
