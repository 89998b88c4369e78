import { type Process, sleep } from '../../engine/index.js';
import type { Apiserver } from './apiserver.js';
import { AGGREGATED_ROLES, CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES } from './rbac-objects.js';
import { TIMERS_US } from './timing.js';

/**
 * The RBAC bootstrap, the longest of the hooks: some 255 requests one after another, with a pause of CPU work between.
 *
 * @param readTook is told of each read's latency, µs
 */
export function* bootstrapRbac(apiserver: Apiserver, readTook: (latencyUs: number) => void): Process {
  const { machine } = apiserver;
  const think = machine.worker('rbac', 'rbac');
  const beforeCreate = machine.worker('rbacCreate', 'rbac');
  const timed = function* <T>(read: Process<T>): Process<T> {
    const startUs = apiserver.nowUs;
    const answer = yield* read;
    readTook(apiserver.nowUs - startUs);
    return answer;
  };
  const get = (client: string, key: string) => timed(apiserver.get(client, key));
  /** @param path with the namespace, if it has one */
  const ensure = function* (client: string, path: string, valueBytes: number, namespace?: string): Process {
    const key = `/registry/${client}/${path}`;
    yield* think();
    if ((yield* get(client, key)) !== undefined) return;
    yield* think();
    if (namespace !== undefined) {
      yield* get('namespaces', `/registry/namespaces/${namespace}`);
      yield* think();
    }
    yield* beforeCreate();
    yield* apiserver.create(client, { key, valueBytes, ...(namespace === undefined ? {} : { namespace }) });
  };

  yield* sleep(machine.simulator, TIMERS_US.hookPoll);
  yield* timed(apiserver.list('clusterroles', '/registry/clusterroles/'));
  yield* think();
  yield* timed(apiserver.list('clusterrolebindings', '/registry/clusterrolebindings/'));
  // What an older release may have left is looked for first, in the order of a Go map.
  for (const role of machine.shuffled(AGGREGATED_ROLES, 'rbac/order')) {
    yield* think();
    yield* get('clusterroles', `/registry/clusterroles/system:aggregate-to-${role}`);
    yield* think();
    yield* get('clusterroles', `/registry/clusterroles/${role}`);
  }
  yield* think();
  yield* get('clusterrolebindings', '/registry/clusterrolebindings/system:discovery');
  for (const [name, valueBytes] of CLUSTER_ROLES) yield* ensure('clusterroles', name, valueBytes);
  for (const [name, valueBytes] of CLUSTER_ROLE_BINDINGS) yield* ensure('clusterrolebindings', name, valueBytes);
  for (const [path, valueBytes] of ROLES) yield* ensure('roles', path, valueBytes, namespaceOf(path));
  for (const [path, valueBytes] of ROLE_BINDINGS) yield* ensure('rolebindings', path, valueBytes, namespaceOf(path));
}

function namespaceOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}
