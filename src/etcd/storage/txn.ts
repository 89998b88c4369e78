import {
  type Compare,
  type ErrorResponse,
  ETCD_ERRORS,
  type KeyValue,
  type TxnOperation,
  type TxnRequest,
} from '../../api/index.js';
import { keyRange, rangeContains } from './key-range.js';

/**
 * What is wrong with a transaction by itself, before it is proposed: an empty key, or in one branch two puts of a key
 * or a put and a delete of it.
 *
 * Source: etcd v3rpc checkTxnRequest, checkIntervals.
 * Model: --max-txn-ops is not enforced. No workload comes near 128 operations.
 */
export function checkTxn(txn: TxnRequest): ErrorResponse | undefined {
  for (const compare of txn.compares) if (compare.key === '') return ETCD_ERRORS.emptyKey;
  for (const operation of txn.success) if (operation.key === '') return ETCD_ERRORS.emptyKey;
  for (const operation of txn.failure) if (operation.key === '') return ETCD_ERRORS.emptyKey;
  return checkBranch(txn.success) ?? checkBranch(txn.failure);
}

/** What is wrong with a single operation by itself. Source: etcd v3rpc checkRangeRequest, checkPutRequest. */
export function checkOperation(operation: TxnOperation): ErrorResponse | undefined {
  return operation.key === '' ? ETCD_ERRORS.emptyKey : undefined;
}

function checkBranch(operations: readonly TxnOperation[]): ErrorResponse | undefined {
  if (operations.length < 2) return undefined;
  const deleted = operations
    .filter((operation) => operation.kind === 'delete-range')
    .map((operation) => keyRange(operation.key, operation.rangeEnd));
  const put = new Set<string>();
  for (const operation of operations) {
    if (operation.kind !== 'put') continue;
    const { key } = operation;
    if (put.has(key) || deleted.some((range) => rangeContains(range, key))) return ETCD_ERRORS.duplicateKey;
    put.add(key);
  }
  return undefined;
}

/**
 * Whether a comparison holds for a key as it is; `kv` undefined = there is no such key.
 *
 * A missing key has version, revisions and lease 0. etcd: a comparison of a missing key's value never holds, whatever
 * the operator, because an empty value on the wire could not be told from none. Source: etcd applyCompare, compareKV.
 */
export function compareHolds(compare: Compare, kv: KeyValue | undefined): boolean {
  const { operand } = compare;
  if (compare.target === 'value') {
    if (kv === undefined) return false;
    return ordered(kv.value.text, compare.result, String(operand));
  }
  return ordered(kv === undefined ? 0 : numberOf(kv, compare.target), compare.result, Number(operand));
}

function numberOf(kv: KeyValue, target: Exclude<Compare['target'], 'value'>): number {
  switch (target) {
    case 'version':
      return kv.version;
    case 'create':
      return kv.createRevision;
    case 'mod':
      return kv.modRevision;
    case 'lease':
      return kv.leaseId;
  }
}

function ordered<T extends number | string>(left: T, operator: Compare['result'], right: T): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
  }
}
