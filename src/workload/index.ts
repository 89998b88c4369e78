import { closedLoop } from './closed-loop.js';
import { idle } from './idle.js';
import { kubeApiserverInit } from './kube-apiserver-init/index.js';
import { openLoop } from './open-loop.js';
import { sequential } from './sequential.js';
import { traceReplay } from './trace-replay.js';
import type { Workload } from './workload.js';

export type * from './config.js';
export type { Workload, WorkloadEnv } from './workload.js';

/** Every workload; `config.kind` names one. */
export const workloads: readonly Workload<never>[] = [
  sequential,
  openLoop,
  closedLoop,
  kubeApiserverInit,
  traceReplay,
  idle,
];
