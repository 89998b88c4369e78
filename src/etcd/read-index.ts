import { type ErrorResponse, ETCD_ERRORS } from '../api/index.js';
import type { Program, Simulator, Timer } from '../engine/index.js';
import { NO_TIMER } from '../engine/index.js';
import type { ReadState } from '../raft/types.js';
import type { MemberMetrics } from './metrics.js';

/** Called when the read may be served from the store, or with the error it ends in. */
export type ReadDone = (error: ErrorResponse | undefined) => void;

export interface ReadTarget {
  readonly appliedIndex: number;
  readIndex(context: unknown): void;
  /** What tells one round from another. */
  newContext(): unknown;
}

/** Asks again while no answer comes: 3.5, and 3.4 since 3.4.17. */
const RETRY_US = 500_000;

interface Round {
  readonly context: unknown;
  readonly reads: readonly ReadDone[];
  /** -1 until the leader has confirmed. */
  index: number;
}

/**
 * etcd's linearizable read loop: one ReadIndex round at a time.
 *
 * Every read that arrived before a round began is served from it; those that come while it runs wait for the next. So a
 * member under load makes one round after another, each for a batch. Source: etcd v3_server.go (linearizableReadLoop).
 */
export class ReadIndexLoop {
  private waiting: ReadDone[] = [];
  private round: Round | undefined;
  private timer: Timer = NO_TIMER;
  private retryTimer: Timer = NO_TIMER;
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly metrics: MemberMetrics;
  private readonly timeoutUs: number;
  private readonly target: ReadTarget;
  private readonly onTimeout = (): void => this.program.run(0, this.timedOut, undefined);
  private readonly timedOut = (): void => {
    if (this.round !== undefined && this.round.index < 0) this.metrics.slowReadIndexes.add();
    this.fail(ETCD_ERRORS.timeout);
  };
  private readonly onRetry = (): void => this.program.run(0, this.retry, undefined);
  private readonly retry = (): void => this.askAgain();

  constructor(simulator: Simulator, program: Program, metrics: MemberMetrics, timeoutUs: number, target: ReadTarget) {
    this.simulator = simulator;
    this.program = program;
    this.metrics = metrics;
    this.timeoutUs = timeoutUs;
    this.target = target;
  }

  /** Calls `done` once the store is at least as new as every write that had been acknowledged before now. */
  read(done: ReadDone): void {
    this.waiting.push(done);
    if (this.round === undefined) this.begin();
  }

  confirmed(states: readonly ReadState[]): void {
    const { round } = this;
    if (round === undefined || round.index >= 0) return;
    for (const state of states) {
      if (state.context !== round.context) continue;
      round.index = state.index;
      this.simulator.cancel(this.timer);
      this.simulator.cancel(this.retryTimer);
      this.serveIfApplied();
      return;
    }
  }

  /** The applied index moved on. */
  applied(): void {
    if (this.round !== undefined) this.serveIfApplied();
  }

  leaderChanged(): void {
    if (this.round === undefined || this.round.index >= 0) return;
    this.metrics.failedReadIndexes.add();
    this.fail(ETCD_ERRORS.leaderChanged);
  }

  private begin(): void {
    const reads = this.waiting;
    this.waiting = [];
    this.round = { context: this.target.newContext(), reads, index: -1 };
    this.timer = this.simulator.startTimer(this.timeoutUs, this.onTimeout, undefined);
    this.retryTimer = this.simulator.startTimer(RETRY_US, this.onRetry, undefined);
    this.target.readIndex(this.round.context);
  }

  /** A leader's first commit in its term was applied: one that answered no reads until now may answer. */
  termBegun(): void {
    this.askAgain();
  }

  private askAgain(): void {
    const { round } = this;
    if (round === undefined || round.index >= 0) return;
    this.simulator.cancel(this.retryTimer);
    this.retryTimer = this.simulator.startTimer(RETRY_US, this.onRetry, undefined);
    this.target.readIndex(round.context);
  }

  private serveIfApplied(): void {
    const { round } = this;
    if (round === undefined || round.index < 0 || this.target.appliedIndex < round.index) return;
    this.metrics.readIndexes.add();
    this.end(round, undefined);
  }

  private fail(error: ErrorResponse): void {
    const { round } = this;
    if (round === undefined || round.index >= 0) return;
    this.end(round, error);
  }

  private end(round: Round, error: ErrorResponse | undefined): void {
    this.simulator.cancel(this.timer);
    this.simulator.cancel(this.retryTimer);
    this.round = undefined;
    for (const done of round.reads) done(error);
    if (this.round === undefined && this.waiting.length > 0) this.begin();
  }
}
