import type { ClientProgram } from '../client/index.js';
import type { Simulator } from '../engine/index.js';

/** What a workload may use, and where it says what happened. */
export interface WorkloadEnv {
  readonly simulator: Simulator;
  /** The programs that use etcd, one an apiserver; at least one. CPU work goes through `programs[i].program.run`. */
  readonly programs: readonly ClientProgram[];
  /** One sample of a quantity: `observe('put_latency', 'ms', 3.2)`. Its mean, median, p95, p99, max and count are reported. */
  observe(metric: string, unit: string, value: number): void;
  /** A figure of the whole run: `report('total', 's', 12.5)`. */
  report(metric: string, unit: string, value: number): void;
  /** A line of the run's timeline, at the present time. */
  note(text: string): void;
  /** The workload has nothing more to do; the run may end here. */
  done(): void;
}

/** A workload in one file: `start` sets it going at the present virtual time. */
export interface Workload<Config> {
  readonly kind: string;
  readonly summary: string;
  start(env: WorkloadEnv, config: Config): void;
}
