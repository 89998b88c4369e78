import {
  type ErrorResponse,
  ETCD_ERRORS,
  type KeyValue,
  NO_VALUE,
  type RangeRequest,
  type TxnOperation,
  type WatchEvent,
} from '../../../src/api/index.js';
import { type Applied, compareHolds, type RangeResult } from '../../../src/etcd/storage/index.js';
import type { Write } from './operations.js';

type State = ReadonlyMap<string, KeyValue>;

/** The store as one would define it: a whole map for every revision there ever was. */
export class ModelStore {
  /** states[i] is what stood at revision i. */
  readonly states: State[] = [new Map(), new Map()];
  readonly eventsOf: (readonly WatchEvent[])[] = [[], []];
  compactRevision = 0;

  get revision(): number {
    return this.states.length - 1;
  }

  copy(): ModelStore {
    const copy = new ModelStore();
    copy.states.splice(0, 2, ...this.states);
    copy.eventsOf.splice(0, 2, ...this.eventsOf);
    copy.compactRevision = this.compactRevision;
    return copy;
  }

  range(request: RangeRequest): RangeResult | ErrorResponse {
    const revision = request.revision || this.revision;
    if (revision > this.revision) return ETCD_ERRORS.futureRevision;
    if (revision < this.compactRevision) return ETCD_ERRORS.compacted;
    return read(this.states[revision]!, request);
  }

  compact(revision: number): ErrorResponse | undefined {
    if (revision <= this.compactRevision) return ETCD_ERRORS.compacted;
    if (revision > this.revision) return ETCD_ERRORS.futureRevision;
    this.compactRevision = revision;
    return undefined;
  }

  apply(write: Write): Applied {
    const before = this.states[this.revision]!;
    const state = new Map(before);
    const events: WatchEvent[] = [];
    const revision = this.revision + 1;
    const execute = (operation: TxnOperation) => {
      switch (operation.kind) {
        case 'range': {
          const past = operation.revision ? this.states[operation.revision] : undefined;
          return read(past ?? state, operation);
        }
        case 'put': {
          const previous = state.get(operation.key);
          const kv: KeyValue = {
            key: operation.key,
            value: operation.value,
            createRevision: previous?.createRevision ?? revision,
            modRevision: revision,
            version: (previous?.version ?? 0) + 1,
            leaseId: operation.leaseId ?? 0,
          };
          state.set(operation.key, kv);
          events.push({ type: 'put', kv, previous });
          return { kind: 'put' as const, ...(operation.previousKv ? { previous } : {}) };
        }
        case 'delete-range': {
          const gone = read(state, { kind: 'range', key: operation.key, ...endOf(operation) }).kvs;
          for (const previous of gone) {
            state.delete(previous.key);
            const { key } = previous;
            const kv = { key, value: NO_VALUE, createRevision: 0, modRevision: revision, version: 0, leaseId: 0 };
            events.push({ type: 'delete', kv, previous });
          }
          return { kind: 'delete-range' as const, deleted: gone.length, previous: operation.previousKv ? gone : [] };
        }
      }
    };
    let response: Applied['response'];
    if (write.kind === 'txn') {
      const succeeded = write.compares.every((compare) => compareHolds(compare, before.get(compare.key)));
      const branch = succeeded ? write.success : write.failure;
      for (const operation of branch) {
        if (operation.kind !== 'range' || !operation.revision) continue;
        if (operation.revision > this.revision) return { response: ETCD_ERRORS.futureRevision, events: [] };
        if (operation.revision < this.compactRevision) return { response: ETCD_ERRORS.compacted, events: [] };
      }
      response = { kind: 'txn', succeeded, responses: branch.map(execute) };
    } else {
      response = execute(write) as Applied['response'];
    }
    if (events.length > 0) {
      this.states.push(state);
      this.eventsOf.push(events);
    }
    return { response, events };
  }
}

export function inRange(key: string, start: string, rangeEnd: string | undefined): boolean {
  if (!rangeEnd) return key === start;
  return key >= start && (rangeEnd === '\0' || key < rangeEnd);
}

function endOf({ rangeEnd }: { readonly rangeEnd?: string }): { readonly rangeEnd?: string } {
  return rangeEnd === undefined ? {} : { rangeEnd };
}

function read(state: State, request: RangeRequest): RangeResult {
  const all = [...state.values()].filter(({ key }) => inRange(key, request.key, request.rangeEnd));
  all.sort((a, b) => (a.key < b.key ? -1 : 1));
  const count = all.length;
  if (request.countOnly) return { kind: 'range', kvs: [], count, more: false };
  const kvs = (request.limit ? all.slice(0, request.limit) : all).map((kv) =>
    request.keysOnly ? { ...kv, value: NO_VALUE } : kv,
  );
  return { kind: 'range', kvs, count, more: kvs.length < count };
}
