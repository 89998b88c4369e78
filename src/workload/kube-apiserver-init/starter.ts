import { type Process, sleep } from '../../engine/index.js';
import type { Apiserver } from './apiserver.js';
import { accountKey } from './objects.js';
import type { Signal } from './signal.js';
import { TIMERS_US } from './timing.js';

/*
 * The script that starts a control plane: it polls until each part is up. Its polls are short-lived programs; their work
 * is counted as the apiserver's.
 */

/** Polls over HTTPS until the apiserver answers at all. */
export function* awaitServing(apiserver: Apiserver): Process {
  const poll = apiserver.machine.worker('poll', 'starter/serving');
  while (!apiserver.listening.fired) yield* sleep(apiserver.machine.simulator, TIMERS_US.starterPoll);
  yield* poll();
}

/**
 * Polls /livez and then /readyz until both say yes.
 *
 * Recorded: the starter's polls reach etcd only once all hooks have run.
 */
export function* awaitReady(apiserver: Apiserver): Process {
  const poll = apiserver.machine.worker('poll', 'starter/ready');
  for (;;) {
    yield* poll();
    if (apiserver.hooksDone.fired) break;
    yield* sleep(apiserver.machine.simulator, TIMERS_US.starterPoll);
  }
  yield* apiserver.health();
  yield* poll();
  yield* apiserver.health();
}

/** Which service accounts the apiserver's cache has. */
export class KnownAccounts {
  private readonly keys = new Set<string>();

  constructor(apiserver: Apiserver) {
    apiserver.listen('serviceaccounts', ({ kv }) => this.keys.add(kv.key));
  }

  has(namespace: string, name: string): boolean {
    return this.keys.has(accountKey(namespace, name));
  }
}

/** Polls until the account `default` is there in `default` and in `kube-system`; the apiserver answers from its cache. */
export function* awaitDefaultAccounts(apiserver: Apiserver, known: KnownAccounts, after: Signal): Process {
  yield* after.wait();
  const poll = apiserver.machine.worker('poll', 'starter/accounts');
  for (const namespace of ['default', 'kube-system']) {
    for (;;) {
      yield* poll();
      if (known.has(namespace, 'default')) break;
      yield* sleep(apiserver.machine.simulator, TIMERS_US.accountPoll);
    }
  }
}
