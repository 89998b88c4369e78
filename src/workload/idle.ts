import type { IdleConfig } from './config.js';
import type { Workload } from './workload.js';

/** The cluster alone, until the run's stop condition. */
export const idle: Workload<IdleConfig> = {
  kind: 'idle',
  summary: 'nothing is sent: the cluster alone',
  start() {},
};
