import type {
  Compare,
  DeleteRangeRequest,
  KeyValue,
  PutRequest,
  RangeRequest,
  TxnOperation,
  TxnRequest,
} from '../../api/index.js';
import { ALL_KEYS_END } from '../../api/index.js';
import { type Fingerprinted, PersistentMap, textHash } from './persistent-map.js';

/** A key as it stands, and its hash. */
export interface StoredKey extends Fingerprinted {
  readonly kv: KeyValue;
}

/** An etcd store between two operations. Immutable. */
export interface EtcdState {
  readonly revision: number;
  readonly keys: PersistentMap<StoredKey>;
  /** What stood before the write that made this revision. */
  readonly before: EtcdState | undefined;
}

/** What one operation of a request does and sees, as far as a client is shown it. */
export type Effect =
  | { readonly kind: 'range'; readonly kvs: readonly KeyValue[]; readonly count: number }
  | { readonly kind: 'put'; readonly previous: KeyValue | undefined }
  | { readonly kind: 'delete-range'; readonly deleted: readonly KeyValue[] };

/** Whether keys carry their revisions: a history without any is judged on values and versions alone. */
export interface RevisionMode {
  readonly hasRevisions: boolean;
}

/** A store with these keys in it. */
export function etcdState(revision: number, kvs: readonly KeyValue[] = []): EtcdState {
  let keys = new PersistentMap<StoredKey>();
  for (const kv of kvs) keys = keys.set(stored(kv));
  return { revision, keys, before: undefined };
}

/**
 * One request under way: its operations see what those before them wrote, and all share one revision.
 *
 * Written apart from the simulated store on purpose: a judge that shares the code it judges shares its mistakes.
 */
export class Draft {
  keys: PersistentMap<StoredKey>;
  /** Keys put and keys deleted so far. */
  readonly written: string[] = [];
  readonly removed: string[] = [];
  private readonly start: EtcdState;
  private readonly mode: RevisionMode;

  constructor(start: EtcdState, mode: RevisionMode) {
    this.start = start;
    this.keys = start.keys;
    this.mode = mode;
  }

  run(operation: TxnOperation): Effect {
    switch (operation.kind) {
      case 'range':
        return this.range(operation);
      case 'put':
        return this.put(operation);
      case 'delete-range':
        return this.deleteRange(operation);
    }
  }

  /** Deletes all keys of a lease. */
  revoke(leaseId: number): void {
    const keys: string[] = [];
    this.keys.scan('', undefined, ({ kv }) => {
      if (kv.leaseId === leaseId) keys.push(kv.key);
    });
    for (const key of keys) this.remove(key);
  }

  /** The state afterwards; the same object if nothing was written. */
  end(): EtcdState {
    if (this.written.length + this.removed.length === 0) return this.start;
    const { hasRevisions } = this.mode;
    return {
      revision: hasRevisions ? this.start.revision + 1 : 0,
      keys: this.keys,
      before: hasRevisions ? this.start : undefined,
    };
  }

  private put(request: PutRequest): Effect {
    const previous = this.keys.get(request.key)?.kv;
    const revision = this.mode.hasRevisions ? this.start.revision + 1 : 0;
    this.written.push(request.key);
    this.keys = this.keys.set(
      stored({
        key: request.key,
        value: request.value,
        createRevision: previous?.createRevision ?? revision,
        modRevision: revision,
        version: (previous?.version ?? 0) + 1,
        leaseId: request.leaseId ?? 0,
      }),
    );
    return { kind: 'put', previous };
  }

  private deleteRange(request: DeleteRangeRequest): Effect {
    const deleted = inRange(this.keys, request.key, request.rangeEnd);
    for (const { key } of deleted) this.remove(key);
    return { kind: 'delete-range', deleted };
  }

  private range(request: RangeRequest): Effect {
    const kvs = inRange(this.keysAt(request.revision ?? 0), request.key, request.rangeEnd);
    const count = kvs.length;
    if (request.countOnly) return { kind: 'range', kvs: [], count };
    return { kind: 'range', kvs: request.limit ? kvs.slice(0, request.limit) : kvs, count };
  }

  private keysAt(revision: number): PersistentMap<StoredKey> {
    if (revision === 0 || revision > this.start.revision) return this.keys;
    let state = this.start;
    while (state.revision > revision && state.before !== undefined) state = state.before;
    return state.keys;
  }

  private remove(key: string): void {
    this.keys = this.keys.delete(key);
    this.removed.push(key);
  }
}

/** The branch that a transaction takes. */
export function branchTaken(state: EtcdState, txn: TxnRequest): boolean {
  return txn.compares.every((compare) => holds(compare, state.keys.get(compare.key)?.kv));
}

/** Keys of a range, in order. @param rangeEnd as in a request */
export function inRange(keys: PersistentMap<StoredKey>, key: string, rangeEnd: string | undefined): KeyValue[] {
  if (rangeEnd === undefined || rangeEnd === '') {
    const one = keys.get(key);
    return one === undefined ? [] : [one.kv];
  }
  const kvs: KeyValue[] = [];
  keys.scan(key, rangeEnd === ALL_KEYS_END ? undefined : rangeEnd, ({ kv }) => kvs.push(kv));
  return kvs;
}

/** etcd: what a missing key is compared as, 0 for all numbers; no comparison of its value holds. */
function holds({ target, result, operand }: Compare, kv: KeyValue | undefined): boolean {
  if (target === 'value') return kv !== undefined && ordered(kv.value.text, result, String(operand));
  const field = { version: 'version', create: 'createRevision', mod: 'modRevision', lease: 'leaseId' } as const;
  return ordered(kv?.[field[target]] ?? 0, result, Number(operand));
}

function ordered<T extends number | string>(left: T, result: Compare['result'], right: T): boolean {
  if (result === '=' || result === '!=') return (left === right) === (result === '=');
  return result === '<' ? left < right : left > right;
}

function stored(kv: KeyValue): StoredKey {
  const numbers = `${kv.createRevision} ${kv.modRevision} ${kv.version} ${kv.leaseId} `;
  const high = textHash(kv.value.text, textHash(kv.key, textHash(numbers)));
  const low = textHash(kv.key, textHash(numbers, textHash(kv.value.text, 0x3c6ef372)));
  return { key: kv.key, kv, high, low };
}
