import { type Interval, quantileSorted } from '../statistics.js';
import type { RowParts } from './suite.js';

/**
 * A figure that is accepted anywhere from `low` to `high`, as a row wants it: a tolerance around the measured value, on
 * the side on which the simulated one lies.
 */
export function withinRange(
  parts: Omit<RowParts, 'tolerance'> & { readonly low: number; readonly high: number },
): RowParts {
  const { low, high, ...rest } = parts;
  const { measured, simulated, absolute } = rest;
  const value = typeof simulated === 'number' ? simulated : simulated.mean;
  const difference = value < measured ? measured - low : high - measured;
  return { ...rest, tolerance: absolute ? difference : difference / measured };
}

/** Median with its 95 % interval from order statistics (the binomial distribution's normal limit). @param values at least one */
export function medianInterval(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const half = 0.98 * Math.sqrt(n);
  const at = (place: number): number => sorted[Math.min(n - 1, Math.max(0, place))]!;
  return {
    mean: quantileSorted(sorted, 0.5),
    ciLow: at(Math.floor((n - 1) / 2 - half)),
    ciHigh: at(Math.ceil((n - 1) / 2 + half)),
    n,
  };
}

/** Share of yes among independent trials, 0..1, with Wilson's 95 % interval. @param trials at least one */
export function share(trials: readonly boolean[]): Interval {
  const n = trials.length;
  const ratio = trials.filter(Boolean).length / n;
  const square = 1.96 ** 2;
  const centre = (ratio + square / (2 * n)) / (1 + square / n);
  const half = (1.96 / (1 + square / n)) * Math.sqrt((ratio * (1 - ratio)) / n + square / (4 * n * n));
  // Rounding may lead past the ends, and short of a ratio that is one.
  return {
    mean: ratio,
    ciLow: Math.max(0, Math.min(ratio, centre - half)),
    ciHigh: Math.min(1, Math.max(ratio, centre + half)),
    n,
  };
}
