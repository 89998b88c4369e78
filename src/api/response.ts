import type { KeyValue } from './key-value.js';

/** ResponseHeader: which member answered, at which revision and term. */
export interface ResponseHeader {
  readonly member: string;
  readonly revision: number;
  readonly raftTerm: number;
  /**
   * The leader as that member knows it when it answers: a hint.
   *
   * Model: in every header, as etcd issue 22268 proposes, whatever the version; today's members send none. Its bytes are
   * not counted.
   */
  readonly leader?: string | undefined;
}

export interface RangeResponse {
  readonly kind: 'range';
  readonly header: ResponseHeader;
  readonly kvs: readonly KeyValue[];
  /** All keys in the range, whatever the limit. */
  readonly count: number;
  readonly more: boolean;
}

export interface PutResponse {
  readonly kind: 'put';
  readonly header: ResponseHeader;
  readonly previous?: KeyValue | undefined;
}

export interface DeleteRangeResponse {
  readonly kind: 'delete-range';
  readonly header: ResponseHeader;
  readonly deleted: number;
  readonly previous: readonly KeyValue[];
}

export type TxnOperationResponse = RangeResponse | PutResponse | DeleteRangeResponse;

export interface TxnResponse {
  readonly kind: 'txn';
  readonly header: ResponseHeader;
  readonly succeeded: boolean;
  readonly responses: readonly TxnOperationResponse[];
}

export interface CompactionResponse {
  readonly kind: 'compact';
  readonly header: ResponseHeader;
}

/** LeaseGrant, LeaseRevoke, LeaseKeepAlive and LeaseTimeToLive. `ttlSec` <= 0: the lease is gone. */
export interface LeaseResponse {
  readonly kind: 'lease';
  readonly header: ResponseHeader;
  readonly leaseId: number;
  readonly ttlSec: number;
}

export interface StatusResponse {
  readonly kind: 'status';
  readonly header: ResponseHeader;
  /** Name of the leader as this member knows it; undefined if it knows none. */
  readonly leader: string | undefined;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
}

export interface MoveLeaderResponse {
  readonly kind: 'move-leader';
  readonly header: ResponseHeader;
}

export type Response =
  | RangeResponse
  | PutResponse
  | DeleteRangeResponse
  | TxnResponse
  | CompactionResponse
  | LeaseResponse
  | StatusResponse
  | MoveLeaderResponse;

/** gRPC status codes that etcd and its client use. */
export type StatusCode =
  | 'Canceled'
  | 'Unknown'
  | 'InvalidArgument'
  | 'DeadlineExceeded'
  | 'NotFound'
  | 'ResourceExhausted'
  | 'FailedPrecondition'
  | 'OutOfRange'
  | 'Internal'
  | 'Unavailable';

/** A modelled failure, as the caller sees it. `text` is etcd's or gRPC's own. */
export interface ErrorResponse {
  readonly kind: 'error';
  readonly code: StatusCode;
  readonly text: string;
}

/** How a call ends. */
export type Outcome = Response | ErrorResponse;
