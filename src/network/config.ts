import type { NetemConfig } from './types.js';

/** No queueing discipline at all; the limit is tc-netem's default. */
export const NETEM_OFF: NetemConfig = {
  delayUs: 0,
  jitterUs: 0,
  delayCorrelation: 0,
  distribution: 'uniform',
  lossRatio: 0,
  lossCorrelation: 0,
  gilbertElliott: undefined,
  duplicateRatio: 0,
  reorderRatio: 0,
  rateBitsPerSec: 0,
  limitPackets: 1000,
};

/** NetemConfig's distributions, for checks and help texts. */
export const NETEM_DISTRIBUTIONS = ['uniform', 'normal', 'pareto', 'paretonormal'] as const;
