import type { PickerPolicy } from '../policy.js';
import { fixed } from './fixed.js';
import { pickLeader } from './pick-leader.js';
import { roundRobin } from './round-robin.js';

/** Every policy that a scenario can name. A new one is one file and one entry here. */
export const balancers: readonly PickerPolicy<never>[] = [roundRobin, pickLeader, fixed] as PickerPolicy<never>[];
