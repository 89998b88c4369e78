import type { PickableSubconnection, PickerPolicy, PickResult } from '../policy.js';

/**
 * One pick a call in rotation, blind to health and to who leads: clientv3 3.4's default.
 *
 * Each new picker starts its rotation afresh, over the ready subconnections in random order (there: the order of a Go
 * map). Source: etcd clientv3/balancer/picker/roundrobin_balanced.go, v3.4.
 */
export const roundRobin: PickerPolicy = {
  name: 'round-robin',
  summary: 'one pick a call in rotation over the ready members (clientv3 3.4, the default)',
  newPicker(ready, env) {
    const pick = rotation(env.stream('order').shuffled(ready));
    return { pick };
  },
};

/** Gives each in turn, the first at first. */
export function rotation(ready: readonly PickableSubconnection[]): () => PickResult {
  const results = ready.map((subconnection): PickResult => ({ kind: 'complete', subconnection }));
  let next = 0;
  return () => {
    const result = results[next]!;
    next = next + 1 === results.length ? 0 : next + 1;
    return result;
  };
}
