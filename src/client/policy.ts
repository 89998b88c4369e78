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

/** A snapshot of the channel's choice; replaced when a subconnection's state changes. `pick` is synchronous. */
export interface Picker {
  pick(call: PickInfo): PickResult;
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
  /** Calls that wait in a queue are picked for again. */
  repick(): void;
}

/**
 * A client policy in one file: which subconnection takes which call.
 *
 * `shared`, if there is one, makes what all channels of one program have in common (a leader poll); it is made when the
 * program's first channel needs it.
 */
export interface PickerPolicy<Shared = unknown> {
  readonly name: string;
  readonly summary: string;
  /** The policy's options and what each means; an unknown one is refused. */
  readonly options?: Readonly<Record<string, string>>;
  shared?(env: PolicyEnv): Shared;
  /** @param ready never empty, in the order of the endpoints */
  newPicker(ready: readonly PickableSubconnection[], env: PolicyEnv, shared: Shared): Picker;
}
