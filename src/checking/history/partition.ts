import { coversKey, type EtcdOperation, partsOf } from './etcd-operation.js';
import type { TimedOperation } from './sequential-model.js';

/**
 * Splits operations into groups that have no key in common: each can be judged by itself.
 *
 * A range joins all keys that it takes in, a transaction all that it names. Source: locality, Herlihy & Wing 1990.
 */
export function partitionByKey(
  operations: readonly TimedOperation<EtcdOperation>[],
): TimedOperation<EtcdOperation>[][] {
  // The end of a lease may touch every key that was ever put with it.
  const keysOfLease = new Map<number, string[]>();
  const pointsOf = operations.map(({ op }) => {
    const points = op.request.kind === 'txn' ? op.request.compares.map(({ key }) => key) : [];
    for (const { operation } of partsOf(op.request, undefined)) {
      points.push(operation.key);
      if (operation.kind === 'put' && operation.leaseId) {
        keysOfLease.set(operation.leaseId, [...(keysOfLease.get(operation.leaseId) ?? []), operation.key]);
      }
    }
    return points;
  });
  const groups = new Groups([...new Set(pointsOf.flat())].sort());
  operations.forEach(({ op }, i) => {
    const points = pointsOf[i]!;
    if (op.request.kind === 'lease-revoke') points.push(...(keysOfLease.get(op.request.leaseId) ?? []));
    for (const key of points) groups.join(points[0]!, key);
    for (const { operation } of partsOf(op.request, undefined)) {
      if (operation.kind !== 'put' && operation.rangeEnd)
        groups.joinRange({ key: operation.key, rangeEnd: operation.rangeEnd });
    }
  });
  const parts = new Map<string, TimedOperation<EtcdOperation>[]>();
  operations.forEach((operation, i) => {
    const [first] = pointsOf[i]!;
    // The revoke of a lease without keys, or an empty transaction, touches nothing.
    if (first === undefined) return;
    const root = groups.rootOf(first);
    const part = parts.get(root);
    if (part === undefined) parts.set(root, [operation]);
    else part.push(operation);
  });
  return [...parts.values()];
}

/** Union-find over keys. */
class Groups {
  private readonly parent = new Map<string, string>();
  private readonly keys: readonly string[];
  private readonly joinedRanges = new Set<string>();

  constructor(sortedKeys: readonly string[]) {
    this.keys = sortedKeys;
    for (const key of sortedKeys) this.parent.set(key, key);
  }

  rootOf(key: string): string {
    let root = key;
    while (this.parent.get(root) !== root) root = this.parent.get(root)!;
    for (let at = key; at !== root; ) {
      const next = this.parent.get(at)!;
      this.parent.set(at, root);
      at = next;
    }
    return root;
  }

  join(a: string, b: string): void {
    this.parent.set(this.rootOf(a), this.rootOf(b));
  }

  joinRange(range: { readonly key: string; readonly rangeEnd: string }): void {
    const id = `${range.key}\u0000${range.rangeEnd}`;
    if (this.joinedRanges.has(id)) return;
    this.joinedRanges.add(id);
    for (const key of this.keys) if (coversKey(key, range)) this.join(range.key, key);
  }
}
