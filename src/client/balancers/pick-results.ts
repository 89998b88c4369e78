import type { PickableSubconnection, PickResult } from '../policy.js';

/** Wait for a better moment. */
export const QUEUE: PickResult = Object.freeze({ kind: 'queue' });

/** One ready-made answer an endpoint, so that a pick makes nothing new. */
export function resultsByEndpoint(ready: readonly PickableSubconnection[]): ReadonlyMap<string, PickResult> {
  return new Map(ready.map((subconnection) => [subconnection.endpoint, { kind: 'complete', subconnection }]));
}
