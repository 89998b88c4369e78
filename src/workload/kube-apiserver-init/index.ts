import { all, type Process, sleep, spawn } from '../../engine/index.js';
import type { KubeApiserverInitConfig } from '../config.js';
import type { Workload, WorkloadEnv } from '../workload.js';
import { Apiserver } from './apiserver.js';
import { construct } from './construction.js';
import { ControllerManager } from './controller-manager.js';
import { runHooks } from './hooks.js';
import { acquireLease } from './leader-lease.js';
import { Machine } from './machine.js';
import { REQUEST_KINDS, RequestTally } from './request-tally.js';
import { Signal } from './signal.js';
import { awaitDefaultAccounts, awaitReady, awaitServing, KnownAccounts } from './starter.js';

/**
 * Members that an apiserver asks for the size of their database.
 *
 * Model: as many as were recorded, however many there are; it is a call a member every half minute.
 */
const MEMBERS = 3;

/**
 * A control plane coming up: kube-apiserver, then kube-controller-manager and kube-scheduler.
 *
 * What is modelled are the causes, taken from recordings of Kubernetes 1.20: chains of requests, each waiting for the one
 * before; CPU work between them on the machine's cores; rate limits, polls and watches. No number depends on the network.
 * The run is done when everything that the starter waits for is up (`total`).
 */
export const kubeApiserverInit: Workload<KubeApiserverInitConfig> = {
  kind: 'kube-apiserver-init',
  summary: 'a kube-apiserver, controller manager and scheduler coming up; gives the time until all is ready',
  start(env, config) {
    new ControlPlane(env, config).start();
  },
};

class ControlPlane {
  private readonly env: WorkloadEnv;
  private readonly config: KubeApiserverInitConfig;
  private readonly tally = new RequestTally();
  private readonly apiservers: readonly Apiserver[];
  private readonly startUs: number;

  constructor(env: WorkloadEnv, config: KubeApiserverInitConfig) {
    this.env = env;
    this.config = config;
    this.startUs = env.simulator.nowUs;
    this.apiservers = env.programs.map((_, i) => new Apiserver(env, i, config.cpuScale, this.tally));
  }

  start(): void {
    const { env } = this;
    env.atEnd(() => {
      for (const kind of REQUEST_KINDS) env.report(`requests_${kind}`, 'count', this.tally.count(kind));
      env.report('errors', 'count', this.tally.errors);
    });
    spawn(this.run(), () => {
      this.reached('total');
      this.tally.close();
      env.done();
    });
  }

  private *run(): Process {
    yield* sleep(this.env.simulator, this.config.localStepsUs);
    const [first] = this.apiservers;
    const firstReady = new Signal();
    let serving = 0;
    let ready = 0;
    const bringUp = function* (this: ControlPlane, apiserver: Apiserver): Process {
      spawn(this.startApiserver(apiserver));
      yield* awaitServing(apiserver);
      if (++serving === this.apiservers.length) this.reached('serving');
      yield* awaitReady(apiserver);
      if (++ready === this.apiservers.length) this.reached('readyz');
      if (apiserver === first) firstReady.fire();
    };
    yield* all([
      ...this.apiservers.map((apiserver) => bringUp.call(this, apiserver)),
      this.controllers(first!, firstReady),
    ]);
  }

  private *startApiserver(apiserver: Apiserver): Process {
    yield* construct(apiserver, MEMBERS);
    apiserver.listening.fire();
    yield* runHooks(apiserver, (latencyUs) => this.env.observe('rbac_read_latency', 'ms', latencyUs / 1000));
  }

  /** Controller manager and scheduler, once, beside the first apiserver. */
  private *controllers(apiserver: Apiserver, ready: Signal): Process {
    const { leaderElection } = this.config;
    const machine = this.machine('kube-controller-manager', apiserver);
    const manager = new ControllerManager({ apiserver, machine, leaderElection });
    const { lease, controllersStarted, cachesSynced } = manager.steps;
    const accounts = new KnownAccounts(apiserver);
    yield* ready.wait();
    spawn(manager.run());
    if (leaderElection) lease.whenFired(() => this.reached('kcm_lease'));
    controllersStarted.whenFired(() => this.reached('controllers_started'));
    cachesSynced.whenFired(() => this.reached('caches_synced'));
    yield* all([
      cachesSynced.wait(),
      this.scheduler(apiserver),
      this.defaultAccounts(apiserver, accounts, controllersStarted),
    ]);
  }

  private *scheduler(apiserver: Apiserver): Process {
    const machine = this.machine('kube-scheduler', apiserver);
    yield* machine.worker('schedulerStart', 'main')();
    if (!this.config.leaderElection) return;
    yield* acquireLease(apiserver, machine);
    this.reached('scheduler_lease');
  }

  private *defaultAccounts(apiserver: Apiserver, accounts: KnownAccounts, after: Signal): Process {
    yield* awaitDefaultAccounts(apiserver, accounts, after);
    this.reached('default_service_accounts');
  }

  private machine(name: string, apiserver: Apiserver): Machine {
    return new Machine(name, this.env.simulator, this.env.newProgram(apiserver.index), this.config.cpuScale);
  }

  private reached(step: string): void {
    this.env.report(step, 's', (this.env.simulator.nowUs - this.startUs) / 1e6);
    this.env.note(step.replaceAll('_', ' '));
  }
}
