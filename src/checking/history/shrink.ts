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
  // Reads first: with the writes still there, an explanation says where each value comes from.
  const isRead = ({ op }: TimedOperation<Op>): boolean => judge.withoutAnswer(op) === undefined;
  const ordered = candidates.sort((a, b) => a.invoked - b.invoked);
  const withFewReads = minimal(ordered, isRead, contradicts);
  return minimal(withFewReads, () => true, contradicts);
}

/** Takes away parts, ever smaller, of what `mayGo`, as long as the rest `contradicts`. */
function minimal<T>(
  elements: readonly T[],
  mayGo: (element: T) => boolean,
  contradicts: (kept: ReadonlySet<T>) => boolean,
): readonly T[] {
  let kept = elements;
  for (let size = Math.ceil(kept.length / 2); size >= 1; ) {
    let hasChanged = false;
    const open = kept.filter(mayGo);
    for (let from = 0; from < open.length; from += size) {
      const part = new Set(open.slice(from, from + size));
      const rest = kept.filter((element) => !part.has(element));
      if (!contradicts(new Set(rest))) continue;
      kept = rest;
      hasChanged = true;
    }
    if (size === 1 && !hasChanged) break;
    size = size === 1 ? 1 : Math.floor(size / 2);
  }
  return kept;
}

function weakened<Op>(operation: TimedOperation<Op>, isKept: boolean, judge: Judge<Op>): TimedOperation<Op>[] {
  if (isKept || operation.returned === Number.POSITIVE_INFINITY) return [operation];
  const op = judge.withoutAnswer(operation.op);
  return op === undefined ? [] : [{ op, invoked: operation.invoked, returned: Number.POSITIVE_INFINITY }];
}
