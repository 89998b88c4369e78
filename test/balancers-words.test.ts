import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { describe, expect, it, test } from 'vitest';

/*
 * What docs/balancers.md says of the comparison, held against results/balancers/differences.csv: each sentence stands there
 * word for word, and its figures round to those of the file.
 */

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const words = readFileSync(`${ROOT}docs/balancers.md`, 'utf8').replaceAll(/\s+/g, ' ');
const rows: readonly Record<string, string>[] = parse(readFileSync(`${ROOT}results/balancers/differences.csv`), {
  columns: true,
});

type Place = readonly [scenario: string, delay: string | undefined, faults: string];
const NEAR: Place = ['balancers', '0ms', ''];
const FAR: Place = ['balancers', '15ms', ''];
const FAR_INIT: Place = ['balancers-init', '15ms', ''];
const paused: Place = ['balancers', '15ms', 'pause'];

/** Against round robin, one policy at one place. */
function found([scenario, delay, faults]: Place, policy: string, metric: string) {
  const matching = rows.filter(
    (row) =>
      row['scenario'] === scenario &&
      (delay === undefined || row['network.members.egress.delay'] === delay) &&
      (faults === '' ? ['', '[]'].includes(row['faults']!) : row['faults']!.includes(faults)) &&
      [policy, `{ name: ${policy},`].some((start) => row['client.balancer']!.startsWith(start)) &&
      row['metric'] === metric &&
      row['baseline'] === 'round-robin',
  );
  expect(matching, `${scenario} ${policy} ${metric}`).toHaveLength(1);
  const [row] = matching;
  const [mean, baseline, difference] = ['mean', 'baseline_mean', 'difference'].map((column) => Number(row![column]));
  return { mean: mean!, baseline: baseline!, difference: difference!, shown: row!['shown'] === 'true' };
}

const relative = (place: Place, policy: string, metric: string): number => {
  const { difference, baseline } = found(place, policy, metric);
  return (100 * difference) / baseline;
};

describe('docs/balancers.md says', () => {
  test.each([
    ['sending them there takes 20 ms off the mean of 67 ms', 'put_latency_mean', [-20, 67]],
    [
      '**Reads too**, as long as they are linearizable: 17 ms of 71 ms with `pick-leader`',
      'lget_latency_mean',
      [-17, 71],
    ],
  ] as const)('%s', (sentence, metric, [difference, baseline]) => {
    expect(words).toContain(sentence);
    const figure = found(FAR, 'pick-leader', metric);
    expect([Math.round(figure.difference), Math.round(figure.baseline), figure.shown]).toEqual([
      difference,
      baseline,
      true,
    ]);
  });

  it('that three policies are alike for writes, and what they save between members', () => {
    expect(words).toContain(
      'and a fifth off the bytes between members; `leader-aware`, `writes-to-leader` and `pick-leader` are alike',
    );
    const policies = ['pick-leader', 'leader-aware', 'writes-to-leader'];
    const saved = policies.map((policy) => found(FAR, policy, 'put_latency_mean').difference);
    expect(Math.max(...saved) - Math.min(...saved)).toBeLessThan(1);
    for (const policy of policies) {
      expect(relative(FAR, policy, 'peer_sent')).toBeLessThan(-15);
      expect(relative(FAR, policy, 'peer_sent')).toBeGreaterThan(-25);
    }
    expect(words).toContain('leaves them in rotation and gains 2 ms from the shorter queue');
    expect(Math.round(found(FAR, 'leader-aware', 'lget_latency_mean').difference)).toBe(-2);
  });

  it('how much sooner a control plane comes up', () => {
    expect(words).toContain(
      '7.0 s of 36.5 s sooner with `pick-leader` at 15 ms (18.6 s of 90.1 s at 45 ms), 3.6 s with',
    );
    const near = found(FAR_INIT, 'pick-leader', 'total');
    const far = found(['balancers-far-init', '45ms', ''], 'pick-leader', 'total');
    expect([near, far].map(({ difference }) => difference.toFixed(1))).toEqual(['-7.0', '-18.6']);
    expect([near, far].map(({ baseline }) => baseline.toFixed(1))).toEqual(['36.5', '90.1']);
    for (const policy of ['leader-aware', 'writes-to-leader', 'peak-ewma']) {
      const { difference, shown } = found(FAR_INIT, policy, 'total');
      expect(shown).toBe(true);
      expect(Math.abs(difference + 3.6)).toBeLessThan(0.1);
    }
    expect(words).toContain(
      'No difference was shown at 15 ms for `random`, `least-request`, `grpc-1.0`, `pick-first`, `nearest` and `outlier-detection`',
    );
    for (const policy of ['random', 'least-request', 'grpc-1.0', 'pick-first', 'nearest', 'outlier-detection']) {
      expect([policy, found(FAR_INIT, policy, 'total').shown]).toEqual([policy, false]);
    }
  });

  it('what a follower that stands still costs', () => {
    expect(words).toContain(
      'costs round robin 28 of 400 requests, `leader-aware` half as many (its reads), `least-request` 11, `peak-ewma` 4, `pick-leader` none; `grpc-1.0` and `grpc-1.7` lose some 50',
    );
    const lost = (policy: string): number => found(paused, policy, 'errors').mean;
    expect(Math.round(found(paused, 'pick-leader', 'errors').baseline)).toBe(28);
    expect(Math.round(lost('leader-aware'))).toBe(14);
    expect(['least-request', 'peak-ewma', 'pick-leader'].map(lost).map(Math.round)).toEqual([11, 4, 0]);
    for (const policy of ['grpc-1.0', 'grpc-1.7']) expect(Math.abs(lost(policy) - 50)).toBeLessThan(5);
  });

  it.each([
    ['The mean wait is 11 % less with `pick-leader` at 15 ms', ['balancers', '15ms', 'crash'] as Place, -11],
    ['10 % less wait with `pick-leader` at 15 ms', ['balancers', '15ms', 'slow-disk'] as Place, -10],
  ])('%s', (sentence, place, percent) => {
    expect(words).toContain(sentence);
    expect(Math.round(relative(place, 'pick-leader', 'wait_mean'))).toBe(percent);
    expect(found(place, 'pick-leader', 'wait_mean').shown).toBe(true);
  });

  it('that at 0 ms a slow disk of the leader speaks against sending it the reads', () => {
    expect(words).toContain('At 0 ms the wait is 30 % longer');
    expect(Math.abs(relative([NEAR[0], NEAR[1], 'slow-disk'], 'pick-leader', 'wait_mean') - 30)).toBeLessThan(2);
  });

  it('what being near is worth in regions', () => {
    expect(words).toContain('`nearest` gains nothing (+3 %:');
    expect(Math.round(relative(['balancers-zones', undefined, ''], 'nearest', 'wait_mean'))).toBe(3);
    expect(words).toContain('is up in 23 s instead of 37 s with `nearest` and `pick-leader`');
    for (const policy of ['nearest', 'pick-leader']) {
      const { mean, baseline } = found(['balancers-zones-init', undefined, 'crash'], policy, 'total');
      expect(Math.abs(mean - 23)).toBeLessThan(1);
      expect(Math.round(baseline)).toBe(37);
    }
  });

  it('that stacked there is nothing to choose', () => {
    expect(words).toContain('differences are of half a per cent at most');
    const stacked = rows.filter(
      (row) =>
        row['scenario']!.startsWith('balancers-stacked') && row['shown'] === 'true' && Number(row['baseline_mean']) > 0,
    );
    expect(stacked.length).toBeGreaterThan(10);
    for (const row of stacked) {
      expect(Math.abs(Number(row['difference']) / Number(row['baseline_mean']))).toBeLessThan(0.0055);
    }
  });
});
