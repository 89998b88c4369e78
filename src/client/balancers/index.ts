import type { PickerPolicy } from '../policy.js';
import { fixed } from './fixed.js';
import { grpc10 } from './grpc-1-0.js';
import { grpc17 } from './grpc-1-7.js';
import { leaderAware } from './leader-aware.js';
import { leastRequest } from './least-request.js';
import { nearest } from './nearest.js';
import { outlierDetectionAround } from './outlier-detection.js';
import { peakEwma } from './peak-ewma.js';
import { pickFirst } from './pick-first.js';
import { pickLeader } from './pick-leader.js';
import { pickLeaderForecast } from './pick-leader-forecast.js';
import { random } from './random.js';
import { roundRobin } from './round-robin.js';
import { weightedRoundRobin } from './weighted-round-robin.js';
import { writesToLeader } from './writes-to-leader.js';

/** Policies that choose among the ready members: `outlier-detection` may be put around each. */
const choosing = [
  roundRobin,
  pickLeader,
  pickLeaderForecast,
  leaderAware,
  writesToLeader,
  grpc10,
  random,
  leastRequest,
  peakEwma,
  weightedRoundRobin,
  nearest,
] as PickerPolicy<never, never>[];

/** Every policy that a scenario can name. A new one is one file and one entry here. */
export const balancers: readonly PickerPolicy<never, never>[] = [
  ...choosing,
  ...([grpc17, pickFirst, fixed] as PickerPolicy<never, never>[]),
  outlierDetectionAround(() => choosing as unknown as PickerPolicy[]) as PickerPolicy<never, never>,
];

/** Names of the policies that `outlier-detection` may be put around. */
export const childBalancers: readonly string[] = choosing.map(({ name }) => name);
