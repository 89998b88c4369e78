import type { Outcome } from '../api/index.js';
import type { EtcdClient } from '../client/index.js';
import type { Simulator } from '../engine/index.js';
import type { LatencyRecord } from './latency-record.js';
import type { DrawnOperation, OperationSource } from './operation-source.js';

/**
 * Pause after a failed call, µs.
 *
 * Model: a caller's pause after an error. Real load generators loop at once, and are slowed by their own error handling;
 * without a pause a client whose connections are all down would spin in one instant of virtual time.
 */
const ERROR_PAUSE_US = 1000;

export interface CallerOptions {
  readonly simulator: Simulator;
  readonly client: EtcdClient;
  readonly source: OperationSource;
  readonly record: LatencyRecord;
  readonly thinkUs: number;
  /** 0 = the client's. */
  readonly timeoutUs: number;
  /** True when one more operation may start; asked before each. */
  readonly mayStart: () => boolean;
  /** Called when `mayStart` said no. */
  readonly stopped: () => void;
  readonly started?: (operation: DrawnOperation) => void;
  readonly ended?: (operation: DrawnOperation, outcome: Outcome) => void;
}

/** Somebody with one request in flight: the next starts `thinkUs` after the last answer. */
export class Caller {
  private readonly options: CallerOptions;
  private readonly timeoutUs: number | undefined;
  private operation: DrawnOperation | undefined;
  private invokedUs = 0;

  constructor(options: CallerOptions) {
    this.options = options;
    this.timeoutUs = options.timeoutUs > 0 ? options.timeoutUs : undefined;
  }

  // Plain callbacks, not a process: this is the innermost loop of long runs.
  readonly start = (): void => {
    const { simulator, client, source, mayStart, stopped, started } = this.options;
    if (!mayStart()) {
      stopped();
      return;
    }
    this.operation = source.next();
    this.invokedUs = simulator.nowUs;
    started?.(this.operation);
    client.request(this.operation.request, this.onOutcome, this.timeoutUs);
  };

  private readonly onOutcome = (outcome: Outcome): void => {
    const { simulator, record, thinkUs, ended } = this.options;
    const operation = this.operation!;
    record.ended(operation.name, this.invokedUs, outcome);
    ended?.(operation, outcome);
    const pauseUs = outcome.kind === 'error' && thinkUs < ERROR_PAUSE_US ? ERROR_PAUSE_US : thinkUs;
    // Through the queue even without a pause: an answer's handler must not grow the stack by a whole run.
    simulator.schedule(pauseUs, this.start, undefined);
  };
}
