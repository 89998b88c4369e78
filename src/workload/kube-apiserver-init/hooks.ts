import { all, type Process, sleep, spawn } from '../../engine/index.js';
import type { Apiserver } from './apiserver.js';
import { ensureNamespace, startBootstrapController } from './bootstrap-controller.js';
import { bootstrapFlowControl, keepFlowControl } from './flow-control-hook.js';
import { API_SERVICES, PRIORITY_CLASSES, VALUE_BYTES } from './objects.js';
import { bootstrapRbac } from './rbac-hook.js';
import { Signal } from './signal.js';
import { API_SERVICE_WORKERS, HOOK_BURST, HOOK_STARTS_US, TIMERS_US } from './timing.js';

/**
 * The post-start hooks, side by side; ends when the last one has.
 *
 * @param rbacReadTook is told of each read's latency in the longest hook, µs
 */
export function* runHooks(apiserver: Apiserver, rbacReadTook: (latencyUs: number) => void): Process {
  const { machine } = apiserver;
  const begin = (hook: Process): Signal => {
    const done = new Signal();
    spawn(hook, done.fire);
    return done;
  };
  machine.burst(HOOK_BURST);
  const hooks = [
    begin(startBootstrapController(apiserver)),
    begin(createPriorityClasses(apiserver)),
    begin(bootstrapRbac(apiserver, rbacReadTook)),
  ];
  yield* machine.work(HOOK_STARTS_US.flowControl);
  hooks.push(begin(bootstrapFlowControl(apiserver)));
  yield* machine.work(HOOK_STARTS_US.apiServices);
  hooks.push(begin(registerApiServices(apiserver)));
  yield* machine.work(HOOK_STARTS_US.authentication);
  hooks.push(begin(publishAuthentication(apiserver)));
  for (const hook of hooks) yield* hook.wait();
  apiserver.hooksDone.fire();
  spawn(keepFlowControl(apiserver));
}

/** One object an API group and version, in the order of a Go map, by a few workers. */
function* registerApiServices(apiserver: Apiserver): Process {
  const client = 'apiregistration.k8s.io/apiservices';
  const left = apiserver.machine.shuffled(API_SERVICES, 'api-services/order');
  const worker = function* (_: unknown, index: number): Process {
    const think = apiserver.machine.worker('hook', `api-services/${index + 1}`);
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [name, valueBytes] = next;
      yield* apiserver.create(client, { key: `/registry/${client}/${name}`, valueBytes });
      yield* think();
    }
  };
  yield* all(Array.from({ length: API_SERVICE_WORKERS }, worker));
}

/** The config map with the certificates that extensions trust, and its namespace if nobody has made that yet. */
function* publishAuthentication(apiserver: Apiserver): Process {
  const think = apiserver.machine.worker('hook', 'authentication');
  const namespace = 'kube-system';
  const key = `/registry/configmaps/${namespace}/extension-apiserver-authentication`;
  yield* ensureNamespace(apiserver, namespace, think);
  yield* think();
  if ((yield* apiserver.get('configmaps', key)) !== undefined) return;
  yield* think();
  yield* apiserver.create('configmaps', { key, namespace, valueBytes: VALUE_BYTES.authentication });
}

function* createPriorityClasses(apiserver: Apiserver): Process {
  const think = apiserver.machine.worker('hook', 'priority-classes');
  yield* sleep(apiserver.machine.simulator, TIMERS_US.hookPoll);
  for (const [name, valueBytes] of PRIORITY_CLASSES) {
    const key = `/registry/priorityclasses/${name}`;
    yield* think();
    if ((yield* apiserver.get('priorityclasses', key)) !== undefined) continue;
    yield* think();
    yield* apiserver.create('priorityclasses', { key, valueBytes });
  }
}
