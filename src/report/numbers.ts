/** Numbers as people read them: as many digits as are known, always a point, never an exponent. */

/** A number with `digits` significant digits; whole numbers of up to 15 digits stay whole. */
export function significant(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(decimalsFor(value, digits));
}

/** How many decimals show `digits` significant digits of `value`. */
function decimalsFor(value: number, digits: number): number {
  if (value === 0) return 0;
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  return Math.min(12, Math.max(0, digits - 1 - magnitude));
}

/** `47.43 ± 0.51`: the interval to two digits, the mean to the same place. One run alone has no interval. */
export function withInterval({
  mean,
  ciLow,
  ciHigh,
  n,
}: {
  mean: number;
  ciLow: number;
  ciHigh: number;
  n: number;
}): string {
  const half = (ciHigh - ciLow) / 2;
  // What is left of equal values is rounding.
  if (n < 2 || !(half > 1e-9 * Math.abs(mean))) return significant(mean);
  const decimals = decimalsFor(half, 2);
  return `${mean.toFixed(decimals)} ± ${half.toFixed(decimals)}`;
}

/** `+3.1 %`. */
export function signedPercent(ratio: number): string {
  if (!Number.isFinite(ratio)) return '-';
  const percent = (ratio * 100).toFixed(1);
  return `${Number(percent) > 0 ? '+' : ''}${Number(percent) === 0 ? '0.0' : percent} %`;
}
