import { type Process, sleep, spawn } from '../../engine/index.js';
import type { Apiserver } from './apiserver.js';
import type { Machine } from './machine.js';
import { VALUE_BYTES } from './objects.js';
import { LEADER_STEP_US, TIMERS_US } from './timing.js';

/**
 * Leader election of a controller manager or scheduler that is alone: gets the lease, creates it, says so in an event
 * and keeps renewing, for ever. Ends with the lease in hand.
 */
export function* acquireLease(apiserver: Apiserver, machine: Machine): Process {
  const namespace = 'kube-system';
  const identity = machine.name;
  const key = `/registry/leases/${namespace}/${identity}`;
  const valueBytes = VALUE_BYTES.leaderLease(identity);
  const client = machine.worker('leaseClient', 'lease');
  const server = apiserver.machine.worker('leaseServer', `${identity}/lease`);
  const renew = function* (): Process {
    for (;;) {
      yield* client();
      const seen = yield* apiserver.get('leases', key);
      yield* client();
      yield* server();
      yield* apiserver.update('leases', key, seen, valueBytes);
      yield* sleep(machine.simulator, TIMERS_US.leaseRetry);
    }
  };
  const seen = yield* apiserver.get('leases', key);
  yield* client();
  yield* server();
  if (seen === undefined) yield* apiserver.create('leases', { key, namespace, valueBytes });
  else yield* apiserver.update('leases', key, seen, valueBytes);
  spawn(renew());
  spawn(
    (function* (): Process {
      yield* machine.work(LEADER_STEP_US);
      const event = `/registry/events/${namespace}/${identity}.0000000000000001`;
      yield* apiserver.recordEvent(event, VALUE_BYTES.leaderEvent(identity), namespace);
    })(),
  );
}
