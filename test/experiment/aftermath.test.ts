import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/experiment/index.js';
import { OPTIONS, PUTS, resolved } from './scenarios.js';

const LATER = {
  'client.request-timeout': '1s',
  'workload.count': '0',
  'cluster.version': '"3.4"',
  stop: '{after: 8s}',
};

function metricsOf(faults: string, replication = 0): Readonly<Record<string, number>> {
  const { metrics } = runScenario(resolved(PUTS, { ...LATER, faults }), { ...OPTIONS, replication }).result;
  return Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value]));
}

describe('what follows a fault', () => {
  it('is not told of a run without one', () => {
    expect(Object.keys(metricsOf('[]')).filter((name) => name.startsWith('after_fault'))).toEqual([]);
  });

  it('is an election after a kill: a candidate, a leader, all who follow it, a call that succeeds, in this order', () => {
    let split = 0;
    for (let replication = 0; replication < 12; replication++) {
      const metrics = metricsOf('[{at: 1s, action: crash, target: leader}]', replication);
      expect(metrics['after_fault_first_candidate']).toBeGreaterThan(700);
      expect(metrics['after_fault_new_leader']).toBeGreaterThan(metrics['after_fault_first_candidate']!);
      expect(metrics['after_fault_leader_known']).toBeGreaterThan(metrics['after_fault_new_leader']!);
      expect(metrics['after_fault_first_success']).toBeGreaterThan(metrics['after_fault_new_leader']!);
      expect(metrics['after_fault_terms_to_leader']).toBeGreaterThanOrEqual(1);
      // A killed leader does not step down.
      expect(metrics['after_fault_step_downs']).toBe(0);
      if (metrics['after_fault_terms_to_leader']! > 1) split++;
      else expect(metrics['after_fault_new_leader']).toBeLessThan(2100);
    }
    expect(split).toBeGreaterThan(0);
    expect(split).toBeLessThan(12);
  });

  it('is a step-down where the leader is cut off, or hands over', () => {
    expect(metricsOf('[{at: 1s, action: partition, target: leader}]')['after_fault_step_downs']).toBe(1);
    const moved = metricsOf('[{at: 1s, action: move-leader, target: follower}]');
    expect([moved['after_fault_step_downs'], moved['after_fault_terms_to_leader']]).toEqual([1, 1]);
  });

  it('counts from the last fault alone', () => {
    const once = metricsOf('[{at: 1s, action: slow-disk, target: m2, factor: 2}]');
    const twice = metricsOf(
      '[{at: 1s, action: slow-disk, target: m2, factor: 2}, {at: 5s, action: slow-disk, target: m2, factor: 2}]',
    );
    expect(twice['after_fault_successes']!).toBeLessThan(0.6 * once['after_fault_successes']!);
    expect(twice['after_fault_first_success']!).toBeLessThan(100);
    expect(twice['after_fault_new_leader']).toBeUndefined();
  });

  it('may be nothing at all: two members of three are gone', () => {
    // They come back when it is too late for an election.
    const metrics = metricsOf(
      '[{at: 1s, action: crash, target: m2, for: 6900ms}, {at: 2s, action: crash, target: m3, for: 5900ms}]',
    );
    expect(metrics['after_fault_successes']).toBe(0);
    expect(metrics['after_fault_errors']).toBeGreaterThan(0);
    expect(metrics['after_fault_first_success']).toBeUndefined();
    expect(metrics['after_fault_step_downs']).toBe(1);
  });
});
