import { findContradiction } from './contradictions.js';
import { EMPTY_START, type EtcdStart, etcdModel, hasRevisions } from './etcd-model.js';
import { type EtcdOperation, keyOperations } from './etcd-operation.js';
import type { RevisionMode } from './etcd-state.js';
import { describeOutcome, describeRequest } from './etcd-words.js';
import { partitionByKey } from './partition.js';
import type { RecordedOperation } from './recorded-operation.js';
import { DEFAULT_SEARCH_LIMIT, search } from './search.js';
import type { TimedOperation } from './sequential-model.js';
import { type Judge, shrink } from './shrink.js';
import { findInventedRead } from './stale-reads.js';
import type { ExplainedOperation, Explanation, HistoryVerdict } from './verdict.js';

export interface EtcdJudgeOptions {
  /** What was in the store before the history began. */
  readonly start?: EtcdStart;
  /** Configurations to look at before giving up. */
  readonly limit?: number;
}

/** Longer histories are explained by their stuck point alone. */
const LONGEST_TO_SHRINK = 2000;

/**
 * Whether a history of etcd operations is linearizable (Range, Put, DeleteRange, Txn, lease revocation), and whether each
 * serializable read shows a state that was.
 *
 * Answers with revisions make the whole store one object with a known order, so the search hardly ever branches.
 * Without them (all headers 0) keys are judged apart, as far as no range or transaction joins them.
 */
export function judgeEtcdHistory(
  records: readonly RecordedOperation[],
  options: EtcdJudgeOptions = {},
): HistoryVerdict {
  const { start = EMPTY_START, limit = DEFAULT_SEARCH_LIMIT } = options;
  const mode: RevisionMode = { hasRevisions: hasRevisions(records) };
  const all = keyOperations(records, mode);
  const parts = mode.hasRevisions ? [all] : partitionByKey(all);
  const counts = { operations: records.length, partitions: parts.length };
  const refused = (explanation: Explanation): HistoryVerdict => ({
    verdict: 'not-linearizable',
    ...counts,
    explanation,
  });
  let isUndecided = false;
  for (const part of parts) {
    // Most of what goes wrong shows in the revisions of two answers, without a search.
    const contradiction = mode.hasRevisions ? findContradiction(part) : undefined;
    if (contradiction !== undefined) return refused(explain(contradiction.reason, contradiction.operations));
    const model = etcdModel(records, part, start, mode);
    const result = search(part, model, limit);
    if (result.kind === 'undecided') {
      isUndecided = true;
    } else if (result.kind === 'not-linearizable') {
      return refused(explainStuck(part, result.stuckAt, result.time, start, mode));
    } else if (mode.hasRevisions) {
      const order = result.order.map((i) => part[i]!);
      const invented = findInventedRead(records, order, model.initial, model.step);
      if (invented !== undefined) return refused(explainInvented(invented.read, invented.maker));
    }
  }
  return { verdict: isUndecided ? 'undecided' : 'linearizable', ...counts, explanation: undefined };
}

function explainStuck(
  part: readonly TimedOperation<EtcdOperation>[],
  stuckAt: number,
  time: number,
  start: EtcdStart,
  mode: RevisionMode,
): Explanation {
  const stuck = part[stuckAt]!;
  const seen = part.filter(({ invoked }) => invoked <= time).length;
  if (seen > LONGEST_TO_SHRINK) {
    return explain(`no order of the ${seen} operations begun until then explains this answer`, [stuck]);
  }
  const judge: Judge<EtcdOperation> = {
    model: (operations) => etcdModel(recordsOf(operations), operations, start, mode),
    withoutAnswer: (op) => (op.isReadOnly ? undefined : { ...op, response: undefined }),
  };
  const kept = shrink(part, judge, time);
  const reason =
    kept.length === 1
      ? 'nothing that began before it returned explains this answer'
      : `no order of these ${kept.length} operations gives these answers, whatever the others did`;
  return explain(reason, kept);
}

/** The records behind operations whose answers count. */
function recordsOf(operations: readonly TimedOperation<EtcdOperation>[]): RecordedOperation[] {
  return operations.flatMap(({ op }) => (op.response === undefined || op.record === undefined ? [] : [op.record]));
}

function explain(reason: string, operations: readonly TimedOperation<EtcdOperation>[]): Explanation {
  const explained = operations.flatMap(({ op }) => (op.record === undefined ? [] : [explainRecord(op.record)]));
  return { property: 'Linearizability', reason, operations: explained };
}

function explainInvented(read: RecordedOperation, maker: TimedOperation<EtcdOperation> | undefined): Explanation {
  const operations = maker?.op.record === undefined ? [read] : [maker.op.record, read];
  return {
    property: 'Serializable Reads',
    reason: 'this read shows a state that the store did not have at the revision it names',
    operations: operations.map(explainRecord),
  };
}

export function explainRecord(record: RecordedOperation): ExplainedOperation {
  const { client, request, invokedUs, returnedUs, outcome } = record;
  return {
    client,
    asked: describeRequest(request),
    answer: describeOutcome(outcome),
    invoked: invokedUs,
    returned: returnedUs ?? invokedUs,
  };
}
