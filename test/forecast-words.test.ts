import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { describe, expect, it, test } from 'vitest';

/*
 * What docs/forecast.md says at its end, held against results/forecast/value/differences.csv: each sentence stands there word
 * for word, and its figures round to those of the file.
 */

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const words = readFileSync(`${ROOT}docs/forecast.md`, 'utf8').replaceAll(/\s+/g, ' ');
const rows: readonly Record<string, string>[] = parse(readFileSync(`${ROOT}results/forecast/value/differences.csv`), {
  columns: true,
});

const XGBOOST = '{ name: pick-leader-forecast, model: thesis-xgboost }';
const RULE = '{ name: pick-leader-forecast, model: thesis-threshold-rule }';
const ORACLE = '{ name: pick-leader-forecast, model: oracle }';
const ORACLE_ON_TROUBLE = '{ name: pick-leader-forecast, model: oracle, move-on: trouble }';

const delayed = (length: string): string =>
  `[{ at: 10s, every: 62s, action: egress-delay, target: leader, delay: 300ms, for: ${length} }]`;

/** Against pick-leader. */
function found(workload: 'open-loop' | 'kube-apiserver-init', balancer: string, faults: string, metric: string) {
  const matching = rows.filter(
    (row) =>
      row['workload']!.includes(workload) &&
      row['client.balancer'] === balancer &&
      row['faults'] === faults &&
      row['metric'] === metric &&
      row['baseline'] === 'pick-leader',
  );
  expect(matching, `${workload} ${balancer} ${faults} ${metric}`).toHaveLength(1);
  const [difference, baseline] = ['difference', 'baseline_mean'].map((column) => Number(matching[0]![column]));
  const percent = Math.round((100 * difference!) / baseline!);
  return { difference: difference!, percent, shown: matching[0]!['shown'] === 'true' };
}

describe('docs/forecast.md says', () => {
  it('how much shorter a write is with XGBoost, by the length of the delay', () => {
    expect(words).toContain('The mean write is 20 % shorter with delays of 5 s, 49 % with 10 s and 89 % with 50 s');
    const write = (length: string) => found('open-loop', XGBOOST, delayed(length), 'put_latency_mean').percent;
    expect(['5s', '10s', '50s'].map(write)).toEqual([-20, -49, -89]);
  });

  it('how much sooner a control plane comes up', () => {
    expect(words).toContain('comes up 8 % sooner with one of 10 s and 59 % with one of 50 s');
    const total = (length: string) => found('kube-apiserver-init', XGBOOST, delayed(length), 'total').percent;
    expect(['10s', '50s'].map(total)).toEqual([-8, -59]);
  });

  it('what a move costs, and that short delays are not worth one', () => {
    expect(words).toContain('10 of 2340 in a run with three delays');
    for (const length of ['10s', '20s', '50s']) {
      expect(Math.round(found('open-loop', XGBOOST, delayed(length), 'errors').difference)).toBe(10);
    }
    expect(words).toContain('with delays of 2 s: 3 requests fail, and nothing is gained');
    expect(Math.round(found('open-loop', XGBOOST, delayed('2s'), 'errors').difference)).toBe(3);
    expect(found('open-loop', XGBOOST, delayed('2s'), 'put_latency_mean').shown).toBe(false);
  });

  it('that its mistakes pay', () => {
    const trouble = (what: string) => `[{ at: 10s, every: 62s, action: ${what}, for: 20s }]`;
    const slowDisk = trouble('slow-disk, target: leader, extra: 150ms');
    const loss = trouble('packet-loss, target: leader, ratio: 5%');
    expect(words).toContain('the mean write is 76 % shorter for it');
    expect(found('open-loop', XGBOOST, slowDisk, 'put_latency_mean').percent).toBe(-76);
    expect(words).toContain('reads are 20 % shorter');
    expect(found('open-loop', XGBOOST, loss, 'lget_latency_mean')).toMatchObject({ percent: -20, shown: true });
    for (const faults of [slowDisk, loss]) {
      for (const metric of ['put_latency_mean', 'lget_latency_mean']) {
        expect(found('open-loop', ORACLE, faults, metric).shown).toBe(false);
      }
    }
  });

  it('what an oracle gains', () => {
    expect(words).toContain('gains from 2 s on');
    expect(found('open-loop', ORACLE, delayed('2s'), 'put_latency_mean')).toMatchObject({ shown: true });
    expect(found('open-loop', ORACLE, delayed('2s'), 'put_latency_mean').percent).toBeLessThan(-2);
    const overload =
      '[{ at: 10s, every: 62s, action: overload, target: leader, clients: 1000, connections: 100, for: 20s }]';
    expect(words).toContain('the oracle gains nothing there either');
    expect(found('open-loop', ORACLE, overload, 'put_latency_mean').percent).toBeGreaterThan(-2);
    expect(words).toContain('shortens its mean write by 19 %');
    expect(found('open-loop', ORACLE_ON_TROUBLE, overload, 'put_latency_mean')).toMatchObject({
      percent: -19,
      shown: true,
    });
  });

  test.each(['5s', '10s', '20s', '50s'])('that a rule of three borders does as well: %s', (length) => {
    expect(words).toContain('A rule of three borders does as well');
    const of = (balancer: string) => found('open-loop', balancer, delayed(length), 'put_latency_mean').percent;
    expect(Math.abs(of(RULE) - of(XGBOOST))).toBeLessThan(3);
  });
});
