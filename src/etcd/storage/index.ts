export { type KeyRange, keyRange, rangeContains } from './key-range.js';
export { type LeaseCheckpoint, type LeaseInfo, Lessor, type LessorConfig } from './lessor.js';
export { type LeaseBook, MvccStore, type StoreSnapshot } from './mvcc-store.js';
export {
  type Applied,
  type ApplyResult,
  type DeleteRangeResult,
  type PutResult,
  type RangeResult,
  type TxnOperationResult,
  type TxnResult,
  withHeader,
} from './results.js';
export { checkOperation, checkTxn, compareHolds } from './txn.js';
export { type WatchHistory, WatchHub, type WatchHubConfig } from './watch-hub.js';
