/** Arithmetic mean. @param values at least one */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * Quantile with linear interpolation between order statistics (R's type 7).
 *
 * @param sorted ascending, at least one
 * @param q 0..1
 */
export function quantileSorted(sorted: ArrayLike<number>, q: number): number {
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (at - below);
}

export function median(values: readonly number[]): number {
  return quantileSorted(Float64Array.from(values).sort(), 0.5);
}

export interface Interval {
  readonly mean: number;
  readonly ciLow: number;
  readonly ciHigh: number;
  readonly n: number;
}

/** Mean with its 95 % confidence interval (Student's t); for one value the interval is that value. */
export function confidenceInterval(values: readonly number[]): Interval {
  const n = values.length;
  const centre = mean(values);
  if (n < 2) return { mean: centre, ciLow: centre, ciHigh: centre, n };
  let squares = 0;
  // No pow: engines differ in its last digit, and intervals are compared to the byte.
  for (const value of values) squares += (value - centre) * (value - centre);
  const half = studentT95(n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { mean: centre, ciLow: centre - half, ciHigh: centre + half, n };
}

/** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom. Source: any printed table. */
const T95 = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];
const Z95 = 1.959964;

/** @param degrees of freedom, whole, >= 1 */
export function studentT95(degrees: number): number {
  const fromTable = T95[degrees - 1];
  if (fromTable !== undefined) return fromTable;
  // Cornish-Fisher expansion around the normal quantile: right to 4 digits beyond 30.
  const z = Z95;
  const cube = z * z * z;
  const first = (cube + z) / 4;
  const second = (5 * cube * z * z + 16 * cube + 3 * z) / 96;
  return z + first / degrees + second / (degrees * degrees);
}

/**
 * Largest distance between two empirical distribution functions (the two-sample Kolmogorov-Smirnov statistic), 0..1.
 *
 * @param first at least one, any order
 * @param second at least one, any order
 */
export function kolmogorovSmirnov(first: readonly number[], second: readonly number[]): number {
  const a = Float64Array.from(first).sort();
  const b = Float64Array.from(second).sort();
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i]!, b[j]!);
    // Past all values equal to `at` in both: between equal values there is no distance to speak of.
    while (i < a.length && a[i]! <= at) i++;
    while (j < b.length && b[j]! <= at) j++;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return distance;
}

/** c(0.05) = sqrt(-ln(0.05 / 2) / 2). */
const KOLMOGOROV_SMIRNOV_95 = 1.3581;

/**
 * Distance that two samples of one distribution exceed in 5 % of cases.
 *
 * Smirnov's limit with Stephens' correction for small samples: within 1 % of the printed tables from 5 values on.
 *
 * @param n size of one sample, >= 1
 * @param m size of the other, >= 1
 */
export function kolmogorovSmirnovLimit(n: number, m: number): number {
  const root = Math.sqrt((n * m) / (n + m));
  return KOLMOGOROV_SMIRNOV_95 / (root + 0.12 + 0.11 / root);
}
