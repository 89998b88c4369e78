import { describe, expect, test } from 'vitest';
import { InvariantError, Streams } from '../../src/engine/index.js';
import { correlation, draw, moments } from './moments.js';
import { SEEDS } from './seeds.js';

const COUNT = 100_000;

describe('streams', () => {
  test('of the same seed and name repeat, whoever else draws', () => {
    const alone = draw(50, () => 0);
    const a = new Streams('7').stream('network/m1/egress');
    for (let i = 0; i < 50; i++) alone[i] = a.uniform();
    const crowd = new Streams('7');
    crowd.stream('client/c1/pick').uniform();
    const b = crowd.stream('network/m1/egress');
    const amongOthers = draw(50, () => {
      crowd.stream('another').normal();
      return b.uniform();
    });
    expect(amongOthers).toEqual(alone);
  });

  test('of one name are one stream', () => {
    const streams = new Streams('7');
    expect(streams.stream('a')).toBe(streams.stream('a'));
  });

  test.each([
    ['near names', ['1', 'm1'], ['1', 'm2']],
    ['near seeds', ['1', 'm1'], ['2', 'm1']],
    ['digits moved from seed to name', ['11', '1'], ['1', '11']],
    ['long names with one letter changed', ['1', `${'a'.repeat(60)}b`], ['1', `${'a'.repeat(60)}c`]],
  ])('of %s are unrelated', (_, [seedA, nameA], [seedB, nameB]) => {
    const a = new Streams(seedA!).stream(nameA!);
    const b = new Streams(seedB!).stream(nameB!);
    const [first, second] = [draw(20_000, () => a.uniform()), draw(20_000, () => b.uniform())];
    // 5 standard deviations of the correlation of independent samples.
    expect(Math.abs(correlation(first, second))).toBeLessThan(5 / Math.sqrt(20_000));
    expect(Math.abs(correlation(first.subarray(1), second.subarray(0, -1)))).toBeLessThan(5 / Math.sqrt(20_000));
  });

  test('first draws over many near seeds are uniform', () => {
    const first = draw(5000, () => 0).map((_, seed) => new Streams(String(seed)).stream('x').uniform());
    const { mean, sd, meanError } = moments(first);
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * meanError);
    expect(sd).toBeCloseTo(Math.sqrt(1 / 12), 1);
    expect(Math.abs(correlation(first.subarray(1), first.subarray(0, -1)))).toBeLessThan(5 / Math.sqrt(5000));
  });
});

describe.each(SEEDS)('draws with seed %i', (seed) => {
  const stream = (name: string) => new Streams(String(seed)).stream(name);

  test('uniform: moments, bounds and 53 bits', () => {
    const s = stream('uniform');
    const values = draw(COUNT, () => s.uniform());
    const { mean, sd, meanError } = moments(values);
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * meanError);
    expect(sd).toBeCloseTo(Math.sqrt(1 / 12), 2);
    expect(values.every((value) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 53))).toBe(true);
    // The low 21 bits, which a 32-bit generator leaves empty, are used as much as the others.
    const low = values.map((value) => ((value * 2 ** 32) % 1) + 0);
    expect(Math.abs(moments(low).mean - 0.5)).toBeLessThan(5 * moments(low).meanError);
    expect(new Set(low).size).toBeGreaterThan(COUNT * 0.95);
    expect(Math.abs(correlation(values.subarray(1), values.subarray(0, -1)))).toBeLessThan(5 / Math.sqrt(COUNT));
  });

  test('exponential: mean, deviation and tail', () => {
    const s = stream('exponential');
    const values = draw(COUNT, () => s.exponential());
    const { mean, sd, meanError } = moments(values);
    expect(Math.abs(mean - 1)).toBeLessThan(5 * meanError);
    expect(Math.abs(sd - 1)).toBeLessThan(0.03);
    const beyond = values.filter((value) => value > 3).length / COUNT;
    expect(Math.abs(beyond - Math.exp(-3))).toBeLessThan(5 * Math.sqrt(Math.exp(-3) / COUNT));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  });

  test('normal: mean, deviation, skew, tails, independence of neighbours', () => {
    const s = stream('normal');
    const values = draw(COUNT, () => s.normal());
    const { mean, sd, meanError } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(5 * meanError);
    expect(Math.abs(sd - 1)).toBeLessThan(5 / Math.sqrt(2 * COUNT));
    expect(Math.abs(moments(values.map((value) => value ** 3)).mean)).toBeLessThan(5 * Math.sqrt(15 / COUNT));
    const beyond = values.filter((value) => Math.abs(value) > 1.959964).length / COUNT;
    expect(Math.abs(beyond - 0.05)).toBeLessThan(5 * Math.sqrt(0.05 / COUNT));
    expect(Math.abs(correlation(values.subarray(1), values.subarray(0, -1)))).toBeLessThan(5 / Math.sqrt(COUNT));
  });

  test('below, pickFrom, shuffled: every outcome equally often', () => {
    const s = stream('discrete');
    const counts = [0, 0, 0];
    const orders = new Map<string, number>();
    for (let i = 0; i < 30_000; i++) {
      counts[s.below(3)]!++;
      const order = s.shuffled(['a', 'b', 'c']).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(10_000));
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 5000)).toBeLessThan(5 * Math.sqrt(5000));
    const picked = new Set(Array.from({ length: 100 }, () => s.pickFrom(['x', 'y'])));
    expect(picked).toEqual(new Set(['x', 'y']));
  });

  test('chance: as often as it says, and no draw for a certainty', () => {
    const s = stream('chance');
    let hits = 0;
    for (let i = 0; i < COUNT; i++) if (s.chance(0.03)) hits++;
    expect(Math.abs(hits / COUNT - 0.03)).toBeLessThan(5 * Math.sqrt(0.03 / COUNT));
    const [a, b] = [stream('certain'), stream('certain')];
    expect([a.chance(0), a.chance(1)]).toEqual([false, true]);
    expect(a.uniform()).toBe(b.uniform());
  });
});

test('below needs something to draw from', () => {
  expect(() => new Streams('1').stream('x').below(0)).toThrow(InvariantError);
});
