import type { KeyValue } from './key-value.js';
import type { Request, TxnOperation } from './request.js';
import type { Outcome, TxnOperationResponse } from './response.js';
import type { WatchRequest, WatchResponse } from './watch.js';

/*
 * Sizes of the protobuf messages, bytes. Model: each field costs its payload and a fixed tag and varint allowance, so
 * sizes are right to a few bytes, which is far below what latency or throughput can notice.
 */

const FIELD = 2;
const VARINT_FIELD = 3;
/** cluster id, member id, revision, raft term. Measured: a Range answer without keys is 26-28 B in all. */
const HEADER = 26;

export function requestBytes(request: Request): number {
  switch (request.kind) {
    case 'range':
    case 'put':
    case 'delete-range':
      return operationBytes(request);
    case 'txn': {
      let bytes = 0;
      for (const compare of request.compares) {
        bytes += 3 * FIELD + compare.key.length + FIELD;
        bytes += typeof compare.operand === 'string' ? compare.operand.length + FIELD : VARINT_FIELD;
      }
      for (const operation of request.success) bytes += 2 * FIELD + operationBytes(operation);
      for (const operation of request.failure) bytes += 2 * FIELD + operationBytes(operation);
      return bytes;
    }
    case 'compact':
    case 'lease-revoke':
    case 'lease-keep-alive':
    case 'lease-time-to-live':
      return 10;
    case 'lease-grant':
      return 4;
    case 'status':
      return 0;
    case 'move-leader':
      return 10;
  }
}

function operationBytes(operation: TxnOperation): number {
  let bytes = FIELD + operation.key.length;
  if (operation.kind === 'put') {
    bytes += FIELD + 1 + operation.value.sizeBytes;
    if (operation.leaseId) bytes += 10;
    return bytes;
  }
  if (operation.rangeEnd !== undefined) bytes += FIELD + operation.rangeEnd.length;
  if (operation.kind === 'range') {
    if (operation.limit) bytes += VARINT_FIELD;
    if (operation.revision) bytes += VARINT_FIELD;
    if (operation.countOnly) bytes += FIELD;
    if (operation.keysOnly) bytes += FIELD;
    if (operation.serializable) bytes += FIELD;
  }
  return bytes;
}

export function keyValueBytes(kv: KeyValue): number {
  return 2 * FIELD + kv.key.length + kv.value.sizeBytes + 3 * VARINT_FIELD + (kv.leaseId ? 10 : 0);
}

export function outcomeBytes(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'error':
      // grpc-status and grpc-message travel as trailers.
      return outcome.text.length + 16;
    case 'range':
    case 'put':
    case 'delete-range':
      return HEADER + operationResponseBytes(outcome);
    case 'txn': {
      let bytes = HEADER + FIELD;
      for (const response of outcome.responses) bytes += 2 * FIELD + 4 + operationResponseBytes(response);
      return bytes;
    }
    case 'compact':
    case 'move-leader':
      return HEADER;
    case 'lease':
      return HEADER + 12;
    case 'status':
      return HEADER + 32;
  }
}

function operationResponseBytes(response: TxnOperationResponse): number {
  switch (response.kind) {
    case 'range': {
      let bytes = response.count === 0 ? 0 : FIELD + 1;
      for (const kv of response.kvs) bytes += FIELD + 1 + keyValueBytes(kv);
      return bytes;
    }
    case 'put':
      return response.previous === undefined ? 0 : FIELD + keyValueBytes(response.previous);
    case 'delete-range': {
      let bytes = VARINT_FIELD;
      for (const kv of response.previous) bytes += FIELD + keyValueBytes(kv);
      return bytes;
    }
  }
}

export function watchRequestBytes(request: WatchRequest): number {
  if (request.kind !== 'watch-create') return 4;
  const { create } = request;
  return 2 * FIELD + create.key.length + (create.rangeEnd?.length ?? 0) + FIELD + VARINT_FIELD;
}

export function watchResponseBytes(response: WatchResponse): number {
  let bytes = HEADER + VARINT_FIELD;
  if (response.kind !== 'watch-events') return bytes;
  for (const event of response.events) {
    bytes += 2 * FIELD + keyValueBytes(event.kv) + (event.previous ? FIELD + keyValueBytes(event.previous) : 0);
  }
  return bytes;
}
