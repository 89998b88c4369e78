import type { Value } from './key-value.js';

/** RangeRequest. Without `rangeEnd` one key; linearizable unless `serializable`. */
export interface RangeRequest {
  readonly kind: 'range';
  readonly key: string;
  readonly rangeEnd?: string;
  /** 0 or absent = all. */
  readonly limit?: number;
  /** 0 or absent = the newest. */
  readonly revision?: number;
  readonly countOnly?: boolean;
  readonly keysOnly?: boolean;
  readonly serializable?: boolean;
}

export interface PutRequest {
  readonly kind: 'put';
  readonly key: string;
  readonly value: Value;
  readonly leaseId?: number;
  readonly previousKv?: boolean;
}

export interface DeleteRangeRequest {
  readonly kind: 'delete-range';
  readonly key: string;
  readonly rangeEnd?: string;
  readonly previousKv?: boolean;
}

/** One comparison of a Txn: `target` of `key` `result` `operand`. A missing key compares as 0 (its value as ''). */
export interface Compare {
  readonly key: string;
  readonly target: 'version' | 'create' | 'mod' | 'value' | 'lease';
  readonly result: '=' | '!=' | '<' | '>';
  readonly operand: number | string;
}

export type TxnOperation = RangeRequest | PutRequest | DeleteRangeRequest;

export interface TxnRequest {
  readonly kind: 'txn';
  readonly compares: readonly Compare[];
  readonly success: readonly TxnOperation[];
  readonly failure: readonly TxnOperation[];
}

export interface CompactionRequest {
  readonly kind: 'compact';
  readonly revision: number;
}

export interface LeaseGrantRequest {
  readonly kind: 'lease-grant';
  readonly ttlSec: number;
  /** 0 or absent = the server draws one. */
  readonly leaseId?: number;
}

export interface LeaseRevokeRequest {
  readonly kind: 'lease-revoke';
  readonly leaseId: number;
}

export interface LeaseKeepAliveRequest {
  readonly kind: 'lease-keep-alive';
  readonly leaseId: number;
}

export interface LeaseTimeToLiveRequest {
  readonly kind: 'lease-time-to-live';
  readonly leaseId: number;
}

/** Maintenance.Status: answered by the member itself, without consensus. */
export interface StatusRequest {
  readonly kind: 'status';
}

export interface MoveLeaderRequest {
  readonly kind: 'move-leader';
  /** Name of the member that shall lead. */
  readonly target: string;
}

/** A unary call. */
export type Request =
  | RangeRequest
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | CompactionRequest
  | LeaseGrantRequest
  | LeaseRevokeRequest
  | LeaseKeepAliveRequest
  | LeaseTimeToLiveRequest
  | StatusRequest
  | MoveLeaderRequest;

export type RequestKind = Request['kind'];

/** Which requests go through the log. The rest are reads, answered by the member (after ReadIndex where linearizable). */
export function isMutation(request: Request): boolean {
  switch (request.kind) {
    case 'put':
    case 'delete-range':
    case 'compact':
    case 'lease-grant':
    case 'lease-revoke':
      return true;
    case 'txn':
      return !isReadOnlyTxn(request);
    default:
      return false;
  }
}

export function isReadOnlyTxn(txn: TxnRequest): boolean {
  return txn.success.every(isRange) && txn.failure.every(isRange);
}

function isRange(operation: TxnOperation): boolean {
  return operation.kind === 'range';
}
