export { findContradiction } from './contradictions.js';
export type { EtcdStart } from './etcd-model.js';
export { HistoryError, type HistoryProblem } from './history-error.js';
export { type RegisterRecord, readJepsenLog } from './jepsen-log.js';
export { jsonHistory, type OperationHistory, readJsonHistory } from './json-format.js';
export { type EtcdJudgeOptions, judgeEtcdHistory } from './judge-etcd.js';
export { acknowledgedEvents, type History, type HistoryJudgement, judgeHistory, readHistory } from './judge-history.js';
export { judgeRegisters } from './judge-registers.js';
export { judgeLeases, type LeaseJudgeOptions } from './leases.js';
export { type Certainty, certaintyOf, type RecordedOperation } from './recorded-operation.js';
export { DEFAULT_SEARCH_LIMIT, type SearchResult, search } from './search.js';
export type { SequentialModel, TimedOperation } from './sequential-model.js';
export { judgeSessions, type MemberRestart } from './sessions.js';
export {
  type ExplainedOperation,
  type Explanation,
  explanationText,
  type HistoryTime,
  type HistoryVerdict,
} from './verdict.js';
export { judgeWatches, type RecordedWatch, type WatchObservation } from './watch-guarantees.js';
