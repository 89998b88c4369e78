import type { KeyValue, TxnOperation, TxnOperationResponse } from '../../api/index.js';
import { coversKey, type EtcdOperation, partsOf, revisionOf, shownKeys } from './etcd-operation.js';
import { certaintyOf, type RecordedOperation } from './recorded-operation.js';
import type { TimedOperation } from './sequential-model.js';

/** Revisions `from` to `to`, both included. */
interface Span {
  readonly from: number;
  to: number;
}

interface Timeline {
  /** Revisions of the known puts, and of the known operations that may have deleted it. */
  readonly puts: number[];
  readonly deletes: number[];
  /** Revisions at which it was seen to be absent, and at which a known operation deleted it for certain. */
  readonly absentAt: number[];
  readonly deletedAt: number[];
  /** Whether operations without an answer may put it, or delete it. */
  mayBePut: boolean;
  mayBeDeleted: boolean;
  /** No put without an answer can be here, and no delete. */
  noPut: Span[];
  noDelete: Span[];
}

/**
 * At which revisions a key certainly was not written by an operation without an answer.
 *
 * A key shown with revision m in an answer of revision r was not written in (m, r]; created at c, it was not deleted in
 * (c, r]; and if the known puts from c to m are as many as its version says, nobody else put it then. Where it was
 * absent, no lost put came after the last delete, unless a lost delete came too; and the other way round. So an operation
 * without an answer can hardly ever be tried in the wrong place.
 */
export class KeyTimelines {
  private readonly timelines = new Map<string, Timeline>();

  constructor(records: readonly RecordedOperation[], operations: readonly TimedOperation<EtcdOperation>[]) {
    this.track(operations);
    if (this.timelines.size === 0) return;
    this.readKnown(operations);
    for (const { puts } of this.timelines.values()) puts.sort((a, b) => a - b);
    for (const record of records) this.read(record);
    for (const timeline of this.timelines.values()) {
      addAbsence(timeline);
      timeline.noPut = merged(timeline.noPut);
      timeline.noDelete = merged(timeline.noDelete);
    }
  }

  mayPut(key: string, revision: number): boolean {
    return !covers(this.timelines.get(key)?.noPut, revision);
  }

  mayDelete(key: string, revision: number): boolean {
    return !covers(this.timelines.get(key)?.noDelete, revision);
  }

  /** Only keys count that an operation without an answer may write. */
  private track(operations: readonly TimedOperation<EtcdOperation>[]): void {
    const keysOfLease = new Map<number, string[]>();
    const ranges: { readonly key: string; readonly rangeEnd: string }[] = [];
    const points = new Set<string>();
    for (const { op } of operations) {
      for (const { operation } of partsOf(op.request, undefined)) {
        points.add(operation.key);
        if (operation.kind === 'put' && operation.leaseId) {
          const keys = keysOfLease.get(operation.leaseId);
          if (keys === undefined) keysOfLease.set(operation.leaseId, [operation.key]);
          else keys.push(operation.key);
        }
      }
    }
    for (const { op } of operations) {
      if (op.response !== undefined) continue;
      if (op.request.kind === 'lease-revoke') {
        for (const key of keysOfLease.get(op.request.leaseId) ?? []) this.timelineOf(key).mayBeDeleted = true;
      }
      for (const { operation } of partsOf(op.request, undefined)) {
        if (operation.kind === 'put') this.timelineOf(operation.key).mayBePut = true;
        else if (operation.kind === 'delete-range') {
          const { key, rangeEnd } = operation;
          if (rangeEnd) ranges.push({ key, rangeEnd });
          else this.timelineOf(key).mayBeDeleted = true;
        }
      }
    }
    for (const key of points) {
      if (ranges.some((range) => coversKey(key, range))) this.timelineOf(key).mayBeDeleted = true;
    }
  }

  private timelineOf(key: string): Timeline {
    let timeline = this.timelines.get(key);
    if (timeline === undefined) {
      timeline = {
        puts: [],
        deletes: [],
        absentAt: [],
        deletedAt: [],
        mayBePut: false,
        mayBeDeleted: false,
        noPut: [],
        noDelete: [],
      };
      this.timelines.set(key, timeline);
    }
    return timeline;
  }

  /** When the known operations put and deleted keys, or found them absent. */
  private readKnown(operations: readonly TimedOperation<EtcdOperation>[]): void {
    const wide: { readonly revision: number; readonly key: string; readonly rangeEnd: string }[] = [];
    for (const { op } of operations) {
      if (op.response === undefined) continue;
      const revision = revisionOf(op.response);
      for (const { operation, answer } of partsOf(op.request, op.response)) {
        const { key } = operation;
        if (operation.kind === 'put') this.timelines.get(key)?.puts.push(revision);
        else if (operation.rangeEnd) {
          const { rangeEnd } = operation;
          if (operation.kind === 'delete-range' && !op.isReadOnly) wide.push({ revision, key, rangeEnd });
        } else if (answer !== undefined) {
          const timeline = this.timelines.get(key);
          if (timeline !== undefined) readSingle(timeline, revision, operation, answer, op.request.kind === 'txn');
        }
      }
    }
    for (const [key, { deletes }] of this.timelines) {
      for (const range of wide) if (coversKey(key, range)) deletes.push(range.revision);
      deletes.sort((a, b) => a - b);
    }
  }

  private read(record: RecordedOperation): void {
    const { request, outcome } = record;
    if (outcome === undefined || outcome.kind === 'error' || certaintyOf(record) !== 'answered') return;
    const header = revisionOf(outcome);
    // What a write shows stood before it, but for what it wrote itself.
    const isRead = outcome.kind === 'range';
    const old = request.kind === 'range' ? (request.revision ?? 0) : 0;
    for (const kv of shownKeys(outcome)) {
      const timeline = this.timelines.get(kv.key);
      if (timeline === undefined) continue;
      // A transaction may look at old revisions: nothing is known of what came after.
      const seenAt = isRead ? old || header : outcome.kind === 'txn' ? kv.modRevision : header - 1;
      this.addFact(timeline, kv, seenAt);
    }
  }

  private addFact(timeline: Timeline, kv: KeyValue, seenAt: number): void {
    const { createRevision, modRevision, version } = kv;
    if (seenAt > createRevision) timeline.noDelete.push({ from: createRevision + 1, to: seenAt });
    const known = countUpTo(timeline.puts, modRevision) - countUpTo(timeline.puts, createRevision - 1);
    if (known >= version) timeline.noPut.push({ from: createRevision, to: seenAt });
    else if (seenAt > modRevision) timeline.noPut.push({ from: modRevision + 1, to: seenAt });
  }
}

/** What a read or delete of a single key says of its presence. */
function readSingle(
  timeline: Timeline,
  revision: number,
  operation: TxnOperation,
  answer: TxnOperationResponse,
  isInTxn: boolean,
): void {
  if (operation.kind === 'delete-range' && answer.kind === 'delete-range') {
    if (answer.deleted > 0) {
      timeline.deletes.push(revision);
      // In a transaction, the operations before it may have put the key.
      if (!isInTxn) timeline.deletedAt.push(revision);
    } else if (!isInTxn) timeline.absentAt.push(revision);
  } else if (operation.kind === 'range' && answer.kind === 'range' && answer.count === 0 && !isInTxn) {
    timeline.absentAt.push(operation.revision || revision);
  }
}

function addAbsence({ puts, deletes, absentAt, deletedAt, mayBePut, mayBeDeleted, noPut, noDelete }: Timeline): void {
  for (const revision of mayBeDeleted ? [] : absentAt) {
    noPut.push({ from: (deletes[countUpTo(deletes, revision) - 1] ?? 0) + 1, to: revision });
  }
  for (const revision of mayBePut ? [] : deletedAt) {
    noDelete.push({ from: (puts[countUpTo(puts, revision - 1) - 1] ?? 0) + 1, to: revision - 1 });
  }
}

/** How many of these are <= `revision`. */
function countUpTo(ascending: readonly number[], revision: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && from <= last.to + 1) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}

function covers(spans: readonly Span[] | undefined, revision: number): boolean {
  if (spans === undefined) return false;
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.to < revision) low = middle + 1;
    else high = middle;
  }
  return spans[low] !== undefined && spans[low]!.from <= revision;
}
