import { type Process, sleep, spawn } from '../../engine/index.js';
import type { Apiserver } from './apiserver.js';
import { SYSTEM_NAMESPACES, VALUE_BYTES } from './objects.js';
import { MASTER_LEASE_TTL_SEC, TIMERS_US } from './timing.js';

const SERVICE_IPS = '/registry/ranges/serviceips';
const NODE_PORTS = '/registry/ranges/servicenodeports';
const SERVICE = '/registry/services/specs/default/kubernetes';
const ENDPOINTS = '/registry/services/endpoints/default/kubernetes';
const ENDPOINT_SLICE = '/registry/endpointslices/default/kubernetes';

/**
 * The controller that gives a cluster its address ranges, its namespaces and, once the apiserver is ready, the
 * kubernetes service. Ends when the first part is done; the rest goes on by itself.
 */
export function* startBootstrapController(apiserver: Apiserver): Process {
  const think = apiserver.machine.worker('hook', 'bootstrap');
  yield* apiserver.get('masterleases', masterLease(apiserver));
  yield* think();
  yield* repairRange(apiserver, SERVICE_IPS);
  yield* think();
  yield* repairRange(apiserver, NODE_PORTS);
  spawn(checkRange(apiserver, SERVICE_IPS));
  spawn(checkRange(apiserver, NODE_PORTS));
  spawn(keepNamespaces(apiserver));
  spawn(keepKubernetesService(apiserver));
}

function clientOf(range: string): string {
  return range.slice('/registry/'.length);
}

/** Get, list of the services, get; then the range is written. */
function* repairRange(apiserver: Apiserver, range: string): Process {
  const think = apiserver.machine.worker('hook', 'bootstrap/repair');
  yield* apiserver.get(clientOf(range), range);
  yield* think();
  yield* apiserver.list('services/specs', '/registry/services/specs/');
  yield* think();
  const seen = yield* apiserver.get(clientOf(range), range);
  yield* think();
  yield* apiserver.update(clientOf(range), range, seen, VALUE_BYTES.range);
}

/** The second look finds nothing to write. */
function* checkRange(apiserver: Apiserver, range: string): Process {
  const think = apiserver.machine.worker('hook', `bootstrap/check/${clientOf(range)}`);
  yield* apiserver.get(clientOf(range), range);
  yield* think();
  yield* apiserver.list('services/specs', '/registry/services/specs/');
  yield* think();
  yield* apiserver.get(clientOf(range), range);
}

/** Gets a namespace, and creates it if it is not there. */
export function* ensureNamespace(apiserver: Apiserver, namespace: string, think: () => Process): Process {
  const key = `/registry/namespaces/${namespace}`;
  if ((yield* apiserver.get('namespaces', key)) !== undefined) return;
  yield* think();
  yield* apiserver.create('namespaces', { key, namespace, valueBytes: VALUE_BYTES.namespace(namespace) });
}

function* keepNamespaces(apiserver: Apiserver): Process {
  const think = apiserver.machine.worker('hook', 'bootstrap/namespaces');
  for (;;) {
    for (const namespace of SYSTEM_NAMESPACES) {
      yield* ensureNamespace(apiserver, namespace, think);
      yield* think();
    }
    yield* sleep(apiserver.machine.simulator, TIMERS_US.bootstrapCheck);
  }
}

/** The service comes when /readyz says so, asked every 100 ms; then it is looked after every 10 s. */
function* keepKubernetesService(apiserver: Apiserver): Process {
  const { simulator } = apiserver.machine;
  yield* pollReadiness(apiserver);
  for (;;) {
    const startUs = apiserver.nowUs;
    yield* kubernetesService(apiserver);
    yield* sleep(simulator, Math.max(startUs + TIMERS_US.kubernetesService - apiserver.nowUs, 0));
  }
}

/** At once, then at each tick; ticks that fall into a check are lost. Source: wait.PollImmediateUntil. */
function* pollReadiness(apiserver: Apiserver): Process {
  const poll = apiserver.machine.worker('poll', 'bootstrap/readiness');
  let tickUs = -1;
  for (;;) {
    yield* poll();
    yield* apiserver.health();
    // /readyz asks etcd first and then looks at the hooks.
    if (apiserver.hooksDone.fired) return;
    if (tickUs < 0) tickUs = apiserver.nowUs;
    const missed = Math.floor((apiserver.nowUs - tickUs) / TIMERS_US.readinessPoll);
    tickUs += (missed + 1) * TIMERS_US.readinessPoll;
    yield* sleep(apiserver.machine.simulator, tickUs - apiserver.nowUs);
  }
}

function* kubernetesService(apiserver: Apiserver): Process {
  const think = apiserver.machine.worker('hook', 'bootstrap/service');
  yield* ensureNamespace(apiserver, 'default', think);
  yield* think();
  if ((yield* apiserver.get('services/specs', SERVICE)) === undefined) {
    yield* think();
    const range = yield* apiserver.get('ranges/serviceips', SERVICE_IPS);
    yield* think();
    yield* apiserver.update('ranges/serviceips', SERVICE_IPS, range, VALUE_BYTES.range);
    yield* think();
    yield* apiserver.create('services/specs', { key: SERVICE, valueBytes: VALUE_BYTES.kubernetesService });
  }
  yield* think();
  yield* renewMasterLease(apiserver, think);
  yield* think();
  const endpoints = yield* apiserver.get('services/endpoints', ENDPOINTS);
  yield* think();
  yield* apiserver.list('masterleases', '/registry/masterleases/');
  if (endpoints === undefined) {
    yield* think();
    yield* apiserver.create('services/endpoints', { key: ENDPOINTS, valueBytes: VALUE_BYTES.kubernetesEndpoints });
  }
  yield* think();
  if ((yield* apiserver.get('endpointslices', ENDPOINT_SLICE)) === undefined) {
    yield* think();
    const valueBytes = VALUE_BYTES.kubernetesEndpointSlice;
    yield* apiserver.create('endpointslices', { key: ENDPOINT_SLICE, valueBytes });
  }
}

function* renewMasterLease(apiserver: Apiserver, think: () => Process): Process {
  const key = masterLease(apiserver);
  const seen = yield* apiserver.get('masterleases', key);
  yield* think();
  const leaseId = yield* apiserver.grantLease('masterleases', MASTER_LEASE_TTL_SEC);
  yield* apiserver.update('masterleases', key, seen, VALUE_BYTES.masterLease, leaseId);
}

/** Every apiserver's own, by its address. */
function masterLease({ index }: Apiserver): string {
  return `/registry/masterleases/10.0.0.${index + 1}`;
}
