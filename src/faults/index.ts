import { clockDrift } from './clock-drift.js';
import { crash } from './crash.js';
import { egressDelay } from './egress-delay.js';
import type { Fault } from './fault.js';
import { moveLeader } from './move-leader.js';
import { partition } from './partition.js';
import { pause } from './pause.js';
import { slowDisk } from './slow-disk.js';

export type { FaultConfig, FaultTarget } from './config.js';
export type { Fault, FaultEnv } from './fault.js';
export { scheduleFaults } from './schedule.js';

/** Every fault that a scenario can name. A new one is one file and one entry here. */
export const faults: readonly Fault[] = [crash, pause, partition, slowDisk, clockDrift, egressDelay, moveLeader];
