import { changeMembers } from './change-members.js';
import { clockDrift } from './clock-drift.js';
import { crash } from './crash.js';
import { cutLink } from './cut-link.js';
import { egressDelay } from './egress-delay.js';
import { failingDisk } from './failing-disk.js';
import type { Fault } from './fault.js';
import { messageDuplication } from './message-duplication.js';
import { messageLoss } from './message-loss.js';
import { messageReordering } from './message-reordering.js';
import { moveLeader } from './move-leader.js';
import { DEFAULT_VALUE_BYTES, overload } from './overload.js';
import { packetLoss } from './packet-loss.js';
import { partition } from './partition.js';
import { pause } from './pause.js';
import { slowDisk } from './slow-disk.js';
import { tornWrite } from './torn-write.js';

export type { FaultConfig, FaultTarget } from './config.js';
export type { Fault, FaultEnv } from './fault.js';
export { scheduleFaults } from './schedule.js';
export { DEFAULT_VALUE_BYTES };

/** Every fault that a scenario can name. A new one is one file and one entry here. */
export const faults: readonly Fault[] = [
  crash,
  tornWrite,
  pause,
  partition,
  cutLink,
  messageLoss,
  messageDuplication,
  messageReordering,
  slowDisk,
  failingDisk,
  clockDrift,
  egressDelay,
  packetLoss,
  moveLeader,
  overload,
  changeMembers,
];
