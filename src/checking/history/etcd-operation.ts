import type {
  DeleteRangeRequest,
  KeyValue,
  LeaseResponse,
  LeaseRevokeRequest,
  Outcome,
  PutRequest,
  RangeRequest,
  Request,
  TxnOperation,
  TxnOperationResponse,
  TxnRequest,
} from '../../api/index.js';
import {
  ALL_KEYS_END,
  type DeleteRangeResponse,
  isReadOnlyTxn,
  type PutResponse,
  type RangeResponse,
  type TxnResponse,
} from '../../api/index.js';
import type { RevisionMode } from './etcd-state.js';
import { certaintyOf, type RecordedOperation } from './recorded-operation.js';
import type { TimedOperation } from './sequential-model.js';

/** A request that reads or writes keys. */
export type KeyRequest = RangeRequest | PutRequest | DeleteRangeRequest | TxnRequest | LeaseRevokeRequest;
export type KeyResponse = RangeResponse | PutResponse | DeleteRangeResponse | TxnResponse | LeaseResponse;

/** An operation as the etcd model takes it. */
export interface EtcdOperation {
  readonly request: KeyRequest;
  /** Undefined: the answer is not known. */
  readonly response: KeyResponse | undefined;
  /** The record it comes from; undefined for the expiry of a lease, which no client asks for. */
  readonly record: RecordedOperation | undefined;
  /** It changes nothing, by its kind or by its answer. */
  readonly isReadOnly: boolean;
}

/**
 * The operations that have to fit into one order.
 *
 * Left out: what certainly did not happen, reads without an answer, reads that may be stale (`serializable`), and what
 * touches no key. Added: for each lease that a key may hang on, its expiry, which may come at any time or never.
 *
 * Without revisions nobody knows which branch a lost transaction took that compares one.
 * Model: each branch may then happen, which lets a history pass in which both had to.
 */
export function keyOperations(
  records: readonly RecordedOperation[],
  mode: RevisionMode,
): TimedOperation<EtcdOperation>[] {
  const operations: TimedOperation<EtcdOperation>[] = [];
  /** When a lease was first heard of. */
  const leases = new Map<number, number>();
  for (const record of records) {
    const { request, invokedUs } = record;
    const certainty = certaintyOf(record);
    if (!isKeyRequest(request) || isStale(request) || certainty === 'did-not-happen') continue;
    const isKnown = certainty === 'answered';
    if (!isKnown && isRead(request)) continue;
    const response = isKnown ? (record.outcome as KeyResponse) : undefined;
    for (const leaseId of leasesOf(request)) {
      leases.set(leaseId, Math.min(invokedUs, leases.get(leaseId) ?? Number.POSITIVE_INFINITY));
    }
    if (!isKnown && request.kind === 'txn' && !canCompare(request, mode)) {
      for (const success of [request.success, request.failure]) {
        const branch = { kind: 'txn', compares: [], success, failure: [] } as const;
        const op = { request: branch, response, record, isReadOnly: false };
        operations.push({ op, invoked: invokedUs, returned: Number.POSITIVE_INFINITY });
      }
      continue;
    }
    operations.push({
      op: { request, response, record, isReadOnly: response !== undefined && changesNothing(request, response) },
      invoked: invokedUs,
      returned: isKnown ? (record.returnedUs ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
    });
  }
  for (const [leaseId, invoked] of leases) {
    const request = { kind: 'lease-revoke', leaseId } as const;
    const op = { request, response: undefined, record: undefined, isReadOnly: false };
    operations.push({ op, invoked, returned: Number.POSITIVE_INFINITY });
  }
  return operations;
}

/** Whether a read may be answered with an older state: then real time does not bind it. */
export function isStale(request: Request): boolean {
  if (request.kind === 'range') return request.serializable === true;
  if (request.kind !== 'txn' || !isReadOnlyTxn(request)) return false;
  const reads = [...request.success, ...request.failure];
  return reads.length > 0 && reads.every((read) => read.kind === 'range' && read.serializable === true);
}

export function isKeyRequest(request: Request): request is KeyRequest {
  switch (request.kind) {
    case 'range':
    case 'put':
    case 'delete-range':
    case 'txn':
    case 'lease-revoke':
      return true;
    default:
      return false;
  }
}

/** The parts of a request that may run, each with its answer if there is one. */
export function partsOf(request: KeyRequest, response: KeyResponse | undefined): readonly Part[] {
  if (request.kind === 'lease-revoke') return [];
  if (request.kind !== 'txn') return [{ operation: request, answer: response as TxnOperationResponse | undefined }];
  if (response?.kind !== 'txn') return [...request.success, ...request.failure].map((operation) => ({ operation }));
  const branch = response.succeeded ? request.success : request.failure;
  return branch.map((operation, i) => ({ operation, answer: response.responses[i] }));
}

export interface Part {
  readonly operation: TxnOperation;
  readonly answer?: TxnOperationResponse | undefined;
}

/** The keys that an answer shows, as they stood at its revision or before. */
export function shownKeys(outcome: Outcome): readonly KeyValue[] {
  switch (outcome.kind) {
    case 'range':
      return outcome.kvs;
    case 'put':
      return outcome.previous === undefined ? [] : [outcome.previous];
    case 'delete-range':
      return outcome.previous;
    case 'txn':
      return outcome.responses.flatMap(shownKeys);
    default:
      return [];
  }
}

/** The revision in an answer's header; 0 if it has none. */
export function revisionOf(outcome: Outcome | undefined): number {
  return outcome === undefined || outcome.kind === 'error' ? 0 : outcome.header.revision;
}

/** Whether a request's key and range end take in a key. */
export function coversKey(
  key: string,
  { key: start, rangeEnd }: { readonly key: string; readonly rangeEnd?: string },
): boolean {
  if (rangeEnd === undefined || rangeEnd === '') return key === start;
  return key >= start && (rangeEnd === ALL_KEYS_END || key < rangeEnd);
}

/** Without revisions, what was compared with one cannot be known. */
export function canCompare({ compares }: TxnRequest, mode: RevisionMode): boolean {
  return mode.hasRevisions || compares.every(({ target }) => target !== 'mod' && target !== 'create');
}

function isRead(request: KeyRequest): boolean {
  return request.kind === 'range' || (request.kind === 'txn' && isReadOnlyTxn(request));
}

function changesNothing(request: KeyRequest, response: KeyResponse): boolean {
  if (isRead(request)) return true;
  if (request.kind === 'lease-revoke') return false;
  return partsOf(request, response).every(
    ({ operation, answer }) =>
      operation.kind === 'range' ||
      (operation.kind === 'delete-range' && answer?.kind === 'delete-range' && answer.deleted === 0),
  );
}

function leasesOf(request: KeyRequest): number[] {
  return partsOf(request, undefined).flatMap(({ operation }) =>
    operation.kind === 'put' && operation.leaseId ? [operation.leaseId] : [],
  );
}
