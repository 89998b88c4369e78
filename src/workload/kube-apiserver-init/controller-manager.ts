import { all, type Process, sleep, spawn } from '../../engine/index.js';
import type { Apiserver } from './apiserver.js';
import { acquireLease } from './leader-lease.js';
import type { Machine } from './machine.js';
import { ALL_NAMESPACES, accountKey, CONTROLLERS, SHARED_CONTROLLERS, VALUE_BYTES } from './objects.js';
import { RoleAggregation } from './role-aggregation.js';
import { Signal } from './signal.js';
import {
  CACHE_BURST,
  CLIENT_LIST_LIMIT,
  CONTROLLER_RATE,
  LEADER_STEP_US,
  NAMESPACE_DISCOVERY_US,
  TIMER_RANGES,
  TIMERS_US,
} from './timing.js';
import { TokenBucket } from './token-bucket.js';
import { TokenController } from './token-controller.js';

/** How far a controller manager has come. */
export interface ControllerManagerSteps {
  readonly lease: Signal;
  readonly controllersStarted: Signal;
  readonly cachesSynced: Signal;
}

export interface ControllerManagerOptions {
  readonly apiserver: Apiserver;
  readonly machine: Machine;
  readonly leaderElection: boolean;
}

/**
 * kube-controller-manager from exec on: its lease, then some thirty controllers started one after another, in random
 * order, each with a service account of its own, all through one rate limit.
 */
export class ControllerManager {
  readonly steps: ControllerManagerSteps = {
    lease: new Signal(),
    controllersStarted: new Signal(),
    cachesSynced: new Signal(),
  };
  private readonly tokens: TokenController;
  private readonly apiserver: Apiserver;
  private readonly machine: Machine;
  private readonly leaderElection: boolean;
  private readonly bucket: TokenBucket;
  private readonly roles: RoleAggregation;
  private readonly accounts = new Set<string>();
  private readonly collectorReady = new Signal();

  constructor({ apiserver, machine, leaderElection }: ControllerManagerOptions) {
    this.apiserver = apiserver;
    this.machine = machine;
    this.leaderElection = leaderElection;
    this.bucket = new TokenBucket(machine.simulator, CONTROLLER_RATE);
    this.tokens = new TokenController(apiserver, machine);
    this.roles = new RoleAggregation(apiserver, machine);
  }

  *run(): Process {
    const { machine, apiserver, steps } = this;
    yield* machine.worker('controllerManagerStart', 'main')();
    if (this.leaderElection) yield* acquireLease(apiserver, machine);
    steps.lease.fire();
    yield* machine.work(LEADER_STEP_US);
    yield* apiserver.health();
    yield* sleep(machine.simulator, TIMERS_US.discovery);
    spawn(this.startTokens());
    const request = this.requester('main');
    const build = machine.worker('controllerBuild', 'main');
    for (const name of machine.shuffled([...CONTROLLERS, ...SHARED_CONTROLLERS], 'order')) {
      yield* build();
      yield* this.startController(name, request);
    }
    steps.controllersStarted.fire();
    spawn(this.listEvents());
    yield* all([this.awaitCaches(), this.serviceAccounts(), this.rootCas(), this.aggregateRoles()]);
  }

  /** Its caches fill first; with them those of all the others. */
  private *startTokens(): Process {
    yield* sleep(this.machine.simulator, TIMERS_US.tokenControllerStart);
    this.machine.burst(CACHE_BURST);
    this.apiserver.machine.burst(CACHE_BURST);
    this.tokens.start();
  }

  /** Work of a request that the rate limit counts: a token, then CPU time here and in the apiserver. */
  private requester(owner: string): () => Process {
    const client = this.machine.worker('controllerClient', owner);
    const server = this.apiserver.machine.worker('controllerServer', `${this.machine.name}/${owner}`);
    const { bucket } = this;
    return function* (): Process {
      yield* client();
      yield* bucket.take();
      yield* server();
    };
  }

  private *startController(name: string, request: () => Process): Process {
    const { apiserver, machine } = this;
    yield* this.account(name, request);
    switch (name) {
      case 'disruption-controller':
        yield* this.getAccount(name, request);
        return;
      case 'horizontal-pod-autoscaler':
        for (let clients = 0; clients < 3; clients++) yield* this.getAccount(name, request);
        return;
      case 'generic-garbage-collector':
        yield* this.getAccount(name, request);
        spawn(this.startCollector());
        return;
      case 'resourcequota-controller':
        yield* this.takeToken(name, request);
        yield* sleep(machine.simulator, TIMERS_US.quotaDiscovery);
        return;
      case 'namespace-controller':
        yield* this.takeToken(name, request);
        yield* machine.work(NAMESPACE_DISCOVERY_US);
        return;
      case 'cronjob-controller':
        spawn(this.syncCronJobs(apiserver));
        return;
    }
  }

  /** The account's first controller creates it; the others find it. */
  private *account(name: string, request: () => Process): Process {
    const namespace = 'kube-system';
    const key = accountKey(namespace, name);
    const seen = yield* this.getAccount(name, request);
    if (this.accounts.has(name) || seen) return;
    this.accounts.add(name);
    yield* request();
    yield* this.apiserver.get('namespaces', `/registry/namespaces/${namespace}`);
    yield* request();
    const valueBytes = VALUE_BYTES.serviceAccount(namespace, name);
    yield* this.apiserver.create('serviceaccounts', { key, namespace, valueBytes });
  }

  private *getAccount(name: string, request: () => Process): Process<boolean> {
    yield* request();
    return (yield* this.apiserver.get('serviceaccounts', accountKey('kube-system', name))) !== undefined;
  }

  /** A client of the controller's own: its account, then a token for it, whose request reads the account again. */
  private *takeToken(name: string, request = this.requester(name)): Process {
    yield* this.getAccount(name, request);
    yield* this.getAccount(name, request);
  }

  /** The garbage collector watches every resource there is, so its caches fill last. */
  private *startCollector(): Process {
    yield* this.takeToken('generic-garbage-collector');
    yield* sleep(this.machine.simulator, TIMERS_US.cachesAfterCollector);
    this.collectorReady.fire();
  }

  private *syncCronJobs(apiserver: Apiserver): Process {
    const think = this.machine.worker('controllerServer', 'cron-jobs');
    yield* this.takeToken('cronjob-controller');
    for (;;) {
      for (const resource of ['jobs', 'cronjobs']) {
        yield* think();
        yield* apiserver.list(resource, `/registry/${resource}/`, CLIENT_LIST_LIMIT);
      }
      yield* sleep(this.machine.simulator, TIMERS_US.cronJobs);
    }
  }

  /** Events have no cache in the apiserver: who watches them asks etcd. */
  private *listEvents(): Process {
    const prefix = '/registry/events/';
    yield* this.machine.work(NAMESPACE_DISCOVERY_US);
    const revision = yield* this.apiserver.list('events.v1', prefix, CLIENT_LIST_LIMIT);
    this.apiserver.watch('events.v1', prefix, revision);
  }

  private *awaitCaches(): Process {
    const { simulator } = this.machine;
    yield* sleep(simulator, TIMERS_US.cachesAfterControllers);
    yield* this.collectorReady.wait();
    this.steps.cachesSynced.fire();
  }

  /** Controllers that wait for their caches, then take a token. */
  private *late(name: string): Process {
    yield* sleep(this.machine.simulator, this.machine.sampler(TIMER_RANGES.lateController, `late/${name}`)());
    yield* this.takeToken(name);
    yield* this.machine.worker('firstWithToken', name)();
  }

  /** The account `default` of every namespace. */
  private *serviceAccounts(): Process {
    yield* this.late('service-account-controller');
    const think = this.machine.worker('controllerServer', 'default-accounts');
    for (const namespace of this.machine.shuffled(ALL_NAMESPACES, 'default-accounts/order')) {
      const valueBytes = VALUE_BYTES.serviceAccount(namespace, 'default');
      const key = accountKey(namespace, 'default');
      yield* this.apiserver.create('serviceaccounts', { key, namespace, valueBytes });
      yield* think();
    }
  }

  private *rootCas(): Process {
    yield* this.late('root-ca-cert-publisher');
    const think = this.machine.worker('controllerServer', 'root-ca');
    for (const namespace of this.machine.shuffled(ALL_NAMESPACES, 'root-ca/order')) {
      const key = `/registry/configmaps/${namespace}/kube-root-ca.crt`;
      yield* this.apiserver.create('configmaps', { key, namespace, valueBytes: VALUE_BYTES.rootCa(namespace) });
      yield* think();
    }
  }

  private *aggregateRoles(): Process {
    yield* this.late('clusterrole-aggregation-controller');
    this.roles.start();
  }
}
