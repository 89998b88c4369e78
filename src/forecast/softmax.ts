import { exp } from '../engine/index.js';

/** In single precision, as the libraries have it; the sum in double. Source: XGBoost src/common/math.h. */
export function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  let sum = 0;
  const powers = scores.map((score) => {
    const power = Math.fround(exp(Math.fround(score - largest)));
    sum += power;
    return power;
  });
  return powers.map((power) => Math.fround(power / Math.fround(sum)));
}
