import type {
  DeleteRangeResponse,
  ErrorResponse,
  KeyValue,
  PutResponse,
  RangeResponse,
  ResponseHeader,
  TxnOperationResponse,
  TxnResponse,
  WatchEvent,
} from '../../api/index.js';

/** What the store answers: the response, but for the header, which only a member knows. */
export interface RangeResult {
  readonly kind: 'range';
  readonly kvs: readonly KeyValue[];
  /** All keys in the range, whatever the limit. */
  readonly count: number;
  readonly more: boolean;
}

export type PutResult = Omit<PutResponse, 'header'>;
export type DeleteRangeResult = Omit<DeleteRangeResponse, 'header'>;
export type TxnOperationResult = RangeResult | PutResult | DeleteRangeResult;

export interface TxnResult {
  readonly kind: 'txn';
  readonly succeeded: boolean;
  readonly responses: readonly TxnOperationResult[];
}

export type ApplyResult = PutResult | DeleteRangeResult | TxnResult;

/** What applying a write gave. With an error, or no events, the revision stayed as it was. */
export interface Applied<R = ApplyResult> {
  readonly response: R | ErrorResponse;
  /** All of one revision, in the order of the writes; each with what its key was before. */
  readonly events: readonly WatchEvent[];
}

export function withHeader(result: RangeResult, header: ResponseHeader): RangeResponse;
export function withHeader(result: PutResult, header: ResponseHeader): PutResponse;
export function withHeader(result: DeleteRangeResult, header: ResponseHeader): DeleteRangeResponse;
export function withHeader(result: TxnOperationResult, header: ResponseHeader): TxnOperationResponse;
export function withHeader(result: TxnResult, header: ResponseHeader): TxnResponse;
export function withHeader(
  result: ApplyResult | RangeResult,
  header: ResponseHeader,
): TxnOperationResponse | TxnResponse;
/** Completes a result to the response that goes out; the responses inside a txn get the same header. */
export function withHeader(
  result: ApplyResult | RangeResult,
  header: ResponseHeader,
): TxnOperationResponse | TxnResponse {
  if (result.kind !== 'txn') return { ...result, header };
  const responses = result.responses.map((response) => withHeader(response, header));
  return { kind: 'txn', header, succeeded: result.succeeded, responses };
}
