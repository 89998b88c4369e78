import { type Process, sleep, spawn } from '../../engine/index.js';
import type { Apiserver } from './apiserver.js';
import { ETCD_CLIENTS, type EtcdClientPlan, HEALTH_CLIENT, SIZE_MONITOR_CLIENT } from './etcd-clients.js';
import { Signal } from './signal.js';
import { BUILD_BEFORE_DIAL_US, CACHE_LIST_LIMIT, COUNT_AFTER_LIST_US, TIMER_RANGES, TIMERS_US } from './timing.js';

/** The apiserver's start: from exec over all its etcd clients, one after another, to the moment before its hooks. */
export function* construct(apiserver: Apiserver, members: number): Process {
  const { machine } = apiserver;
  yield* machine.worker('apiserverStart', 'main')();
  const healthUp = new Signal();
  spawn(openHealthClient(apiserver), healthUp.fire);
  const think = machine.worker('dial', 'construction');
  const caches = new CacheFiller(apiserver);
  for (const plan of ETCD_CLIENTS) {
    const buildUs = BUILD_BEFORE_DIAL_US[plan.name] ?? 0;
    if (buildUs > 0) yield* machine.work(buildUs);
    yield* apiserver.dial(plan.name);
    caches.start(plan);
    if (plan.name === SIZE_MONITOR_CLIENT) watchDatabaseSizes(apiserver, members);
    yield* think();
  }
  yield* machine.worker('apiserverServe', 'main')();
  yield* healthUp.wait();
}

function* openHealthClient(apiserver: Apiserver): Process {
  yield* sleep(apiserver.machine.simulator, TIMERS_US.healthDial);
  yield* apiserver.dial(HEALTH_CLIENT);
}

/** Behind each new client: a list and a count side by side, then a watch; the counts come back for ever. */
class CacheFiller {
  private readonly apiserver: Apiserver;
  private readonly beforeList: () => Process;
  private readonly beforeWatch: () => Process;
  private readonly countPeriod: () => number;

  constructor(apiserver: Apiserver) {
    this.apiserver = apiserver;
    this.beforeList = apiserver.machine.worker('cacheList', 'caches');
    this.beforeWatch = apiserver.machine.worker('cacheWatch', 'caches');
    this.countPeriod = apiserver.machine.sampler(TIMER_RANGES.count, 'counts');
  }

  start(plan: EtcdClientPlan): void {
    if (plan.use === 'cache') spawn(this.fill(plan));
    if (plan.use !== 'idle') spawn(this.keepCounting(plan));
  }

  private *fill({ name, prefix }: EtcdClientPlan): Process {
    yield* this.beforeList();
    const revision = yield* this.apiserver.list(name, prefix, CACHE_LIST_LIMIT);
    yield* this.beforeWatch();
    this.apiserver.watch(name, prefix, revision);
  }

  private *keepCounting({ name, prefix }: EtcdClientPlan): Process {
    yield* this.beforeList();
    yield* this.apiserver.machine.work(COUNT_AFTER_LIST_US);
    for (;;) {
      yield* this.apiserver.count(name, prefix);
      yield* sleep(this.apiserver.machine.simulator, this.countPeriod());
    }
  }
}

/** One loop an endpoint, each with its own jitter. */
function watchDatabaseSizes(apiserver: Apiserver, members: number): void {
  const period = apiserver.machine.sampler(TIMER_RANGES.databaseSize, 'database-size');
  const loop = function* (): Process {
    for (;;) {
      yield* apiserver.status(SIZE_MONITOR_CLIENT);
      yield* sleep(apiserver.machine.simulator, period());
    }
  };
  for (let i = 0; i < members; i++) spawn(loop());
}
