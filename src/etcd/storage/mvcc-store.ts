import {
  type DeleteRangeRequest,
  type ErrorResponse,
  ETCD_ERRORS,
  type KeyValue,
  keyValueBytes,
  NO_VALUE,
  type PutRequest,
  type RangeRequest,
  type TxnOperation,
  type TxnRequest,
  type WatchEvent,
} from '../../api/index.js';
import { invariant } from '../../engine/index.js';
import { KeyIndex } from './key-index.js';
import { isSingleKey, type KeyRange, keyRange, rangeContains } from './key-range.js';
import { isTombstone, KeyRecord } from './key-record.js';
import type { Applied, DeleteRangeResult, PutResult, RangeResult, TxnOperationResult, TxnResult } from './results.js';
import { RevisionLog, type RevisionLogSnapshot } from './revision-log.js';
import { compareHolds } from './txn.js';

/** Who keeps which keys hang on which lease; the store tells it of every write. `Lessor` is one. */
export interface LeaseBook {
  has(leaseId: number): boolean;
  attach(leaseId: number, key: string): void;
  detach(leaseId: number, key: string): void;
}

/** A copy of a store at one revision; immutable whatever its source does next. Opaque to others, but for its size. */
export interface StoreSnapshot {
  readonly revision: number;
  readonly compactRevision: number;
  readonly sizeBytes: number;
  readonly records: readonly RecordSnapshot[];
  readonly log: RevisionLogSnapshot;
}

/** A record as it was: its `older` may have grown since, and `olderCount` says up to where it is part of the copy. */
interface RecordSnapshot {
  readonly latest: KeyValue;
  readonly older: readonly KeyValue[] | undefined;
  readonly olderCount: number;
}

const NO_EVENTS: readonly WatchEvent[] = Object.freeze([]);
const PUT_RESULT: PutResult = Object.freeze({ kind: 'put' });

/**
 * etcd's multi-version key-value store: a pure state machine, the same on every member that applied the same log.
 *
 * Reads see any revision from the last compaction to the newest. Source: etcd server mvcc, txn.
 *
 * Model: sub-revisions within a transaction are left out. A transaction cannot write a key twice (see `checkTxn`), so
 * nothing tells them apart.
 */
export class MvccStore {
  /** Of the newest write; 1 in an empty store. */
  revision = 1;
  /** Oldest revision that can be read; 0 before the first compaction. */
  compactRevision = 0;
  /** All versions that are kept, as they travel, bytes: what a snapshot carries. */
  sizeBytes = 0;
  private index = new KeyIndex();
  private log = new RevisionLog();

  /** @returns the keys in order; 'compacted' or 'future revision' as an error if that revision cannot be read */
  range(request: RangeRequest): RangeResult | ErrorResponse {
    return this.checkRevision(request) ?? this.read(request);
  }

  /**
   * Executes one write. All that it changes gets one new revision; a write that changes nothing leaves the revision.
   *
   * @param leases is told of each key that comes to a lease or leaves it; without it any lease id is accepted
   * @returns an error, and nothing changed, if a lease or a revision inside the transaction does not exist
   */
  apply(request: PutRequest, leases?: LeaseBook): Applied<PutResult>;
  apply(request: DeleteRangeRequest, leases?: LeaseBook): Applied<DeleteRangeResult>;
  apply(request: TxnRequest, leases?: LeaseBook): Applied<TxnResult>;
  apply(request: PutRequest | DeleteRangeRequest | TxnRequest, leases?: LeaseBook): Applied;
  apply(request: PutRequest | DeleteRangeRequest | TxnRequest, leases?: LeaseBook): Applied {
    if (request.kind === 'txn') return this.applyTxn(request, leases);
    const error = this.checkLease(request, leases);
    if (error !== undefined) return { response: error, events: NO_EVENTS };
    if (request.kind === 'put') {
      // The hot path: an array literal of one is far smaller than an empty one that is pushed to.
      const event = this.put(request, leases);
      return this.close(putResult(request, event), [event]);
    }
    const events: WatchEvent[] = [];
    return this.close(this.delete(request, events, leases), events);
  }

  /** Deletes keys in one revision, as a revoked lease does with its own. @param keys in sorted order */
  deleteKeys(keys: readonly string[], leases?: LeaseBook): readonly WatchEvent[] {
    const events: WatchEvent[] = [];
    for (const key of keys) {
      const record = this.index.get(key);
      if (record !== undefined) this.deleteRecord(record, events, leases);
    }
    return this.close(undefined, events).events;
  }

  /**
   * Forgets all that no read at `revision` or later can see.
   *
   * Model: one step. etcd answers first and drops keys in the background, in batches; disk and memory are not simulated.
   */
  compact(revision: number): ErrorResponse | undefined {
    if (revision <= this.compactRevision) return ETCD_ERRORS.compacted;
    if (revision > this.revision) return ETCD_ERRORS.futureRevision;
    // Only a key written since the last compaction can have a version that is now out of sight.
    const touched = new Set<string>();
    this.log.scan(0, revision + 1, (kv) => touched.add(kv.key));
    for (const key of touched) {
      const record = this.index.get(key);
      if (record === undefined) continue;
      for (const kv of record.compact(revision)) this.sizeBytes -= keyValueBytes(kv);
      if (record.latest === undefined) this.index.delete(key);
    }
    this.log.dropBefore(revision);
    this.compactRevision = revision;
    return undefined;
  }

  /** The events with `from` <= revision <= `to` on keys of a range, in order. @param from >= compactRevision */
  events(range: KeyRange, from: number, to: number): WatchEvent[] {
    invariant(from >= this.compactRevision, 'compacted events asked for', { from, compacted: this.compactRevision });
    const events: WatchEvent[] = [];
    this.log.scan(from, to + 1, (kv) => {
      if (!rangeContains(range, kv.key)) return;
      const before = kv.modRevision - 1;
      // etcd: what the key was before is looked up one revision earlier, and left out if that is compacted.
      const previous = before >= this.compactRevision ? this.index.get(kv.key)?.at(before) : undefined;
      events.push({ type: isTombstone(kv) ? 'delete' : 'put', kv, previous });
    });
    return events;
  }

  /** Hash of all writes since the beginning: equal on members that applied the same up to the same revision. */
  hash(): number {
    return this.log.hash();
  }

  /** O(keys). */
  snapshot(): StoreSnapshot {
    const records: RecordSnapshot[] = [];
    this.index.scan('', undefined, ({ latest, older }) => {
      records.push({ latest: latest!, older, olderCount: older?.length ?? 0 });
    });
    const { revision, compactRevision, sizeBytes } = this;
    return { revision, compactRevision, sizeBytes, records, log: this.log.snapshot() };
  }

  /** Becomes what the source of the snapshot was. */
  restore(snapshot: StoreSnapshot): void {
    this.revision = snapshot.revision;
    this.compactRevision = snapshot.compactRevision;
    this.sizeBytes = snapshot.sizeBytes;
    this.index = new KeyIndex(
      snapshot.records.map(({ latest, older, olderCount }) => {
        return new KeyRecord(latest.key, latest, olderCount === 0 ? undefined : older?.slice(0, olderCount));
      }),
    );
    this.log = new RevisionLog(snapshot.log);
  }

  private applyTxn(txn: TxnRequest, leases: LeaseBook | undefined): Applied<TxnResult> {
    const succeeded = txn.compares.every((compare) =>
      compareHolds(compare, this.index.get(compare.key)?.at(this.revision)),
    );
    const operations = succeeded ? txn.success : txn.failure;
    // All checks come before the first write: a transaction is whole or not at all.
    for (const operation of operations) {
      const error = this.checkLease(operation, leases) ?? this.checkRevision(operation);
      if (error !== undefined) return { response: error, events: NO_EVENTS };
    }
    const events: WatchEvent[] = [];
    const responses = operations.map((operation) => this.execute(operation, events, leases));
    return this.close<TxnResult>({ kind: 'txn', succeeded, responses }, events);
  }

  private execute(operation: TxnOperation, events: WatchEvent[], leases: LeaseBook | undefined): TxnOperationResult {
    switch (operation.kind) {
      case 'range':
        return this.read(operation, events.length === 0 ? this.revision : this.revision + 1);
      case 'put': {
        const event = this.put(operation, leases);
        events.push(event);
        return putResult(operation, event);
      }
      case 'delete-range':
        return this.delete(operation, events, leases);
    }
  }

  /** The end of a write: the revision rises if something changed. */
  private close<R>(response: R, events: readonly WatchEvent[]): Applied<R> {
    if (events.length === 0) return { response, events: NO_EVENTS };
    this.revision++;
    return { response, events };
  }

  private checkLease(operation: TxnOperation, leases: LeaseBook | undefined): ErrorResponse | undefined {
    if (operation.kind !== 'put' || !operation.leaseId || leases === undefined) return undefined;
    return leases.has(operation.leaseId) ? undefined : ETCD_ERRORS.leaseNotFound;
  }

  private checkRevision(operation: TxnOperation): ErrorResponse | undefined {
    if (operation.kind !== 'range' || !operation.revision) return undefined;
    if (operation.revision > this.revision) return ETCD_ERRORS.futureRevision;
    return operation.revision < this.compactRevision ? ETCD_ERRORS.compacted : undefined;
  }

  /** @param newest this.revision, or the one being written */
  private read(request: RangeRequest, newest = this.revision): RangeResult {
    const revision = request.revision || newest;
    const limit = request.countOnly ? -1 : request.limit || Number.POSITIVE_INFINITY;
    const kvs: KeyValue[] = [];
    let count = 0;
    const visit = (kv: KeyValue | undefined): void => {
      if (kv !== undefined && count++ < limit) kvs.push(request.keysOnly ? { ...kv, value: NO_VALUE } : kv);
    };
    if (isSingleKey(request.rangeEnd)) {
      visit(this.index.get(request.key)?.at(revision));
    } else {
      const { start, end } = keyRange(request.key, request.rangeEnd);
      this.index.scan(start, end, (record) => visit(record.at(revision)));
    }
    return { kind: 'range', kvs, count, more: !request.countOnly && count > limit };
  }

  private put(request: PutRequest, leases: LeaseBook | undefined): WatchEvent {
    const record = this.index.getOrInsert(request.key);
    const { latest } = record;
    const previous = latest === undefined || latest.version === 0 ? undefined : latest;
    const leaseId = request.leaseId ?? 0;
    const revision = this.revision + 1;
    const kv: KeyValue = {
      key: record.key,
      value: request.value,
      createRevision: previous === undefined ? revision : previous.createRevision,
      modRevision: revision,
      version: previous === undefined ? 1 : previous.version + 1,
      leaseId,
    };
    this.write(record, kv);
    if (leases !== undefined) {
      if (previous !== undefined && previous.leaseId !== 0) leases.detach(previous.leaseId, kv.key);
      if (leaseId !== 0) leases.attach(leaseId, kv.key);
    }
    return { type: 'put', kv, previous };
  }

  private delete(request: DeleteRangeRequest, events: WatchEvent[], leases: LeaseBook | undefined): DeleteRangeResult {
    const before = events.length;
    const visit = (record: KeyRecord): void => this.deleteRecord(record, events, leases);
    if (isSingleKey(request.rangeEnd)) {
      const record = this.index.get(request.key);
      if (record !== undefined) visit(record);
    } else {
      const { start, end } = keyRange(request.key, request.rangeEnd);
      this.index.scan(start, end, visit);
    }
    const previous = request.previousKv ? events.slice(before).map((event) => event.previous!) : [];
    return { kind: 'delete-range', deleted: events.length - before, previous };
  }

  private deleteRecord(record: KeyRecord, events: WatchEvent[], leases: LeaseBook | undefined): void {
    const previous = record.latest;
    if (previous === undefined || isTombstone(previous)) return;
    const modRevision = this.revision + 1;
    const kv: KeyValue = { key: record.key, value: NO_VALUE, createRevision: 0, modRevision, version: 0, leaseId: 0 };
    this.write(record, kv);
    if (previous.leaseId !== 0) leases?.detach(previous.leaseId, kv.key);
    events.push({ type: 'delete', kv, previous });
  }

  private write(record: KeyRecord, kv: KeyValue): void {
    invariant(
      record.latest === undefined || record.latest.modRevision < kv.modRevision,
      'a key written twice in a txn',
    );
    record.add(kv);
    this.log.push(kv);
    this.sizeBytes += keyValueBytes(kv);
  }
}

function putResult(request: PutRequest, event: WatchEvent): PutResult {
  return request.previousKv ? { kind: 'put', previous: event.previous } : PUT_RESULT;
}
