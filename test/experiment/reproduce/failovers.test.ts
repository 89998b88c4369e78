import { describe, expect, it } from 'vitest';
import { runScenario } from '../../../src/experiment/index.js';
import { paused } from '../../../src/experiment/reproduce/paused.js';
import { medianInterval, share, withinRange } from '../../../src/experiment/reproduce/ranges.js';
import { shippedScenario } from '../../../src/experiment/reproduce/shipped-scenario.js';
import { row } from '../../../src/experiment/reproduce/suite.js';
import { suiteOptions } from './shipped.js';

const options = suiteOptions(undefined);

function metricsOf(name: string, set: Readonly<Record<string, string>>, replication: number) {
  const settings = Object.entries(set).map(([path, value]) => ({ path, value }));
  const scenario = shippedScenario(options, `reproduce/${name}`, settings);
  return runScenario(scenario, { replication, document: {}, version: 'test' }).result.metrics;
}

describe('a sequential client when the leader is killed', () => {
  it('waits for the election, without an error, or for its whole timeout', () => {
    let lost = 0;
    let runs = 0;
    for (const at of ['1000ms', '1150ms', '1300ms', '1450ms']) {
      for (let replication = 0; replication < 8; replication++) {
        const metrics = metricsOf('leader-kill', { 'faults[0].at': at }, replication);
        const gapMs = metrics['longest_gap']!.value;
        const errors = metrics['errors']!.value;
        runs++;
        if (gapMs >= 5000) {
          lost++;
          expect(errors).toBeGreaterThanOrEqual(1);
          expect(gapMs).toBeLessThan(5700);
        } else {
          expect(errors).toBe(0);
          expect(gapMs).toBeGreaterThan(metrics['after_fault_new_leader']!.value);
          expect(gapMs).toBeLessThan(metrics['after_fault_new_leader']!.value + 600);
        }
      }
    }
    expect(lost / runs).toBeGreaterThan(0.4);
    expect(lost / runs).toBeLessThan(0.95);
  });
});

describe('a leader whose delay steps up', () => {
  const stands = (delay: string, replication: number): boolean => {
    const set = Object.fromEntries([0, 1, 2].map((i) => [`faults[${i}].delay`, delay]));
    return metricsOf('stability', set, replication)['after_fault_step_downs']!.value === 0;
  };

  it('stands 300 ms always, and 750 ms seldom', () => {
    const runs = Array.from({ length: 6 }, (_, replication) => replication);
    expect(runs.every((replication) => stands('300ms', replication))).toBe(true);
    expect(runs.filter((replication) => stands('750ms', replication)).length).toBeLessThan(3);
  });
});

describe('the suite of members that hang', () => {
  it('misses nothing, and gives the same rows again', async () => {
    const { rows, figures } = await paused.run(options);
    expect(rows.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(rows).toHaveLength(22);
    expect(figures).toHaveLength(1);
    expect((await paused.run(options)).rows).toEqual(rows);
  });
});

describe('rows of ranges, shares and medians', () => {
  const parts = { suite: 's', name: 'n', cell: {}, unit: 'ms', measured: 10, low: 8, high: 15 };
  const statusOf = (simulated: number, absolute = false) => row(withinRange({ ...parts, simulated, absolute })).status;

  it('accept what lies in the range, its ends included, and nothing else', () => {
    for (const absolute of [false, true]) {
      expect([7.9, 8, 10, 15, 15.1].map((value) => statusOf(value, absolute))).toEqual([
        'miss',
        'ok',
        'ok',
        'ok',
        'miss',
      ]);
    }
  });

  it("give a share Wilson's interval, and a median that of its order statistics", () => {
    // Printed: 8 of 10, Wilson 95 %: 0.490 to 0.943.
    const eight = share(Array.from({ length: 10 }, (_, i) => i < 8));
    expect([eight.mean, eight.ciLow, eight.ciHigh].map((value) => value.toFixed(3))).toEqual([
      '0.800',
      '0.490',
      '0.943',
    ]);
    expect(share([true, true])).toMatchObject({ mean: 1, ciHigh: 1 });
    expect(share([false])).toMatchObject({ mean: 0, ciLow: 0 });
    const median = medianInterval(Array.from({ length: 100 }, (_, i) => i + 1));
    // Binomial tables: the 40th and the 61st of 100.
    expect(median).toEqual({ mean: 50.5, ciLow: 40, ciHigh: 61, n: 100 });
    expect(medianInterval([7])).toEqual({ mean: 7, ciLow: 7, ciHigh: 7, n: 1 });
  });
});
