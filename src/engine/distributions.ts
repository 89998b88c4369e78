import { exp, pow } from './elementary.js';
import { invariant } from './invariant.js';
import type { Stream } from './streams.js';

/** How long something takes. All times in µs; every draw is rounded to a whole µs and is never negative. */
export type DurationDistribution =
  | { readonly kind: 'constant'; readonly valueUs: number }
  | { readonly kind: 'uniform'; readonly minUs: number; readonly maxUs: number }
  /** Cut at 0. */
  | { readonly kind: 'normal'; readonly meanUs: number; readonly sdUs: number }
  | { readonly kind: 'exponential'; readonly meanUs: number }
  /** `sigma` is the standard deviation of the logarithm. */
  | { readonly kind: 'lognormal'; readonly medianUs: number; readonly sigma: number }
  /** P(X > x) = (scale / x)^shape for x >= scale. */
  | { readonly kind: 'pareto'; readonly scaleUs: number; readonly shape: number }
  /** Inverse distribution function of the samples, linear between them. At least one sample. */
  | { readonly kind: 'empirical'; readonly samplesUs: readonly number[] }
  /** Prometheus' buckets: cumulative counts at upper bounds, ascending; linear inside a bucket. */
  | { readonly kind: 'histogram'; readonly buckets: readonly HistogramBucket[] }
  /** One part drawn by weight, then a value from it. */
  | { readonly kind: 'mixture'; readonly parts: readonly MixturePart[] };

export interface HistogramBucket {
  readonly upToUs: number;
  readonly cumulativeCount: number;
}

export interface MixturePart {
  readonly weight: number;
  readonly of: DurationDistribution;
}

export type Sampler = () => number;

/**
 * Makes a sampler of whole µs.
 *
 * @param stream owned by this sampler alone
 * @throws InvariantError for an impossible parameter (a file's are refused earlier, by `scenario`)
 */
export function sampler(of: DurationDistribution, stream: Stream): Sampler {
  const draw = rawSampler(of, stream);
  return () => {
    return Math.max(Math.round(draw()), 0);
  };
}

function rawSampler(of: DurationDistribution, stream: Stream): Sampler {
  switch (of.kind) {
    case 'constant':
      return () => of.valueUs;
    case 'uniform': {
      invariant(of.maxUs >= of.minUs, 'uniform: max below min', { minUs: of.minUs, maxUs: of.maxUs });
      const width = of.maxUs - of.minUs;
      return () => of.minUs + width * stream.uniform();
    }
    case 'normal':
      return () => of.meanUs + of.sdUs * stream.normal();
    case 'exponential':
      return () => of.meanUs * stream.exponential();
    case 'lognormal':
      return () => of.medianUs * exp(of.sigma * stream.normal());
    case 'pareto': {
      invariant(of.shape > 0, 'pareto: shape must be positive', { shape: of.shape });
      return () => of.scaleUs / pow(1 - stream.uniform(), 1 / of.shape);
    }
    case 'empirical': {
      const sorted = Float64Array.from(of.samplesUs).sort();
      invariant(sorted.length > 0, 'empirical: needs a sample');
      const top = sorted.length - 1;
      return () => {
        const place = stream.uniform() * top;
        const below = Math.floor(place);
        const low = sorted[below]!;
        return low + (place - below) * (sorted[below < top ? below + 1 : top]! - low);
      };
    }
    case 'histogram':
      return histogramSampler(of.buckets, stream);
    case 'mixture': {
      const total = of.parts.reduce((sum, part) => sum + part.weight, 0);
      invariant(total > 0, 'mixture: weights must add up to more than 0');
      const samplers = of.parts.map((part) => rawSampler(part.of, stream));
      return () => {
        let place = stream.uniform() * total;
        for (let i = 0; i < samplers.length - 1; i++) {
          place -= of.parts[i]!.weight;
          if (place < 0) return samplers[i]!();
        }
        return samplers[samplers.length - 1]!();
      };
    }
  }
}

function histogramSampler(buckets: readonly HistogramBucket[], stream: Stream): Sampler {
  // The +Inf bucket has no upper edge to interpolate to; Prometheus' quantiles stop at the last finite bound, so do we.
  const finite = buckets.filter((bucket) => bucket.upToUs !== Number.POSITIVE_INFINITY);
  const total = buckets[buckets.length - 1]?.cumulativeCount ?? 0;
  invariant(finite.length > 0 && total > 0, 'histogram: needs a finite bucket and a count');
  for (let i = 1; i < buckets.length; i++) {
    const here = buckets[i]!;
    const before = buckets[i - 1]!;
    invariant(
      here.upToUs > before.upToUs && here.cumulativeCount >= before.cumulativeCount,
      'histogram: bounds and cumulative counts must ascend',
      { bucket: i },
    );
  }
  return () => {
    const place = stream.uniform() * total;
    let lowUs = 0;
    let lowCount = 0;
    for (const { upToUs, cumulativeCount } of finite) {
      if (place < cumulativeCount) {
        return lowUs + ((upToUs - lowUs) * (place - lowCount)) / (cumulativeCount - lowCount);
      }
      lowUs = upToUs;
      lowCount = cumulativeCount;
    }
    return lowUs;
  };
}

/** Mean of a distribution, µs, where it is finite and has a closed form or samples. */
export function meanUs(of: DurationDistribution): number {
  switch (of.kind) {
    case 'constant':
      return of.valueUs;
    case 'uniform':
      return (of.minUs + of.maxUs) / 2;
    case 'normal':
    case 'exponential':
      return of.meanUs;
    case 'lognormal':
      return of.medianUs * exp((of.sigma * of.sigma) / 2);
    case 'pareto':
      return of.shape > 1 ? (of.scaleUs * of.shape) / (of.shape - 1) : Number.POSITIVE_INFINITY;
    case 'empirical': {
      // The mean of the piecewise linear inverse: trapezoids between neighbouring samples.
      const sorted = Float64Array.from(of.samplesUs).sort();
      const top = sorted.length - 1;
      if (top === 0) return sorted[0]!;
      let sum = 0;
      for (let i = 0; i < top; i++) sum += (sorted[i]! + sorted[i + 1]!) / 2;
      return sum / top;
    }
    case 'histogram': {
      const total = of.buckets[of.buckets.length - 1]!.cumulativeCount;
      let sum = 0;
      let lowUs = 0;
      let lowCount = 0;
      for (const { upToUs, cumulativeCount } of of.buckets) {
        const middle = upToUs === Number.POSITIVE_INFINITY ? lowUs : (lowUs + upToUs) / 2;
        sum += middle * (cumulativeCount - lowCount);
        if (upToUs !== Number.POSITIVE_INFINITY) lowUs = upToUs;
        lowCount = cumulativeCount;
      }
      return sum / total;
    }
    case 'mixture': {
      const total = of.parts.reduce((sum, part) => sum + part.weight, 0);
      return of.parts.reduce((sum, part) => sum + (part.weight / total) * meanUs(part.of), 0);
    }
  }
}
