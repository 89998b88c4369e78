import type { DurationDistribution } from '../engine/index.js';

/** Everything that decides how an etcd client behaves. Plain data, resolved. */
export interface ClientConfig {
  readonly balancer: BalancerConfig;
  /** Deadline of a call whose caller sets none, µs; 0 = none (as clientv3). */
  readonly requestTimeoutUs: number;
  /** Round trips of a TLS handshake: 0 (TLS off), 1 (TLS 1.3) or 2 (TLS 1.2). */
  readonly tlsRoundTrips: number;
  readonly retry: RetryConfig;
  /** CPU time of the client's own gRPC work for one call, and for one watch response, µs. */
  readonly callCpuUs: number;
  /** CPU time of waking a connection's reader or writer, whatever waits for it then, µs. */
  readonly loopCpuUs: number;
  /** CPU time of taking in one byte of an answer, µs; 0 if left out. */
  readonly byteCpuUs?: number;
  /** CPU time of the client's side of a new connection, until calls may go on it. */
  readonly connectCpu: DurationDistribution;
  readonly dialTimeoutUs: number;
  /** HTTP/2 keepalive ping after this long without traffic, and how long its answer may take; 0 = off (clientv3's default). */
  readonly keepaliveTimeUs: number;
  readonly keepaliveTimeoutUs: number;
}

/** A policy's name and its own options (checked by the policy's entry in `balancers/index.ts`). */
export interface BalancerConfig {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** clientv3's retry interceptor: reads, and writes that surely did not happen, are tried again. */
export interface RetryConfig {
  readonly attempts: number;
  readonly backoffUs: number;
  /** +- share of the back-off drawn uniformly. */
  readonly jitterRatio: number;
}
