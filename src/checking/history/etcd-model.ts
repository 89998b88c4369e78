import type { KeyValue, RangeRequest, TxnOperation, TxnOperationResponse } from '../../api/index.js';
import { invariant } from '../../engine/index.js';
import {
  canCompare,
  coversKey,
  type EtcdOperation,
  isKeyRequest,
  isStale,
  partsOf,
  revisionOf,
  shownKeys,
} from './etcd-operation.js';
import { branchTaken, Draft, type Effect, type EtcdState, etcdState, type RevisionMode } from './etcd-state.js';
import { KeyTimelines } from './key-timelines.js';
import type { RecordedOperation } from './recorded-operation.js';
import type { SequentialModel, TimedOperation } from './sequential-model.js';

/** The store that a history starts from; left out: an empty one, at revision 1. */
export interface EtcdStart {
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
}

export const EMPTY_START: EtcdStart = { revision: 1, kvs: [] };

/** Whether the answers carry revisions. */
export function hasRevisions(records: readonly RecordedOperation[]): boolean {
  return records.some(({ outcome }) => revisionOf(outcome) > 0);
}

/**
 * etcd's key-value store as one object: Range, Put, DeleteRange, Txn, and the end of a lease.
 *
 * With revisions in the answers, the order of what is known is nearly given, and operations without an answer can only
 * stand where a revision is missing: what else the answers show of that revision decides which.
 *
 * @param records all of the history: also answers outside of `operations` tell of revisions
 * @param operations of `records`, as they are searched
 */
export function etcdModel(
  records: readonly RecordedOperation[],
  operations: readonly TimedOperation<EtcdOperation>[],
  start: EtcdStart,
  mode: RevisionMode,
): SequentialModel<EtcdOperation, EtcdState> {
  const known = new KnownRevisions(records, operations, start, mode);
  const views = new Views(records, operations);
  const invisible = new Map<EtcdOperation, boolean>();
  const isInvisible = (op: EtcdOperation): boolean => {
    let answer = invisible.get(op);
    if (answer === undefined) {
      const { request } = op;
      answer = mode.hasRevisions && request.kind === 'put' && !request.leaseId && !views.show(request.key);
      invisible.set(op, answer);
    }
    return answer;
  };
  const keys = new Map<EtcdOperation, string>();
  return {
    initial: etcdState(mode.hasRevisions ? start.revision : 0, start.kvs),
    step(state, op) {
      if (op.response !== undefined) return known.admitsKnown(state, op) ? stepKnown(state, op, mode) : undefined;
      if (!known.admitsUnknown(state)) return undefined;
      // Nobody ever looked: all that is left of such a write is its revision.
      if (isInvisible(op)) {
        const next = { revision: state.revision + 1, keys: state.keys, before: state };
        return known.agrees(next) ? next : undefined;
      }
      if (!known.isFree(op, state.revision + 1)) return undefined;
      const draft = draftUnknown(state, op, mode);
      const next = draft.end();
      return next !== state && known.allows(draft, next.revision) && known.agrees(next) ? next : undefined;
    },
    stateKey: (state) => `${state.revision}:${state.keys.fingerprint}`,
    inputKey(op) {
      if (isInvisible(op)) return 'invisible';
      let key = keys.get(op);
      if (key === undefined) {
        key = JSON.stringify(op.request);
        keys.set(op, key);
      }
      return key;
    },
    isReadOnly: (op) => op.isReadOnly,
    admitsUnknown: (state) => known.admitsUnknown(state),
    deadline: (op) => known.lastPlaceOf(op),
  };
}

/** `SequentialModel.step` of this model. */
export type EtcdModelStep = (state: EtcdState, op: EtcdOperation) => EtcdState | undefined;

/** What all answers together say of revisions. */
class KnownRevisions {
  /** Made by an operation with an answer. */
  private readonly owned = new Set<number>();
  /** Made by nobody that is known, ascending. */
  private readonly missing: number[] = [];
  /** Keys that were seen with a revision that nobody owns. */
  private readonly shown = new Map<number, Map<string, KeyValue>>();
  /** Operations without an answer of whose effect the revision is known. */
  private readonly placed = new Map<EtcdOperation, number>();
  private readonly timelines: KeyTimelines | undefined;
  private newest = 0;
  private readonly mode: RevisionMode;

  constructor(
    records: readonly RecordedOperation[],
    operations: readonly TimedOperation<EtcdOperation>[],
    start: EtcdStart,
    mode: RevisionMode,
  ) {
    this.mode = mode;
    if (!mode.hasRevisions) return;
    for (const { op } of operations) {
      if (op.response !== undefined && !op.isReadOnly && op.request.kind !== 'lease-revoke') {
        this.owned.add(revisionOf(op.response));
      }
    }
    for (const { outcome } of records) {
      this.newest = Math.max(this.newest, revisionOf(outcome));
      if (outcome === undefined || outcome.kind === 'error') continue;
      for (const kv of shownKeys(outcome)) {
        if (this.owned.has(kv.modRevision) || kv.modRevision <= start.revision) continue;
        const keys = this.shown.get(kv.modRevision) ?? new Map<string, KeyValue>();
        this.shown.set(kv.modRevision, keys.set(kv.key, kv));
      }
    }
    // More than there are operations cannot be filled, however far a wrong header points.
    for (let revision = start.revision + 1; revision <= this.newest; revision++) {
      if (this.missing.length > operations.length) break;
      if (!this.owned.has(revision)) this.missing.push(revision);
    }
    this.place(operations);
    this.timelines = new KeyTimelines(records, operations);
  }

  /** Whether an operation without an answer may make this revision, as far as it is not known to have made another. */
  isFree(op: EtcdOperation, revision: number): boolean {
    return (this.placed.get(op) ?? revision) === revision;
  }

  /** The last missing revision that an operation without an answer can have made: those that can wait come later. */
  lastPlaceOf({ request }: EtcdOperation): number {
    const { timelines } = this;
    if (timelines === undefined || request.kind === 'lease-revoke') return Number.POSITIVE_INFINITY;
    const branches = request.kind === 'txn' ? [request.success, request.failure] : [[request]];
    const last = this.missing.findLast((revision) =>
      branches.some((branch) =>
        branch.every((operation) => {
          if (operation.kind === 'range') return true;
          if (operation.kind === 'put') return timelines.mayPut(operation.key, revision);
          return operation.rangeEnd || timelines.mayDelete(operation.key, revision);
        }),
      ),
    );
    return last ?? 0;
  }

  /** Whether nobody saw that the keys were left alone at this revision. */
  allows({ written, removed }: Draft, revision: number): boolean {
    const { timelines } = this;
    if (timelines === undefined) return true;
    return (
      written.every((key) => timelines.mayPut(key, revision)) &&
      removed.every((key) => timelines.mayDelete(key, revision))
    );
  }

  /** A value that was seen and that only one operation could have written tells where this one stands. */
  private place(operations: readonly TimedOperation<EtcdOperation>[]): void {
    const writers = new Map<string, EtcdOperation[]>();
    for (const { op } of operations) {
      if (op.response !== undefined) continue;
      for (const { operation } of partsOf(op.request, undefined)) {
        if (operation.kind !== 'put') continue;
        const id = `${operation.key}\u0000${operation.value.text}`;
        const others = writers.get(id);
        if (others === undefined) writers.set(id, [op]);
        else others.push(op);
      }
    }
    for (const [revision, keys] of this.shown) {
      for (const kv of keys.values()) {
        const able = kv.value.text === '' ? [] : (writers.get(`${kv.key}\u0000${kv.value.text}`) ?? []);
        if (able.length === 1) this.placed.set(able[0]!, revision);
      }
    }
  }

  /** A quick look at the header, before anything is executed. */
  admitsKnown(state: EtcdState, { response, isReadOnly, request }: EtcdOperation): boolean {
    if (!this.mode.hasRevisions || request.kind === 'lease-revoke') return true;
    return revisionOf(response) === state.revision + (isReadOnly ? 0 : 1);
  }

  admitsUnknown(state: EtcdState): boolean {
    if (!this.mode.hasRevisions) return true;
    return state.revision < this.newest && !this.owned.has(state.revision + 1);
  }

  /** Whether the newest write of a state is what others saw of its revision. */
  agrees(state: EtcdState): boolean {
    const shown = this.shown.get(state.revision);
    if (!this.mode.hasRevisions || shown === undefined) return true;
    for (const kv of shown.values()) {
      const own = state.keys.get(kv.key)?.kv;
      // A reader of keys alone saw no value.
      if (own === undefined || own.modRevision !== kv.modRevision || own.version !== kv.version) return false;
      if (kv.value.text !== '' && own.value.text !== kv.value.text) return false;
    }
    return true;
  }
}

/** Which keys any operation looks at. */
class Views {
  private readonly single = new Set<string>();
  private readonly ranges = new Map<string, { readonly key: string; readonly rangeEnd: string }>();

  /** @param records for the reads that may be stale: they are no part of `operations`, but saw keys too */
  constructor(records: readonly RecordedOperation[], operations: readonly TimedOperation<EtcdOperation>[]) {
    for (const { request } of records) {
      if (isKeyRequest(request) && isStale(request)) {
        for (const { operation } of partsOf(request, undefined)) this.add(operation);
      }
    }
    for (const { op } of operations) {
      if (op.request.kind === 'txn') for (const { key } of op.request.compares) this.single.add(key);
      for (const { operation } of partsOf(op.request, op.response)) this.add(operation);
    }
  }

  show(key: string): boolean {
    if (this.single.has(key)) return true;
    for (const range of this.ranges.values()) if (coversKey(key, range)) return true;
    return false;
  }

  private add(operation: TxnOperation): void {
    if (operation.kind === 'put') {
      if (operation.previousKv) this.single.add(operation.key);
    } else if (operation.rangeEnd === undefined || operation.rangeEnd === '') this.single.add(operation.key);
    else {
      const { key, rangeEnd } = operation;
      this.ranges.set(`${key}\u0000${rangeEnd}`, { key, rangeEnd });
    }
  }
}

/** The state after an operation with an answer; undefined if the answer does not fit. */
export function stepKnown(state: EtcdState, op: EtcdOperation, mode: RevisionMode): EtcdState | undefined {
  const { request, response } = op;
  invariant(response !== undefined, 'an operation without an answer has nothing to fit');
  const draft = new Draft(state, mode);
  if (request.kind === 'lease-revoke') draft.revoke(request.leaseId);
  else {
    if (request.kind === 'txn') {
      const { succeeded } = response as { readonly succeeded?: boolean };
      // What cannot be compared is believed.
      if (canCompare(request, mode) && branchTaken(state, request) !== succeeded) return undefined;
    }
    for (const { operation, answer } of partsOf(request, response)) {
      const effect = draft.run(operation);
      if (answer === undefined || !fits(operation, effect, answer, mode)) return undefined;
    }
  }
  const next = draft.end();
  return mode.hasRevisions && revisionOf(response) !== next.revision ? undefined : next;
}

function draftUnknown(state: EtcdState, { request }: EtcdOperation, mode: RevisionMode): Draft {
  const draft = new Draft(state, mode);
  if (request.kind === 'lease-revoke') draft.revoke(request.leaseId);
  else if (request.kind !== 'txn') draft.run(request);
  else for (const operation of branchTaken(state, request) ? request.success : request.failure) draft.run(operation);
  return draft;
}

function fits(operation: TxnOperation, effect: Effect, answer: TxnOperationResponse, mode: RevisionMode): boolean {
  switch (effect.kind) {
    case 'range':
      if (answer.kind !== 'range') return false;
      // Without revisions nothing is known of an old one.
      if (!mode.hasRevisions && (operation as RangeRequest).revision) return true;
      if (answer.count !== effect.count || answer.kvs.length !== effect.kvs.length) return false;
      return answer.kvs.every((kv, i) => isSame(kv, effect.kvs[i]!, mode, (operation as RangeRequest).keysOnly));
    case 'put': {
      if (answer.kind !== 'put') return false;
      if (operation.kind !== 'put' || !operation.previousKv) return true;
      const { previous } = effect;
      if (previous === undefined || answer.previous === undefined) return previous === answer.previous;
      return isSame(answer.previous, previous, mode);
    }
    case 'delete-range':
      if (answer.kind !== 'delete-range' || answer.deleted !== effect.deleted.length) return false;
      if (operation.kind !== 'delete-range' || !operation.previousKv) return true;
      return (
        answer.previous.length === effect.deleted.length &&
        answer.previous.every((kv, i) => isSame(kv, effect.deleted[i]!, mode))
      );
  }
}

function isSame(shown: KeyValue, own: KeyValue, mode: RevisionMode, keysOnly = false): boolean {
  if (shown.key !== own.key || shown.version !== own.version || shown.leaseId !== own.leaseId) return false;
  if (!keysOnly && shown.value.text !== own.value.text) return false;
  if (!mode.hasRevisions) return true;
  return shown.modRevision === own.modRevision && shown.createRevision === own.createRevision;
}
