import { z } from 'zod';
import type { DurationDistribution } from '../engine/index.js';
import { duration, fields, number, positiveDuration, wholeNumber } from './quantities.js';
import { type Reading, readDuration } from './units.js';

/** A problem of the whole map, not of its kind: `issues.ts` reports it rather than "expected a duration or a map". */
export function decisive(expected: string, hint?: string) {
  return { code: 'custom' as const, message: expected, params: { expected, hint, decisive: true } };
}

const constant = () => duration().transform((valueUs): DurationDistribution => ({ kind: 'constant', valueUs }));

const bound = () =>
  z
    .unknown()
    .meta({ type: 'string', examples: ['1ms', '+Inf'] })
    .transform((value, context): number => {
      if (value === '+Inf' || value === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
      const reading: Reading = readDuration(value);
      if (reading.ok) return reading.value;
      const expected = `${reading.expected}, or +Inf`;
      context.issues.push({
        code: 'custom',
        input: value,
        message: expected,
        params: { expected, hint: reading.hint },
      });
      return z.NEVER;
    });

const SIMPLE_SHAPE = {
  constant: fields({ value: duration() })
    .transform(({ value }): DurationDistribution => ({ kind: 'constant', valueUs: value }))
    .optional(),
  uniform: fields({ min: duration(), max: duration() })
    .transform(({ min, max }, context): DurationDistribution => {
      if (max < min) context.issues.push({ ...decisive('max not below min'), input: max, path: ['max'] });
      return { kind: 'uniform', minUs: min, maxUs: max };
    })
    .optional(),
  normal: fields({ mean: duration(), sd: duration() })
    .transform(({ mean, sd }): DurationDistribution => ({ kind: 'normal', meanUs: mean, sdUs: sd }))
    .optional(),
  exponential: fields({ mean: duration() })
    .transform(({ mean }): DurationDistribution => ({ kind: 'exponential', meanUs: mean }))
    .optional(),
  lognormal: fields({ median: positiveDuration(), sigma: number({ min: 0, max: 10 }) })
    .transform(({ median, sigma }): DurationDistribution => ({ kind: 'lognormal', medianUs: median, sigma }))
    .optional(),
  pareto: fields({ scale: positiveDuration(), shape: number({ above: 0, max: 1000 }) })
    .transform(({ scale, shape }): DurationDistribution => ({ kind: 'pareto', scaleUs: scale, shape }))
    .optional(),
  empirical: z
    .array(duration())
    .min(1)
    .transform((samplesUs): DurationDistribution => ({ kind: 'empirical', samplesUs }))
    .optional(),
  histogram: z
    .array(fields({ le: bound(), count: wholeNumber({ min: 0 }) }))
    .min(1)
    .transform((buckets, context): DurationDistribution => {
      const problem = histogramProblem(buckets);
      if (problem) context.issues.push({ ...decisive(problem.expected), input: buckets, path: problem.path });
      return {
        kind: 'histogram',
        buckets: buckets.map(({ le, count }) => ({ upToUs: le, cumulativeCount: count })),
      };
    })
    .optional(),
};

function histogramProblem(buckets: readonly { readonly le: number; readonly count: number }[]) {
  for (let i = 1; i < buckets.length; i++) {
    if (buckets[i]!.le <= buckets[i - 1]!.le) return { expected: 'upper bounds that ascend', path: [i, 'le'] };
    if (buckets[i]!.count < buckets[i - 1]!.count) {
      return { expected: 'cumulative counts, each at least the one before', path: [i, 'count'] };
    }
  }
  const top = buckets[buckets.length - 1];
  if (top?.count === 0) return { expected: 'at least one observation', path: [] };
  if (buckets[0]?.le === Number.POSITIVE_INFINITY) return { expected: 'at least one finite bound', path: [] };
  return undefined;
}

/** `{ normal: ... }` has one key, the kind. */
function theOnlyKind(
  kinds: Readonly<Record<string, DurationDistribution | undefined>>,
  context: z.core.$RefinementCtx,
): DurationDistribution {
  const given = Object.entries(kinds).filter(([, value]) => value !== undefined);
  if (given.length !== 1) {
    context.issues.push({
      ...decisive(
        'one distribution (uniform, normal, exponential, lognormal, pareto, empirical, histogram or mixture)',
      ),
      input: kinds,
    });
    return z.NEVER;
  }
  return given[0]![1]!;
}

const simpleDistribution = () => z.union([constant(), fields(SIMPLE_SHAPE).transform(theOnlyKind)]);

const mixture = z
  .array(fields({ weight: number({ min: 0 }), of: simpleDistribution() }))
  .min(1)
  .transform((parts, context): DurationDistribution => {
    if (!parts.some((part) => part.weight > 0)) {
      context.issues.push({ ...decisive('at least one weight above 0'), input: parts });
    }
    return { kind: 'mixture', parts };
  })
  .optional();

/** How long something takes: `2ms`, or one distribution by name. */
export const distribution = () => z.union([constant(), fields({ ...SIMPLE_SHAPE, mixture }).transform(theOnlyKind)]);
