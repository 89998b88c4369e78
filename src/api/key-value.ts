/** What is stored under a key. Only `text` has an identity; `sizeBytes` is what travels and is written. */
export interface Value {
  readonly text: string;
  readonly sizeBytes: number;
}

/** mvccpb.KeyValue. */
export interface KeyValue {
  readonly key: string;
  readonly value: Value;
  readonly createRevision: number;
  readonly modRevision: number;
  /** 1 at creation, +1 a write since. */
  readonly version: number;
  /** 0 = none. */
  readonly leaseId: number;
}

/** mvccpb.Event; a delete's `kv` has the key and the revision of the delete only. */
export interface WatchEvent {
  readonly type: 'put' | 'delete';
  readonly kv: KeyValue;
  readonly previous?: KeyValue | undefined;
}

export const NO_VALUE: Value = { text: '', sizeBytes: 0 };

/** The end of the range of all keys with this prefix, as clientv3.GetPrefixRangeEnd. */
export function prefixRangeEnd(prefix: string): string {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const unit = prefix.charCodeAt(i);
    if (unit < 0xffff) return prefix.slice(0, i) + String.fromCharCode(unit + 1);
  }
  return ALL_KEYS_END;
}

/** As a range end: from the key on without an end (etcd: "\0"). */
export const ALL_KEYS_END = '\0';
