/** What a sample looks like. */
export interface Moments {
  readonly mean: number;
  readonly sd: number;
  /** Standard error of the mean. */
  readonly meanError: number;
}

export function moments(values: ArrayLike<number>): Moments {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  const sd = Math.sqrt(squares / (values.length - 1));
  return { mean, sd, meanError: sd / Math.sqrt(values.length) };
}

export function draw(count: number, next: () => number): Float64Array {
  return Float64Array.from({ length: count }, next);
}

/** The values below which those shares of the sample lie. */
export function quantiles(values: ArrayLike<number>, shares: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return shares.map((share) => sorted[Math.floor(share * sorted.length)]!);
}

/** Pearson's correlation of two samples of one length. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [of, with_] = [moments(a), moments(b)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - of.mean) * (b[i]! - with_.mean);
  return sum / (a.length - 1) / (of.sd * with_.sd);
}
