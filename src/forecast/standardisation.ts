import { log } from '../engine/index.js';
import { COUNTERS, type Features } from './features.js';

export interface Standardisation {
  readonly mean: readonly number[];
  /** 1 where a feature never varies. */
  readonly deviation: readonly number[];
}

/** Mean and standard deviation of log(1 + rate), feature by feature. */
export function standardisation(samples: readonly { readonly features: Features }[]): Standardisation {
  const columns = COUNTERS.map((_, i) => samples.map(({ features }) => log(1 + Math.max(0, features[i]!))));
  const mean = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
  const deviation = columns.map((column, i) => {
    const squares = column.reduce((sum, value) => sum + (value - mean[i]!) * (value - mean[i]!), 0);
    return Math.sqrt(squares / column.length) || 1;
  });
  return { mean, deviation };
}
