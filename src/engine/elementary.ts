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
  return expOfSum(x, 0);
}

/** e^(x + tail) for a tail below the last digit of x. */
function expOfSum(x: number, tail: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.8) return Number.POSITIVE_INFINITY;
  if (x < -745.2) return 0;
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HIGH - (k * LN2_LOW - tail);
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
  const { m, k } = normalised(x);
  // ln m = 2 artanh s with s = f / (2 + f), |s| <= 0.1716. Its first term 2 s is written f - f^2/2 + s f^2/2: f is exact.
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const half = (f * f) / 2;
  return k * LN2_HIGH - (half - (s * (half + 2 * z * artanhSeries(z, 3)) + k * LN2_LOW) - f);
}

/** base^exponent for base > 0, within 2 units in the last place. */
export function pow(base: number, exponent: number): number {
  if (base === 1 || exponent === 0) return 1;
  if (!(base > 0 && base < Number.POSITIVE_INFINITY) || !(exponent < 2 ** 64 && exponent > -(2 ** 64))) {
    return exp(exponent * log(base));
  }
  // The product's error is multiplied by up to 709 in the result, so ln base is worked out to some 20 digits: a number
  // and its tail. As in `log`, but s and the first term of its series, s^3 / 3, have tails too.
  const { m, k } = normalised(base);
  const above = m - 1;
  const below = m + 1;
  const belowTail = m < 1 ? m - (below - 1) : 1 - (below - m);
  const s = above / below;
  const whole = s * below;
  const sTail = (above - whole - productTail(s, below, whole) - s * belowTail) / below;
  const square = s * s;
  const squareTail = productTail(s, s, square) + 2 * s * sTail;
  const cube = square * s;
  const cubeTail = productTail(square, s, cube) + squareTail * s + square * sTail;
  const third = cube / 3;
  const thrice = third * 3;
  const thirdTail = (cube - thrice - productTail(third, 3, thrice) + cubeTail) / 3;
  // k * LN2_HIGH, 2 s and 2/3 s^3 are added exactly; the rest is small.
  const first = k * LN2_HIGH;
  const a = first + 2 * s;
  const aTail = sumTail(first, 2 * s, a);
  const logarithm = a + 2 * third;
  const logarithmTail =
    sumTail(a, 2 * third, logarithm) +
    aTail +
    2 * (sTail + thirdTail) +
    k * LN2_LOW +
    2 * square * cube * artanhSeries(square, 5);
  const product = exponent * logarithm;
  if (product > 710 || product < -746) return expOfSum(product, 0);
  return expOfSum(product, productTail(exponent, logarithm, product) + exponent * logarithmTail);
}

/** x = m * 2^k with m in [sqrt 1/2, sqrt 2]. */
function normalised(x: number): { m: number; k: number } {
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
  return { m, k };
}

/** 1/first + z / (first + 2) + z^2 / (first + 4) + ... to z^11 / 23. */
function artanhSeries(z: number, first: number): number {
  let sum = 1 / 23;
  for (let n = 21; n >= first; n -= 2) sum = 1 / n + z * sum;
  return sum;
}

/** What the sum rounded off (Knuth). */
function sumTail(a: number, b: number, sum: number): number {
  const second = sum - a;
  return a - (sum - second) + (b - second);
}

/** What the product rounded off (Dekker): each factor in two halves whose products are exact. */
function productTail(a: number, b: number, product: number): number {
  const aHigh = highHalf(a);
  const bHigh = highHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

function highHalf(x: number): number {
  const scaled = 134217729 * x; // 2^27 + 1
  return scaled - (scaled - x);
}

function scaleByPowerOfTwo(value: number, k: number): number {
  let scaled = value;
  let left = k;
  while (left > 0) {
    const step = Math.min(left, 30);
    scaled *= 2 ** step;
    left -= step;
  }
  while (left < 0) {
    const step = Math.min(-left, 30);
    scaled /= 2 ** step;
    left += step;
  }
  return scaled;
}
