import type { ErrorResponse, Outcome, Request } from '../api/index.js';
import type { Stream } from '../engine/index.js';

/** gRPC's connectivity states. */
export type ConnectivityState = 'IDLE' | 'CONNECTING' | 'READY' | 'TRANSIENT_FAILURE' | 'SHUTDOWN';

/** What a policy sees of a subconnection (gRPC: SubConn). */
export interface PickableSubconnection {
  readonly endpoint: string;
  readonly state: ConnectivityState;
  /** Calls under way on it, streams included. */
  readonly inFlight: number;
}

/** What is to be sent. A stream stays on the subconnection that it was given. */
export interface PickInfo {
  readonly kind: Request['kind'] | 'watch';
  readonly mutation: boolean;
}

export type PickResult =
  | { readonly kind: 'complete'; readonly subconnection: PickableSubconnection }
  /** Wait for the next picker. */
  | { readonly kind: 'queue' }
  /** Fails calls that do not wait for ready; an etcd client's all do, so they wait for the next picker. */
  | { readonly kind: 'transient-failure'; readonly error: ErrorResponse }
  | { readonly kind: 'drop'; readonly error: ErrorResponse };

/** How a call ended that a picker had placed; streams have no end that tells a policy anything. */
export interface CallEnd {
  readonly call: PickInfo;
  readonly endpoint: string;
  /** When it was placed. */
  readonly placedUs: number;
  /** What the member answered, what broke, or that the client gave it up (its deadline, `Canceled`). */
  readonly outcome: Outcome;
}

/** A snapshot of the channel's choice; replaced when a subconnection's state changes. `pick` is synchronous. */
export interface Picker {
  pick(call: PickInfo): PickResult;
  /** Hears of every call that it placed, also when it has been replaced by then (gRPC: PickResult's Done). */
  ended?(end: CallEnd): void;
}

/** What a policy may do to the connections of one channel. */
export interface ChannelControl {
  /** One an endpoint, in the order of the endpoints. */
  readonly subconnections: readonly PickableSubconnection[];
  /** Dials an endpoint that is IDLE. */
  connect(endpoint: string): void;
  /** The endpoint becomes IDLE and takes no more calls; its connection is closed when those under way have ended. */
  disconnect(endpoint: string): void;
  /** Asks for a new picker though no state has changed, and picks again for what waits. */
  renewPicker(): void;
}

/**
 * What a policy keeps for one channel from picker to picker, where it does more than to choose among the ready. Any
 * object; if it has these methods, they are called.
 */
export interface ChannelMemory {
  /** The channel is wanted from now on. Without it, every endpoint is dialled. */
  start?(): void;
  /** One subconnection has a new state; a new picker, if there is to be one, comes after this. */
  stateChanged?(subconnection: PickableSubconnection): void;
}

/** A policy's clock, timers and chance; one a channel (for `newPicker`) or one a program (for `shared`). */
export interface PolicyEnv {
  readonly nowUs: number;
  readonly endpoints: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** The policy's own random stream of that purpose. */
  stream(purpose: string): Stream;
  after(delayUs: number, run: () => void): void;
  /** Asks one endpoint for its status over a connection outside the channel (as etcdctl does). */
  askStatus(endpoint: string, timeoutUs: number, done: (outcome: Outcome) => void): void;
  /** What somebody outside tells the program by datagrams: an endpoint to prefer. Nobody may ever speak. */
  onNotice?(hear: (endpoint: string) => void): void;
  /** Calls that wait in a queue are picked for again. */
  repick(): void;
  /** The program dies of its policy (Go: panic): all its calls end, and no more are taken. */
  panic(text: string): void;
}

/**
 * A client policy in one file: which subconnection takes which call.
 *
 * `shared`, if there is one, makes what all channels of one program have in common (a leader poll); it is made when the
 * program's first channel needs it. `remember`, if there is one, makes what one channel keeps. The rules that a policy
 * has to keep: docs/balancers.md.
 */
export interface PickerPolicy<Shared = unknown, Memory extends object | undefined = object | undefined> {
  readonly name: string;
  readonly summary: string;
  /** The policy's options and what each means; an unknown one is refused. */
  readonly options?: Readonly<Record<string, string>>;
  /** Contract rules that it does not keep, by id, and why; `etcdsim check` shows them. */
  readonly exceptions?: Readonly<Record<string, string>>;
  shared?(env: PolicyEnv): Shared;
  remember?(channel: ChannelControl, env: PolicyEnv, shared: Shared): Memory;
  /** @param ready never empty, in the order of the endpoints */
  newPicker(ready: readonly PickableSubconnection[], env: PolicyEnv, shared: Shared, memory: Memory): Picker;
}
