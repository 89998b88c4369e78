import type { DurationDistribution } from '../../engine/index.js';

/*
 * What the control plane does between its requests, µs. CPU time is that of one core of the recordings' machine and
 * shares the simulated cores; the rest are timers of Kubernetes. None depends on delays, members or balancer.
 *
 * Model: think times are independent draws; a recorded pause's CPU time is taken as all of it.
 */

const spread = (medianUs: number, sigma: number): DurationDistribution => ({ kind: 'lognormal', medianUs, sigma });
/** Work between two requests. One pause in seventy is a long one: garbage collection, or others on the machine. */
const think = (medianUs: number, sigma: number): DurationDistribution => ({
  kind: 'mixture',
  parts: [
    { weight: 0.985, of: spread(medianUs, sigma) },
    { weight: 0.015, of: between(8_000, 45_000) },
  ],
});
const between = (minUs: number, maxUs: number): DurationDistribution => ({ kind: 'uniform', minUs, maxUs });

/** CPU work, drawn. Medians and spreads of the recordings; the long ones vary from run to run. */
export const CPU = {
  /** From the apiserver's exec to its first dial. */
  apiserverStart: spread(550_000, 0.2),
  /** Between two dials. */
  dial: spread(420, 0.4),
  /** From a client's dial to its cache's list, and from the list's answer to the watch. */
  cacheList: spread(700, 0.3),
  cacheWatch: spread(500, 0.3),
  /** From the last dial to the first hook: API documents, TLS, handlers. */
  apiserverServe: spread(3_150_000, 0.11),
  /** A hook's next request, once its last one is answered. */
  hook: think(1_700, 0.4),
  /** The RBAC hook's: a quarter of all requests are its own. A create costs more than a get. */
  rbac: think(1_700, 0.35),
  rbacCreate: spread(600, 0.3),
  /** One of the starter's polls over HTTPS. */
  poll: spread(2_500, 0.3),
  /** From exec to the first request. */
  controllerManagerStart: spread(1_350_000, 0.25),
  schedulerStart: spread(1_400_000, 0.15),
  /** The controllers' requests: in their own process, then in the apiserver's. */
  controllerClient: think(1_200, 0.4),
  controllerServer: spread(1_300, 0.4),
  /** Building the next controller and its client. */
  controllerBuild: spread(1_700, 0.35),
  leaseClient: spread(2_000, 0.5),
  leaseServer: spread(2_000, 0.4),
  /** From an account's watch event to its get; from that to its secret; from that to its update. */
  tokenGet: spread(2_400, 0.3),
  tokenSecret: spread(5_000, 0.25),
  tokenUpdate: spread(2_400, 0.3),
  /** From a controller's token to its first request with it. */
  firstWithToken: spread(7_000, 0.2),
} satisfies Readonly<Record<string, DurationDistribution>>;

/** CPU time before the dial of the client named, µs: there the apiserver builds an API group. */
export const BUILD_BEFORE_DIAL_US: Readonly<Record<string, number>> = {
  masterleases: 45_000,
  'horizontalpodautoscalers.v1': 125_000,
  'apiregistration.k8s.io/apiservices.v1beta1': 300_000,
};

/** From its list to its count. */
export const COUNT_AFTER_LIST_US = 150;
/** The apiserver's work on one batch of watch events before its own watchers see it. */
export const CACHE_EVENT_US = 150;

/** CPU time from the first hook to these others, each after the one before. */
export const HOOK_STARTS_US = { flowControl: 50_000, apiServices: 45_000, authentication: 14_000 } as const;
/** Work that comes with the first hooks, several pieces at a time: clients of its own API, caches, discovery. */
export const HOOK_BURST = { pieces: 5, pieceUs: 80_000 } as const;
/** The same when the controllers' caches fill: in the controller manager and in the apiserver. */
export const CACHE_BURST = { pieces: 2, pieceUs: 90_000 } as const;

/** Timers. Their sources are Kubernetes 1.20's own constants where it has some. */
export const TIMERS_US = {
  /** newETCD3HealthCheck: its client is dialled by a 1 s poll. */
  healthDial: 1_000_000,
  /** The hooks of RBAC and of the priority classes begin with a 1 s poll. */
  hookPoll: 1_000_000,
  readinessPoll: 100_000,
  starterPoll: 100_000,
  accountPoll: 200_000,
  /** The kubernetes service's endpoints are looked after. */
  kubernetesService: 10_000_000,
  /** Namespaces and flow control are. */
  bootstrapCheck: 60_000_000,
  leaseRetry: 2_000_000,
  cronJobs: 10_000_000,
  /** Quotas of a namespace are looked up again. */
  quota: 30_000_000,
  /** An event's lease is used again. */
  eventLease: 60_000_000,
  /** Discovery before the controllers: requests of a client with a rate limit, all to the apiserver alone. */
  discovery: 455_000,
  quotaDiscovery: 400_000,
  tokenControllerStart: 100_000,
  /** From the last controller's start, or from the collector's token, until every cache has filled. */
  cachesAfterControllers: 750_000,
  cachesAfterCollector: 950_000,
  /** A caller's pause after an error. */
  errorPause: 1_000_000,
} as const;

export const TIMER_RANGES = {
  /** storage.StartCountMonitor: one minute, jitter factor 1.2. */
  count: between(60_000_000, 132_000_000),
  /** The database size monitor: 30 s, jitter factor 0.5. */
  databaseSize: between(30_000_000, 45_000_000),
  /** From the last controller's start to the first request of those that wait for their caches. */
  lateController: between(30_000, 200_000),
} satisfies Readonly<Record<string, DurationDistribution>>;

/** The namespace controller's discovery, CPU. */
export const NAMESPACE_DISCOVERY_US = 18_000;
/** From the lease to the check of the apiserver's health; to the event. CPU. */
export const LEADER_STEP_US = 8_000;

/** What the controllers' clients share. Source: SAControllerClientBuilder, --kube-api-qps 20, --kube-api-burst 30. */
export const CONTROLLER_RATE = { perSec: 20, burst: 30 } as const;
/** concurrentServiceAccountTokenSyncs. */
export const TOKEN_WORKERS = 5;
/** Workers of the APIService registration. */
export const API_SERVICE_WORKERS = 5;
export const CACHE_LIST_LIMIT = 10_000;
export const CLIENT_LIST_LIMIT = 500;
export const MASTER_LEASE_TTL_SEC = 15;
export const EVENT_TTL_SEC = 3_660;
