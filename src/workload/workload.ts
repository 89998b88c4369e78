import type { ClientProgram } from '../client/index.js';
import type { Program, Simulator } from '../engine/index.js';

/** What a workload may use, and where it says what happened. */
export interface WorkloadEnv {
  readonly simulator: Simulator;
  /** The programs that use etcd, one an apiserver; at least one. CPU work goes through `programs[i].program.run`. */
  readonly programs: readonly ClientProgram[];
  /** Another program on the cores of `programs[apiserverIndex]`'s host, one that has no etcd client (a controller manager). */
  newProgram(apiserverIndex: number): Program;
  /** One sample of a quantity: `observe('put_latency', 'ms', 3.2)`. Its mean, median, p95, p99, max and count are reported. */
  observe(metric: string, unit: string, value: number): void;
  /** A figure of the whole run: `report('total', 's', 12.5)`. The last one of a name counts. */
  report(metric: string, unit: string, value: number): void;
  /** A line of the run's timeline, at the present time. */
  note(text: string): void;
  /** `run` is called once when the run ends, however it ends: for figures of the whole run. */
  atEnd(run: () => void): void;
  /** The workload has nothing more to do; the run may end here. */
  done(): void;
}

/** A workload in one file: `start` sets it going at the present virtual time. */
export interface Workload<Config> {
  readonly kind: string;
  readonly summary: string;
  start(env: WorkloadEnv, config: Config): void;
}
