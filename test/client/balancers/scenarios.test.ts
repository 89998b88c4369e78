import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type RunResult, runScenario } from '../../../src/experiment/index.js';
import { parseScenario } from '../../../src/scenario/index.js';

/*
 * What the policies do of themselves when something happens to the members: each shipped scenario's expectation.
 */

const SCENARIOS = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
const REPLICATIONS = [0, 1, 2];

function run(name: string, balancer: string, replication = 0, set: Readonly<Record<string, string>> = {}): RunResult {
  const parsed = parseScenario(readFileSync(`${SCENARIOS}${name}.yaml`), `${name}.yaml`, {
    set: Object.entries({ 'client.balancer': balancer, ...set }).map(([path, value]) => ({ path, value })),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return runScenario(parsed.scenario, { replication, document: parsed.document, version: 'test' }).result;
}

function metric(result: RunResult, name: string): number {
  return result.metrics[name]?.value ?? 0;
}

/** Requests that a member received in the seconds [from, to). */
function received(result: RunResult, member: string, from: number, to: number): number {
  const points = result.series.find(({ name }) => name === `requests ${member}`)!.points;
  return points.slice(from, to).reduce((sum, [, count]) => sum + count, 0);
}

const DEADLINE = 'errors: context deadline exceeded';
const CLOSING = 'errors: transport is closing';

describe('grpc-1.7 and a member that is back after 0.2 s', () => {
  it.each(REPLICATIONS)(
    'avoids it for 5 s, where round robin waits for one back-off (replication %i)',
    (replication) => {
      const avoiding = metric(run('balancer-false-positive', 'grpc-1.7', replication), 'longest_gap');
      expect(avoiding).toBeGreaterThan(4950);
      expect(avoiding).toBeLessThan(5150);
      const dialling = metric(run('balancer-false-positive', 'round-robin', replication), 'longest_gap');
      expect(dialling).toBeGreaterThan(900);
      expect(dialling).toBeLessThan(1300);
    },
  );

  it('avoids it for as long as it is told to', () => {
    const result = run('balancer-false-positive', '{name: grpc-1.7, unhealthy-time: 2s}');
    expect(metric(result, 'longest_gap')).toBeGreaterThan(1950);
    expect(metric(result, 'longest_gap')).toBeLessThan(2150);
  });

  it('leaves for good where another can be reached', () => {
    const result = run('balancer-false-positive', 'grpc-1.7', 0, {
      faults: '[{at: 3s, action: crash, target: m1, for: 200ms}]',
      'network.hosts': '{m1: {egress: {delay: 1ms}}}',
    });
    expect(received(result, 'm1', 0, 3)).toBeGreaterThan(50);
    expect(received(result, 'm1', 4, 12)).toBe(0);
  });
});

describe('grpc-1.0 and a partitioned member', () => {
  it.each(['2', '3', '8'])('keeps its pin until the partition ends, if that is the one drawn (seed %s)', (seed) => {
    const result = run('balancer-stale-pin', 'grpc-1.0', 0, { seed });
    expect(metric(result, 'request_share_m2')).toBe(1);
    // 20 calls a second for 10 s, but for those of the last 2 s, which are answered when the partition ends.
    expect(metric(result, DEADLINE)).toBeGreaterThan(150);
    expect(metric(result, 'errors')).toBe(metric(result, DEADLINE));
  });

  it('draws one of the three at random', () => {
    const drawn = Array.from({ length: 30 }, (_, replication) =>
      metric(
        run('balancer-stale-pin', 'grpc-1.0', replication, { 'workload.count': '5', faults: '[]' }),
        'request_share_m2',
      ),
    );
    expect(new Set(drawn)).toEqual(new Set([0, 1]));
    const times = drawn.filter((share) => share === 1).length;
    expect(times).toBeGreaterThanOrEqual(3);
    expect(times).toBeLessThanOrEqual(20);
  });

  it('which grpc-1.7 leaves after the first deadline, and round robin meets every third time', () => {
    expect(metric(run('balancer-stale-pin', 'grpc-1.7'), DEADLINE)).toBeLessThan(45);
    const third = metric(run('balancer-stale-pin', 'round-robin'), DEADLINE);
    expect(third).toBeGreaterThan(45);
    expect(third).toBeLessThan(70);
    expect(metric(run('balancer-stale-pin', 'pick-leader'), 'errors')).toBe(0);
  });
});

describe('a follower that stands still', () => {
  it('costs round robin a third of its calls', () => {
    for (const replication of REPLICATIONS) {
      const lost = metric(run('balancer-lost-third', 'round-robin', replication), DEADLINE) / (60 * 10);
      expect(lost).toBeGreaterThan(0.27);
      expect(lost).toBeLessThan(1 / 3 + 0.01);
    }
  });

  it('is noticed by those who count what is under way, in the order of how well', () => {
    const [third, two, peak] = ['round-robin', 'least-request', 'peak-ewma'].map((balancer) =>
      metric(run('balancer-lost-third', balancer), DEADLINE),
    );
    expect(two!).toBeLessThan(third! * 0.6);
    expect(peak!).toBeLessThan(10);
  });

  it('is put out by outlier detection at its second judgement at the latest', () => {
    const detected = metric(run('balancer-lost-third', '{name: outlier-detection, interval: 2s}'), DEADLINE);
    expect(detected).toBeGreaterThan(10);
    // Calls of at most 4 s, plus the deadline of a second before a failure counts.
    expect(detected).toBeLessThan((60 * 5) / 3);
  });

  it('costs leader-aware reads alone, and pick leader nothing', () => {
    const aware = run('balancer-lost-third', 'leader-aware');
    expect(metric(aware, 'put_latency_max')).toBeLessThan(100);
    expect(metric(aware, DEADLINE)).toBeGreaterThan(60);
    expect(metric(run('balancer-lost-third', 'pick-leader'), 'errors')).toBe(0);
  });
});

describe('after a crash of the leader', () => {
  it.each(REPLICATIONS)(
    'pick leader rotates until its next poll, then goes to the new one (replication %i)',
    (replication) => {
      const result = run('balancer-stale-view', 'pick-leader', replication);
      const leader = result.members.find(({ role }) => role === 'leader')!.name;
      const other = result.members.find(({ name, role }) => role !== 'leader' && name !== 'm1')!.name;
      expect(received(result, 'm1', 0, 5)).toBeGreaterThan(240);
      // The poll of second 10 ends it.
      expect(received(result, other, 6, 10)).toBe(100);
      expect(received(result, leader, 6, 10)).toBe(100);
      expect(received(result, other, 11, 16)).toBe(0);
      expect(received(result, leader, 11, 16)).toBe(250);
    },
  );

  it.each(REPLICATIONS)(
    'leader-aware finds the new one within its rediscovery time (replication %i)',
    (replication) => {
      const result = run('balancer-recovery', 'leader-aware', replication);
      const elected = result.timeline.find(({ text }) => /leads in term/.test(text))!;
      const leader = result.members.find(({ role }) => role === 'leader')!.name;
      const recovered = Math.ceil(elected.timeMs / 1000 + 3);
      for (const { name } of result.members) {
        expect(received(result, name, recovered, 16)).toBe(name === leader ? (16 - recovered) * 50 : 0);
      }
      // Far earlier, in fact: with the first answer that names the new leader.
      const soon = Math.ceil(elected.timeMs / 1000) + 1;
      expect(received(result, leader, soon, 11)).toBe((11 - soon) * 50);
    },
  );
});

describe('a late answer of a member that names the leader before', () => {
  it('does not bring it back', () => {
    const result = run('balancer-late-reply', 'leader-aware');
    expect(received(result, 'm1', 0, 5)).toBeGreaterThan(240);
    expect(received(result, 'm1', 5, 6)).toBeLessThan(10);
    expect(received(result, 'm1', 6, 10)).toBe(0);
    expect(received(result, 'm2', 6, 10)).toBe(200);
  });
});

describe('a write forwarded to a leader that dies', () => {
  it('costs a full deadline with round robin in some replication, with the leader’s own clients in none', () => {
    const sum = (balancer: string, name: string): number =>
      REPLICATIONS.reduce(
        (total, replication) => total + metric(run('balancer-dead-leader', balancer, replication), name),
        0,
      );
    expect(sum('round-robin', DEADLINE)).toBeGreaterThan(3);
    for (const balancer of ['pick-leader', 'writes-to-leader', 'leader-aware']) {
      expect(sum(balancer, DEADLINE)).toBe(0);
      expect(sum(balancer, CLOSING)).toBeGreaterThan(10);
    }
  });
});

describe('the thesis’s literal pick leader', () => {
  const literal = '{name: pick-leader, literal: true}';

  it('takes the program down when a poll fails', () => {
    const result = run('balancer-stale-view', literal);
    const panic = result.timeline.find(({ text }) => /panics/.test(text));
    expect(panic?.text).toMatch(/^apiserver1 panics: endpoint status of m1: /);
    expect(received(result, 'm2', 12, 16) + received(result, 'm3', 12, 16)).toBe(0);
    expect(run('balancer-stale-view', 'pick-leader').timeline.some(({ text }) => /panics/.test(text))).toBe(false);
  });

  it('polls once a picker: a program with many channels asks as many times as often', () => {
    const asked = (balancer: string): number =>
      run('balancer-dead-leader', balancer, 0, { faults: '[]' }).members[0]!.requests['status']!;
    expect(asked(literal)).toBeGreaterThan(12 * asked('pick-leader'));
  });
});

describe('peer bytes of a 64 KiB put', () => {
  const S = 64 * 1024;

  it('are 8/3 S with round robin and 2 S with leader-aware', () => {
    const perPut = (balancer: string): number => metric(run('balancer-peer-bytes', balancer), 'peer_sent') / 60;
    expect(perPut('round-robin') / S).toBeGreaterThan(8 / 3 - 0.05);
    expect(perPut('round-robin') / S).toBeLessThan(8 / 3 + 0.05);
    expect(perPut('leader-aware') / S).toBeGreaterThan(2);
    expect(perPut('leader-aware') / S).toBeLessThan(2.03);
  });
});
