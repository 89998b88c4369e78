import { describe, expect, test } from 'vitest';
import { type DurationDistribution, InvariantError, meanUs, Streams, sampler } from '../../src/engine/index.js';
import { draw, moments, quantiles } from './moments.js';
import { SEEDS } from './seeds.js';

const COUNT = 100_000;
const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

interface Case {
  readonly of: DurationDistribution;
  readonly meanUs: number;
  /** Closed form of the inverse distribution function. */
  readonly quantile: (share: number) => number;
}

const NORMAL_QUANTILES = new Map([
  [0.05, -1.644854],
  [0.25, -0.67449],
  [0.5, 0],
  [0.75, 0.67449],
  [0.95, 1.644854],
  [0.99, 2.326348],
]);
const normalQuantile = (share: number): number => NORMAL_QUANTILES.get(share)!;

const buckets = [
  { upToUs: 1000, cumulativeCount: 10 },
  { upToUs: 2000, cumulativeCount: 60 },
  { upToUs: 4000, cumulativeCount: 90 },
  { upToUs: Number.POSITIVE_INFINITY, cumulativeCount: 100 },
];

/** Linear between points (share, value). */
function through(...points: readonly (readonly [number, number])[]): (share: number) => number {
  return (share) => {
    const above = points.findIndex(([at]) => at >= share);
    const [[x0, y0], [x1, y1]] = [points[above - 1]!, points[above]!];
    return y0 + ((share - x0) / (x1 - x0)) * (y1 - y0);
  };
}

const CASES: Readonly<Record<string, Case>> = {
  uniform: {
    of: { kind: 'uniform', minUs: 1000, maxUs: 5000 },
    meanUs: 3000,
    quantile: (share) => 1000 + 4000 * share,
  },
  normal: {
    of: { kind: 'normal', meanUs: 20_000, sdUs: 3000 },
    meanUs: 20_000,
    quantile: (share) => 20_000 + 3000 * normalQuantile(share),
  },
  exponential: {
    of: { kind: 'exponential', meanUs: 4000 },
    meanUs: 4000,
    quantile: (share) => -4000 * Math.log(1 - share),
  },
  lognormal: {
    of: { kind: 'lognormal', medianUs: 2000, sigma: 0.6 },
    meanUs: 2000 * Math.exp(0.18),
    quantile: (share) => 2000 * Math.exp(0.6 * normalQuantile(share)),
  },
  pareto: {
    of: { kind: 'pareto', scaleUs: 3000, shape: 4 },
    meanUs: 4000,
    quantile: (share) => 3000 * (1 - share) ** -0.25,
  },
  'empirical, unsorted samples': {
    of: { kind: 'empirical', samplesUs: [9000, 1000, 2000, 3000, 5000] },
    meanUs: (1500 + 2500 + 4000 + 7000) / 4,
    quantile: through([0, 1000], [0.25, 2000], [0.5, 3000], [0.75, 5000], [1, 9000]),
  },
  'histogram, its last bucket at the highest finite bound': {
    of: { kind: 'histogram', buckets },
    meanUs: 0.1 * 500 + 0.5 * 1500 + 0.3 * 3000 + 0.1 * 4000,
    quantile: through([0, 0], [0.1, 1000], [0.6, 2000], [0.9, 4000], [1, 4000]),
  },
  mixture: {
    of: {
      kind: 'mixture',
      parts: [
        { weight: 3, of: { kind: 'uniform', minUs: 0, maxUs: 1000 } },
        { weight: 1, of: { kind: 'uniform', minUs: 10_000, maxUs: 20_000 } },
      ],
    },
    meanUs: 0.75 * 500 + 0.25 * 15_000,
    quantile: through([0, 0], [0.75, 1000], [0.7500001, 10_000], [1, 20_000]),
  },
};

describe.each(Object.entries(CASES))('%s', (_, { of, meanUs: expectedUs, quantile }) => {
  test('meanUs is the closed form', () => {
    expect(meanUs(of)).toBeCloseTo(expectedUs, 6);
  });

  test.each(SEEDS)('draws have its mean and quantiles (seed %i)', (seed) => {
    const next = sampler(of, new Streams(seed.toString()).stream('draws'));
    const values = draw(COUNT, next);
    const { mean, meanError } = moments(values);
    expect(Math.abs(mean - expectedUs)).toBeLessThan(5 * meanError + 0.5);
    expect(values.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
    // A sample quantile lies between the closed form's values 5 standard errors of the share below and above.
    quantiles(values, SHARES).forEach((value, i) => {
      const share = SHARES[i]!;
      const error = 5 * Math.sqrt((share * (1 - share)) / COUNT);
      const [lowUs, highUs] = [around(quantile, share, -error), around(quantile, share, error)];
      expect(value).toBeGreaterThanOrEqual(lowUs - 1);
      expect(value).toBeLessThanOrEqual(highUs + 1);
    });
  });
});

/** The quantile at share + error; the normal's are known at a few shares only, so a chord's slope stands in there. */
function around(quantile: (share: number) => number, share: number, error: number): number {
  const there = quantile(share + error);
  if (!Number.isNaN(there)) return there;
  const density: Record<number, number> = {
    0.05: 0.103,
    0.25: 0.318,
    0.5: 0.399,
    0.75: 0.318,
    0.95: 0.103,
    0.99: 0.0267,
  };
  const spread = Math.abs(quantile(0.75) - quantile(0.25)) / 1.349;
  // Generous for the lognormal, whose upper quantiles lie further apart than the normal's.
  return quantile(share) + (2.5 * error * spread) / density[share]!;
}

test('a constant is itself, rounded, and draws nothing', () => {
  const streams = new Streams('1');
  const next = sampler({ kind: 'constant', valueUs: 12.6 }, streams.stream('a'));
  expect([next(), next()]).toEqual([13, 13]);
  expect(streams.stream('a').uniform()).toBe(new Streams('1').stream('a').uniform());
  expect(meanUs({ kind: 'constant', valueUs: 12.6 })).toBe(12.6);
});

test('a normal is cut at 0', () => {
  const next = sampler({ kind: 'normal', meanUs: 10, sdUs: 100 }, new Streams('1').stream('a'));
  const values = draw(10_000, next);
  expect(Math.min(...values)).toBe(0);
  expect(values.filter((value) => value === 0).length / 10_000).toBeCloseTo(0.46, 1);
});

test('a Pareto without a mean has none', () => {
  expect(meanUs({ kind: 'pareto', scaleUs: 1, shape: 1 })).toBe(Number.POSITIVE_INFINITY);
});

test('one sample is a constant', () => {
  const of: DurationDistribution = { kind: 'empirical', samplesUs: [70] };
  expect([meanUs(of), sampler(of, new Streams('1').stream('a'))()]).toEqual([70, 70]);
});

test('a mixture of mixtures has the mean of its parts', () => {
  const exponential: DurationDistribution = { kind: 'exponential', meanUs: 100 };
  const inner: DurationDistribution = { kind: 'mixture', parts: [{ weight: 0.5, of: exponential }] };
  const of: DurationDistribution = {
    kind: 'mixture',
    parts: [
      { weight: 0, of: { kind: 'constant', valueUs: 1e9 } },
      { weight: 2, of: inner },
    ],
  };
  expect(meanUs(of)).toBeCloseTo(100, 9);
  const values = draw(20_000, sampler(of, new Streams('1').stream('a')));
  expect(Math.abs(moments(values).mean - 100)).toBeLessThan(5 * moments(values).meanError);
});

test.each<[string, DurationDistribution]>([
  ['a uniform upside down', { kind: 'uniform', minUs: 2, maxUs: 1 }],
  ['a Pareto of shape 0', { kind: 'pareto', scaleUs: 1, shape: 0 }],
  ['no samples', { kind: 'empirical', samplesUs: [] }],
  ['no buckets', { kind: 'histogram', buckets: [] }],
  ['empty buckets', { kind: 'histogram', buckets: [{ upToUs: 1, cumulativeCount: 0 }] }],
  [
    'buckets out of order',
    {
      kind: 'histogram',
      buckets: [
        { upToUs: 2, cumulativeCount: 1 },
        { upToUs: 1, cumulativeCount: 2 },
      ],
    },
  ],
  [
    'counts that fall',
    {
      kind: 'histogram',
      buckets: [
        { upToUs: 1, cumulativeCount: 2 },
        { upToUs: 2, cumulativeCount: 1 },
      ],
    },
  ],
  ['a mixture of weight 0', { kind: 'mixture', parts: [{ weight: 0, of: { kind: 'constant', valueUs: 1 } }] }],
])('refuses %s', (_, of) => {
  expect(() => sampler(of, new Streams('1').stream('a'))).toThrow(InvariantError);
});
