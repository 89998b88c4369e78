import { type SearchResult, search } from './search.js';
import type { SequentialModel, TimedOperation } from './sequential-model.js';

/** What a history is searched with; made anew for each part of it, as models may look ahead in it. */
export interface Judge<Op> {
  model(operations: readonly TimedOperation<Op>[]): SequentialModel<Op, unknown>;
  /** The operation without its answer; undefined if nothing of it is left then. */
  withoutAnswer(op: Op): Op | undefined;
}

/** Configurations that all attempts of one shrinking may look at together. */
const SHRINK_LIMIT = 400_000;

/**
 * The operations that contradict one another: leave out any, and the rest can be put in order.
 *
 * To leave one out is to forget its answer: it may then have happened at any time after its start, or never. So what is
 * left cannot be ordered *whatever the others did*, and taken by itself neither. First all after the stuck point goes,
 * then ever smaller parts. Local: no single one of the rest can go, but a smaller contradiction may exist elsewhere.
 * Source: delta debugging, Zeller & Hildebrandt 2002.
 *
 * @param stuckTime time beyond which no order reached
 * @returns operations of the list given, all with a known answer, by invocation
 */
export function shrink<Op>(
  operations: readonly TimedOperation<Op>[],
  judge: Judge<Op>,
  stuckTime: number,
): readonly TimedOperation<Op>[] {
  let budget = SHRINK_LIMIT;
  const seen = operations.filter(({ invoked }) => invoked <= stuckTime);
  const candidates = seen.filter(({ returned }) => returned <= stuckTime);
  const contradicts = (kept: ReadonlySet<TimedOperation<Op>>): boolean => {
    if (budget <= 0) return false;
    const part = seen.flatMap((operation) => weakened(operation, kept.has(operation), judge));
    const limit = Math.max(100, Math.min(budget, 20_000));
    const result: SearchResult = search(part, judge.model(part), limit);
    // A search of a long history costs its length even if it never branches.
    budget -= part.length / 10 + (result.kind === 'undecided' ? limit : result.steps);
    return result.kind === 'not-linearizable';
  };
  // Late operations matter most: what happened long before the stuck point goes first.
  let kept = candidates.sort((a, b) => a.invoked - b.invoked);
  for (let size = Math.ceil(kept.length / 2); size >= 1; ) {
    let removed = false;
    for (let from = 0; from < kept.length; ) {
      const rest = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (contradicts(new Set(rest))) {
        kept = rest;
        removed = true;
      } else from += size;
    }
    if (size === 1 && !removed) break;
    size = removed ? Math.min(size, Math.ceil(kept.length / 2)) : Math.floor(size / 2);
    if (kept.length === 0) break;
  }
  return kept;
}

function weakened<Op>(operation: TimedOperation<Op>, isKept: boolean, judge: Judge<Op>): TimedOperation<Op>[] {
  if (isKept || operation.returned === Number.POSITIVE_INFINITY) return [operation];
  const op = judge.withoutAnswer(operation.op);
  return op === undefined ? [] : [{ op, invoked: operation.invoked, returned: Number.POSITIVE_INFINITY }];
}
