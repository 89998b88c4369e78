import { CLIENT_ERRORS, type ErrorResponse, type Outcome, type Request } from '../api/index.js';
import { NO_TIMER, type Program, type Simulator, type Stream, type Timer } from '../engine/index.js';
import type { Channel } from './channel.js';
import type { ClientConfig } from './config.js';
import { type WatchHandlers, type WatchOptions, WatchStream } from './watch-stream.js';

/** One finished call, as a history wants it. */
export interface Operation {
  readonly client: string;
  readonly request: Request;
  readonly invokedUs: number;
  readonly returnedUs: number;
  readonly outcome: Outcome;
}

/** A call on its way, over all its attempts. */
interface Call {
  readonly request: Request;
  readonly invokedUs: number;
  readonly deadlineUs: number;
  readonly done: (outcome: Outcome) => void;
  timer: Timer;
  attempts: number;
  over: boolean;
  /** The channel's id of the attempt under way. */
  attemptId: number;
  /** What the last attempt gave. */
  outcome: Outcome | undefined;
}

/**
 * An etcd client (clientv3): one channel, the retry rules, deadlines, watches.
 *
 * Source: etcd clientv3/retry.go, retry_interceptor.go, v3.4.
 */
export class EtcdClient {
  readonly name: string;
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly channel: Channel;
  private readonly config: ClientConfig;
  private readonly backoff: Stream;
  private readonly finished: ((operation: Operation) => void) | undefined;
  private watches: WatchStream | undefined;

  constructor(
    name: string,
    simulator: Simulator,
    program: Program,
    channel: Channel,
    config: ClientConfig,
    finished: ((operation: Operation) => void) | undefined,
  ) {
    this.name = name;
    this.simulator = simulator;
    this.program = program;
    this.channel = channel;
    this.config = config;
    this.backoff = simulator.streams.stream(`client/${name}/backoff`);
    this.finished = finished;
  }

  /** Connects, and calls `up` when the first subconnection is ready (clientv3's blocking dial). */
  dial(up: () => void): void {
    this.channel.connect();
    this.channel.whenReady(up);
  }

  /**
   * One unary call. `done` is called once, with an answer or an error.
   *
   * Reads that end Unavailable are tried again, writes are not: see `mayRetry`.
   *
   * @param timeoutUs the caller's deadline from now; 0 = none; absent = the client's
   */
  request(request: Request, done: (outcome: Outcome) => void, timeoutUs = this.config.requestTimeoutUs): void {
    this.channel.connect();
    const { nowUs } = this.simulator;
    const call: Call = {
      request,
      invokedUs: nowUs,
      deadlineUs: timeoutUs > 0 ? nowUs + timeoutUs : Number.POSITIVE_INFINITY,
      done,
      timer: NO_TIMER,
      attempts: 0,
      over: false,
      attemptId: 0,
      outcome: undefined,
    };
    if (timeoutUs > 0) call.timer = this.simulator.startTimer(timeoutUs, this.onDeadline, call);
    this.attempt(call);
  }

  /** Watches a key or range from now on, or from `startRevision`; resumes by itself after a break. */
  watch(options: WatchOptions, handlers: WatchHandlers): { cancel(): void } {
    this.channel.connect();
    this.watches ??= new WatchStream(this.simulator, this.program, this.channel, this.config.callCpuUs);
    return this.watches.add(options, handlers);
  }

  close(): void {
    this.channel.close();
  }

  private readonly attempt = (call: Call): void => {
    if (call.over) return;
    call.attempts++;
    call.attemptId = this.channel.call(call.request, call.deadlineUs, (outcome) => {
      call.outcome = outcome;
      // The client's own work on the answer comes before its caller sees it.
      this.program.run(this.config.callCpuUs, this.onAnswer, call);
    });
  };

  private readonly onAnswer = (call: Call): void => {
    if (call.over) return;
    const outcome = call.outcome!;
    const { attempts, backoffUs, jitterRatio } = this.config.retry;
    if (outcome.kind !== 'error' || call.attempts >= attempts || !mayRetry(call.request, outcome)) {
      this.end(call, outcome);
      return;
    }
    // clientv3 waits only once a quorum of the endpoints has been tried.
    const quorum = Math.floor(this.channel.endpoints.length / 2) + 1;
    const waits = call.attempts % quorum === 0;
    const delayUs = waits ? Math.round(backoffUs * (1 + jitterRatio * (2 * this.backoff.uniform() - 1))) : 0;
    this.simulator.schedule(delayUs, this.attempt, call);
  };

  private readonly onDeadline = (call: Call): void => {
    if (call.over) return;
    this.channel.cancel(call.attemptId, CLIENT_ERRORS.deadlineExceeded);
    this.end(call, CLIENT_ERRORS.deadlineExceeded);
  };

  private end(call: Call, outcome: Outcome): void {
    call.over = true;
    if (call.timer !== NO_TIMER) this.simulator.cancel(call.timer);
    this.finished?.({
      client: this.name,
      request: call.request,
      invokedUs: call.invokedUs,
      returnedUs: this.simulator.nowUs,
      outcome,
    });
    call.done(outcome);
  }
}

/**
 * clientv3 repeats what it marks as repeatable if it ends Unavailable: reads, and of the mutations a lease's grant and
 * revoke. A Txn is not, not even one that only reads. Other mutations are repeated if they have surely not been sent,
 * which their error's text says. A policy that drops calls can give that; else they wait in the channel until they can be
 * sent, so that any other error means that they may have happened.
 *
 * Source: clientv3 retry.go, v3.4 (withRetryPolicy, isSafeRetryImmutableRPC, isSafeRetryMutableRPC).
 */
function mayRetry({ kind }: Request, { code, text }: ErrorResponse): boolean {
  return code === 'Unavailable' && (!UNREPEATABLE.has(kind) || SURELY_NOT_SENT.has(text));
}

const SURELY_NOT_SENT: ReadonlySet<string> = new Set([CLIENT_ERRORS.noAddress.text, CLIENT_ERRORS.noConnection.text]);

const UNREPEATABLE: ReadonlySet<Request['kind']> = new Set(['put', 'delete-range', 'txn', 'compact']);
