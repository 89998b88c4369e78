import type { Outcome } from '../api/index.js';
import type { OperationName } from './config.js';
import type { WorkloadEnv } from './workload.js';

/**
 * The figures of a synthetic workload: latency by operation, what callers waited, errors in all and by text, the longest
 * time without a success.
 *
 * Latencies are those of successes, so that a policy that loses its slowest requests seems fast. `wait` is the same for all
 * operations, failed ones included up to the moment at which their callers were told: read it beside `errors`, since who
 * fails at once does not wait.
 */
export class LatencyRecord {
  successes = 0;
  private readonly env: WorkloadEnv;
  private readonly startUs: number;
  private readonly errorsByText = new Map<string, number>();
  private errors = 0;
  private lastSuccessUs: number;
  private longestGapUs = 0;

  constructor(env: WorkloadEnv) {
    this.env = env;
    this.startUs = env.simulator.nowUs;
    this.lastSuccessUs = this.startUs;
    env.atEnd(() => this.end());
  }

  /** A call that began at `invokedUs` has just ended. */
  ended(name: OperationName, invokedUs: number, outcome: Outcome): void {
    const { nowUs } = this.env.simulator;
    this.env.observe('wait', 'ms', (nowUs - invokedUs) / 1000);
    if (outcome.kind === 'error') {
      this.errors++;
      this.errorsByText.set(outcome.text, (this.errorsByText.get(outcome.text) ?? 0) + 1);
      return;
    }
    this.successes++;
    this.closeGap(nowUs);
    this.env.observe(LATENCY_METRICS[name], 'ms', (nowUs - invokedUs) / 1000);
  }

  private closeGap(nowUs: number): void {
    const gapUs = nowUs - this.lastSuccessUs;
    if (gapUs > this.longestGapUs) this.longestGapUs = gapUs;
    this.lastSuccessUs = nowUs;
  }

  private end(): void {
    const { nowUs } = this.env.simulator;
    this.closeGap(nowUs);
    this.env.report('operations', 'count', this.successes);
    this.env.report('errors', 'count', this.errors);
    for (const text of [...this.errorsByText.keys()].sort()) {
      this.env.report(`errors: ${text}`, 'count', this.errorsByText.get(text)!);
    }
    this.env.report('longest_gap', 'ms', this.longestGapUs / 1000);
    if (nowUs > this.startUs) {
      this.env.report('throughput', '1/s', (this.successes / (nowUs - this.startUs)) * 1e6);
    }
  }
}

const LATENCY_METRICS: Readonly<Record<OperationName, string>> = {
  put: 'put_latency',
  txn: 'txn_latency',
  lget: 'lget_latency',
  sget: 'sget_latency',
  delete: 'delete_latency',
};
