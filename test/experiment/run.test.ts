import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/experiment/index.js';
import { OPTIONS, PUTS, resolved } from './scenarios.js';

describe('a run', () => {
  it('repeats to the byte, and another replication differs', () => {
    const scenario = resolved(PUTS);
    const once = JSON.stringify(runScenario(scenario, OPTIONS).result);
    expect(JSON.stringify(runScenario(scenario, OPTIONS).result)).toBe(once);
    expect(JSON.stringify(runScenario(scenario, { ...OPTIONS, replication: 1 }).result)).not.toBe(once);
  });

  it('starts when the leader that was asked for leads', () => {
    for (const leader of ['m1', 'm2', 'm3']) {
      const { result } = runScenario(resolved(PUTS, { 'cluster.leader': leader }), OPTIONS);
      expect(result.timeline[0]).toEqual({ timeMs: 0, text: `start: ${leader} leads` });
      expect(result.members.filter(({ role }) => role === 'leader').map(({ name }) => name)).toEqual([leader]);
    }
  });

  it('counts what each member received since the start, polls apart', () => {
    const { result } = runScenario(resolved(PUTS, { 'client.balancer': 'pick-leader' }), OPTIONS);
    const [leader, ...followers] = result.members;
    expect(leader!.requests['put']).toBe(60);
    for (const follower of followers) expect(Object.keys(follower.requests)).toEqual(['status']);
    expect(result.metrics['request_share_m1']!.value).toBe(1);
    expect(leader!.peerSentBytes).toBeGreaterThan(60 * 256 * 2);
  });

  it('talks to its own member alone in the stacked topology', () => {
    const { result } = runScenario(
      resolved(PUTS, {
        'cluster.topology': 'stacked',
        'workload.kind': 'open-loop',
        'workload.rate': '50/s',
        'cluster.apiservers': '2',
      }),
      OPTIONS,
    );
    expect(result.members.map(({ requests }) => requests['put'] ?? 0)).toEqual([30, 30, 0]);
    expect(result.metrics['operations']!.value).toBe(60);
  });

  it('ends at its limit when the workload does not', () => {
    const { result } = runScenario(resolved(PUTS, { 'workload.count': '0', stop: '{after: 2s}' }), OPTIONS);
    expect(result.metrics['virtual_time']).toEqual({ value: 2, unit: 's' });
    expect(result.series[0]!.points).toHaveLength(2);
  });

  it('goes on to its limit when it is told not to end with the workload', () => {
    const { result } = runScenario(resolved(PUTS, { stop: '{when-done: false, after: 30s}' }), OPTIONS);
    expect(result.metrics['virtual_time']!.value).toBe(30);
    expect(result.metrics['operations']!.value).toBe(60);
  });

  it('says so when no leader can stand, and ends all the same', () => {
    const { result } = runScenario(
      resolved(PUTS, { 'network.members.egress.delay': '800ms', stop: '{after: 20s}' }),
      OPTIONS,
    );
    expect(result.timeline[0]!.text).toBe('start: no leader that all members follow');
    expect(result.metrics['acknowledged_writes']!.value).toBe(0);
  });

  it('keeps the history when asked', () => {
    const { history } = runScenario(resolved(PUTS), { ...OPTIONS, history: true });
    expect(history).toHaveLength(60);
    for (const { invokedUs, returnedUs, outcome } of history) {
      expect(outcome.kind).toBe('put');
      expect(returnedUs).toBeGreaterThan(invokedUs);
    }
    expect(runScenario(resolved(PUTS), OPTIONS).history).toEqual([]);
  });
});

const CRASH = '[{at: 300ms, action: crash, target: leader, for: 2s}]';

describe('a crash of the leader', () => {
  it('costs time, changes the leader, and loses no acknowledged write', () => {
    const calm = runScenario(resolved(PUTS, { 'client.request-timeout': '7s' }), OPTIONS).result;
    for (const replication of [0, 1, 2, 3, 4]) {
      const scenario = resolved(PUTS, { faults: CRASH, 'client.request-timeout': '7s' });
      const { metrics, timeline } = runScenario(scenario, { ...OPTIONS, replication }).result;
      expect(metrics['acknowledged_writes_lost']!.value).toBe(0);
      expect(metrics['leader_changes']!.value).toBeGreaterThanOrEqual(1);
      expect(metrics['longest_gap']!.value).toBeGreaterThan(900);
      expect(metrics['virtual_time']!.value).toBeGreaterThan(calm.metrics['virtual_time']!.value + 0.9);
      const texts = timeline.map(({ text }) => text);
      expect(texts).toContain('crash m1');
      expect(texts.some((text) => /^m[23] leads in term \d+$/.test(text))).toBe(true);
    }
  });
});
