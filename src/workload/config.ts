import type { BalancerConfig } from '../client/index.js';

/** What the clients do; one of the kinds below, resolved. */
export type WorkloadConfig =
  | SequentialConfig
  | OpenLoopConfig
  | ClosedLoopConfig
  | KubeApiserverInitConfig
  | TraceReplayConfig
  | IdleConfig
  | PlugInConfig;

/**
 * Names of the operations that the synthetic workloads mix.
 *
 * put: one Put. txn: create if absent (compare mod revision 0, put). lget: linearizable Range of one key.
 * sget: the same, serializable. delete: DeleteRange of one key.
 */
export type OperationName = 'put' | 'txn' | 'lget' | 'sget' | 'delete';

export interface OperationMix {
  /** Relative weights; at least one above 0. */
  readonly weights: Readonly<Partial<Record<OperationName, number>>>;
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Keys are drawn uniformly from this many. */
  readonly keySpace: number;
}

/** One request in flight: the next starts `thinkUs` after the last answer. */
export interface SequentialConfig {
  readonly kind: 'sequential';
  readonly operations: OperationMix;
  /** Operations in all; 0 = until the run stops. */
  readonly count: number;
  readonly thinkUs: number;
  /** Deadline of each operation, µs; 0 = the client's. */
  readonly timeoutUs: number;
  /** Watches on the written keys, each by a client of its own with this balancer; the event latency is measured. */
  readonly watchers: readonly WatcherConfig[];
}

export interface WatcherConfig {
  readonly name: string;
  readonly balancer: BalancerConfig;
}

/** Poisson arrivals, whatever is still in flight. */
export interface OpenLoopConfig {
  readonly kind: 'open-loop';
  readonly operations: OperationMix;
  readonly ratePerSec: number;
  /** Arrivals are Poisson, or evenly spaced. */
  readonly arrivals: 'poisson' | 'even';
  readonly count: number;
  readonly timeoutUs: number;
}

/** `clients` callers, each with one request in flight, on `connections` channels shared between them. */
export interface ClosedLoopConfig {
  readonly kind: 'closed-loop';
  readonly operations: OperationMix;
  readonly clients: number;
  readonly connections: number;
  readonly count: number;
  readonly thinkUs: number;
  readonly timeoutUs: number;
}

/** A kube-apiserver, controller manager and scheduler coming up; see `kube-apiserver-init/`. */
export interface KubeApiserverInitConfig {
  readonly kind: 'kube-apiserver-init';
  /** How many times longer the control plane's CPU work takes than on the recording's machine. */
  readonly cpuScale: number;
  /** Leader election of controller manager and scheduler (the thesis's local-up-cluster.sh turns it off). */
  readonly leaderElection: boolean;
  /** Time of the start script's own steps that touch no etcd (building, certificates, kubelet, add-ons), µs. */
  readonly localStepsUs: number;
}

/** Replays a recording (`init-trace-*.jsonl.gz`'s format) with its dependencies; see `trace-replay.ts`. */
export interface TraceReplayConfig {
  readonly kind: 'trace-replay';
  readonly file: string;
  /** Filled in by the one who reads files; the workload itself reads none. */
  readonly records: readonly TraceRecord[];
}

/** One line of a recording, in the recording's own words; times in seconds from its first dial. */
export interface TraceRecord {
  readonly t0: number;
  readonly t1: number;
  readonly c: number;
  readonly m: string;
  readonly key?: string;
  readonly pfx?: boolean;
  readonly lim?: number;
  readonly cnt?: boolean;
  readonly ser?: boolean;
  readonly ops?: string;
  /** Of a Txn: whether its comparison held. */
  readonly ok?: boolean | 'T' | 'F';
  readonly n?: number;
  readonly rb?: number;
  readonly pb?: number;
  readonly rev?: number;
  readonly user?: string;
  readonly verb?: string;
  readonly path?: string;
  readonly err?: string;
}

/** A workload from a file of the user's own, by its name. */
export interface PlugInConfig {
  readonly kind: 'plug-in';
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Nothing is sent: the cluster alone. */
export interface IdleConfig {
  readonly kind: 'idle';
}
