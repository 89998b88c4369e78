/**
 * exp and log from + - * / alone.
 *
 * JavaScript engines may differ in the last digit of Math.exp and Math.log; a simulation that must give the same bytes
 * everywhere cannot use them. IEEE 754 fixes the four operations and sqrt exactly.
 */

const LN2_HIGH = 0.6931471803691238; // ln 2 cut to 33 bits, so that k * LN2_HIGH is exact for |k| < 2^20
const LN2_LOW = 1.9082149292705877e-10;

/** e^x, within 2 units in the last place. 0 below -745, Infinity above 709.8. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.8) return Number.POSITIVE_INFINITY;
  if (x < -745.2) return 0;
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  // Taylor series: |r| <= 0.347, so the 15th term is below 2^-62.
  let sum = 1;
  for (let n = 14; n >= 1; n--) sum = 1 + (r / n) * sum;
  return scaleByPowerOfTwo(sum, k);
}

/** Natural logarithm, within 2 units in the last place. -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (x < 0 || Number.isNaN(x)) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  let m = x;
  let k = 0;
  while (m >= 4294967296) {
    m /= 4294967296;
    k += 32;
  }
  while (m < 1 / 4294967296) {
    m *= 4294967296;
    k -= 32;
  }
  while (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  while (m < Math.SQRT1_2) {
    m *= 2;
    k--;
  }
  // ln m = 2 artanh s with s = (m - 1) / (m + 1), |s| <= 0.1716.
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum = 1 / 23;
  for (let n = 21; n >= 1; n -= 2) sum = 1 / n + z * sum;
  return k * LN2_HIGH + (2 * s * sum + k * LN2_LOW);
}

/** base^exponent for base > 0. */
export function pow(base: number, exponent: number): number {
  return exp(exponent * log(base));
}

function scaleByPowerOfTwo(value: number, k: number): number {
  let scaled = value;
  let left = k;
  while (left > 0) {
    const step = Math.min(left, 30);
    scaled *= 2 ** 30 / 2 ** (30 - step);
    left -= step;
  }
  while (left < 0) {
    const step = Math.min(-left, 30);
    scaled /= 2 ** 30 / 2 ** (30 - step);
    left += step;
  }
  return scaled;
}
