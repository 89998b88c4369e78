import type { WatchEvent } from '../../api/index.js';
import type { Violation } from '../invariants/index.js';
import { partsOf, revisionOf } from './etcd-operation.js';
import { type RegisterRecord, readJepsenLog } from './jepsen-log.js';
import { type OperationHistory, readJsonHistory } from './json-format.js';
import { type EtcdJudgeOptions, judgeEtcdHistory } from './judge-etcd.js';
import { judgeRegisters } from './judge-registers.js';
import { certaintyOf, type RecordedOperation } from './recorded-operation.js';
import { judgeSessions, type MemberRestart } from './sessions.js';
import type { HistoryTime, HistoryVerdict } from './verdict.js';
import { judgeWatches } from './watch-guarantees.js';

/** A history as it stands in a file. */
export type History =
  | { readonly format: 'jepsen'; readonly records: readonly RegisterRecord[] }
  | ({ readonly format: 'operations' } & OperationHistory);

/** What is to be said of a history. */
export interface HistoryJudgement extends HistoryVerdict {
  readonly time: HistoryTime;
  /** Broken promises other than linearizability: sessions and watches. */
  readonly violations: readonly Violation[];
}

/**
 * Reads a history in either format, told apart by its content.
 *
 * @throws HistoryError if it is in neither, or wrong in its own
 */
export function readHistory(content: string, file = 'history'): History {
  const start = content.trimStart().charAt(0);
  if (start !== '{' && start !== '[') return { format: 'jepsen', records: readJepsenLog(content, file) };

  return { format: 'operations', ...readJsonHistory(content, file) };
}

/** Judges a history by all that is promised of its kind. */
export function judgeHistory(
  history: History,
  options: EtcdJudgeOptions & { readonly restarts?: readonly MemberRestart[] } = {},
): HistoryJudgement {
  if (history.format === 'jepsen') {
    return { ...judgeRegisters(history.records, options.limit), time: 'line', violations: [] };
  }
  const { operations, watches } = history;
  const violations = [
    ...judgeSessions(operations, options.restarts),
    ...judgeWatches(watches, acknowledgedEvents(operations)),
  ];
  return { ...judgeEtcdHistory(operations, options), time: 'us', violations };
}

/** The puts that clients were told of, as events: each has happened for certain. Deletes do not say what they deleted. */
export function acknowledgedEvents(records: readonly RecordedOperation[]): WatchEvent[] {
  const events: WatchEvent[] = [];
  for (const record of records) {
    const { request, outcome } = record;
    if (certaintyOf(record) !== 'answered' || (request.kind !== 'put' && request.kind !== 'txn')) continue;
    if (outcome?.kind !== 'put' && outcome?.kind !== 'txn') continue;
    const modRevision = revisionOf(outcome);
    for (const { operation } of partsOf(request, outcome)) {
      if (operation.kind !== 'put' || modRevision === 0) continue;
      const { key, value, leaseId = 0 } = operation;
      // Creation and version are not in the answer: 0 stands for unknown.
      const event: WatchEvent = {
        type: 'put',
        kv: { key, value, modRevision, createRevision: 0, version: 0, leaseId },
      };
      events.push(event);
    }
  }
  return events;
}
