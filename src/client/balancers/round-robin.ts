import type { Stream } from '../../engine/index.js';
import type { PickableSubconnection, PickerPolicy, PickResult } from '../policy.js';

const GO_MAP_BUCKET = 8;

/**
 * One pick a call in rotation, blind to health and to who leads: clientv3 3.4's default.
 *
 * Each new picker starts its rotation afresh, at a random place. Source: etcd clientv3/balancer/picker/roundrobin_balanced.go,
 * v3.4.
 */
export const roundRobin: PickerPolicy = {
  name: 'round-robin',
  summary: 'one pick a call in rotation over the ready members (clientv3 3.4, the default)',
  newPicker(ready, env) {
    return { pick: rotation(inMapOrder(ready, env.stream('order'))) };
  },
};

/**
 * The order in which a Go program sees the ready subconnections: that of the endpoints, begun at a random one.
 *
 * They pass through two maps on their way. A Go map of up to 8 entries lies in one bucket of 8 places, and is walked
 * from a random place on, around; so the first comes first more often than the others (0.59, 0.20, 0.20 of three).
 */
export function inMapOrder<T>(ready: readonly T[], draws: Stream): readonly T[] {
  const places = Math.max(ready.length, GO_MAP_BUCKET);
  let start = 0;
  for (let map = 0; map < 2; map++) {
    const place = draws.below(places);
    if (place < ready.length) start += place;
  }
  start %= ready.length;
  return [...ready.slice(start), ...ready.slice(0, start)];
}

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
