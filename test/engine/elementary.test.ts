import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exp, log, pow } from '../../src/engine/index.js';
import { SEEDS } from './seeds.js';

const bits = new BigInt64Array(1);
const asDouble = new Float64Array(bits.buffer);

/** How many doubles apart two finite numbers are. */
function unitsApart(a: number, b: number): number {
  const place = (x: number): bigint => {
    asDouble[0] = x;
    return bits[0]! < 0n ? -(bits[0]! & 0x7fff_ffff_ffff_ffffn) : bits[0]!;
  };
  const apart = place(a) - place(b);
  return Number(apart < 0n ? -apart : apart);
}

const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ noNaN: true, min: 0, max: 1 }).map((share) => min + share * (max - min));
/** As many small ones as large ones, either sign. */
const ofAnySize = (largest: number): fc.Arbitrary<number> =>
  fc
    .tuple(between(-30, Math.log2(largest)), fc.boolean())
    .map(([power, negative]) => (negative ? -(2 ** power) : 2 ** power));

describe.each(SEEDS)('elementary functions with seed %i', (seed) => {
  const runs = { seed, numRuns: 5000 };

  test('exp', () => {
    const close = (x: number): boolean => unitsApart(exp(x), Math.exp(x)) <= 2;
    fc.assert(fc.property(ofAnySize(709.7), close), runs);
    fc.assert(fc.property(between(-745, 709.7), close), runs);
  });

  test('log', () => {
    const close = (x: number): boolean => unitsApart(log(x), Math.log(x)) <= 2;
    fc.assert(
      fc.property(between(-1074, 1023.9), (power) => close(2 ** power)),
      runs,
    );
    fc.assert(fc.property(between(0.4, 2.5), close), runs);
    fc.assert(
      fc.property(ofAnySize(0.01), (offset) => close(1 + offset)),
      runs,
    );
  });

  test('pow', () => {
    const close = (base: number, exponent: number): boolean => unitsApart(pow(base, exponent), base ** exponent) <= 2;
    fc.assert(
      fc.property(between(-1074, 1023.9), ofAnySize(1), (power, e) => close(2 ** power, e * 0.99)),
      runs,
    );
    fc.assert(fc.property(between(0.5, 2), ofAnySize(1000), close), runs);
    fc.assert(fc.property(between(1e-6, 1), between(-3, 3), close), runs);
  });
});

test('the edges', () => {
  expect([exp(0), exp(1000), exp(-1000), exp(Number.NaN)]).toEqual([1, Number.POSITIVE_INFINITY, 0, Number.NaN]);
  expect([exp(Number.POSITIVE_INFINITY), exp(Number.NEGATIVE_INFINITY)]).toEqual([Number.POSITIVE_INFINITY, 0]);
  expect([log(1), log(0), log(-1)]).toEqual([0, Number.NEGATIVE_INFINITY, Number.NaN]);
  expect([log(Number.POSITIVE_INFINITY), log(5e-324)]).toEqual([Number.POSITIVE_INFINITY, Math.log(5e-324)]);
  expect([pow(3, 0), pow(1, 1e300), pow(2, 1e300), pow(0.5, 1e300)]).toEqual([1, 1, Number.POSITIVE_INFINITY, 0]);
  expect([pow(2, 10), pow(10, 15), pow(2, -1074), pow(0, 2)]).toEqual([1024, 1e15, 5e-324, 0]);
});
