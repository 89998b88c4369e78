import type { KeyValue } from '../../api/index.js';
import { type EtcdOperation, isStale, partsOf, revisionOf, shownKeys } from './etcd-operation.js';
import type { TimedOperation } from './sequential-model.js';

type Known = TimedOperation<EtcdOperation>;

/** Operations that cannot all be true, and why. */
export interface Contradiction {
  readonly reason: string;
  readonly operations: readonly Known[];
}

/**
 * One or two operations whose answers contradict each other by their revisions alone, if there are any.
 *
 * Not a proof of the opposite: longer contradictions are for the search. O(n log n).
 *
 * @param operations of one history whose answers have revisions
 */
export function findContradiction(operations: readonly Known[]): Contradiction | undefined {
  const known = operations.filter(({ op }) => op.response !== undefined && !isStale(op.request));
  known.sort((a, b) => a.invoked - b.invoked || a.returned - b.returned);
  return backInTime(known) ?? new Writers(known).findContradiction(known);
}

/** A revision seen before its time: an operation that began after another had returned is ordered before it. */
function backInTime(known: readonly Known[]): Contradiction | undefined {
  const byReturn = [...known].sort((a, b) => a.returned - b.returned);
  let newest: Known | undefined;
  let returned = 0;
  for (const operation of known) {
    for (; byReturn[returned] !== undefined && byReturn[returned]!.returned < operation.invoked; returned++) {
      const before = byReturn[returned]!;
      if (newest === undefined || headerOf(before) > headerOf(newest)) newest = before;
    }
    if (newest === undefined || newest.op.request.kind === 'lease-revoke') continue;
    const seen = headerOf(newest);
    const own = headerOf(operation);
    if (own < seen) {
      return {
        reason: `revision ${own} is answered to an operation that began after revision ${seen} had been seen`,
        operations: [newest, operation],
      };
    }
    if (own === seen && makesRevision(operation)) {
      return {
        reason: `revision ${own} was seen before the operation that made it began`,
        operations: [newest, operation],
      };
    }
  }
  return undefined;
}

/** Who made which revision, and what was seen of it. */
class Writers {
  private readonly makers = new Map<number, Known>();
  /** By key, in the order of their revisions: operations that certainly put it. */
  private readonly putters = new Map<string, Known[]>();
  private readonly witnesses = new Map<string, { readonly kv: KeyValue; readonly by: Known }>();
  private readonly twice: Contradiction | undefined;

  constructor(known: readonly Known[]) {
    const makers = known.filter(makesRevision).sort((a, b) => headerOf(a) - headerOf(b));
    for (const maker of makers) {
      const revision = headerOf(maker);
      const other = this.makers.get(revision);
      if (other !== undefined) {
        this.twice ??= { reason: `both made revision ${revision}`, operations: [other, maker] };
      }
      this.makers.set(revision, maker);
      for (const key of keysPut(maker)) {
        const own = this.putters.get(key);
        if (own === undefined) this.putters.set(key, [maker]);
        else own.push(maker);
      }
    }
  }

  findContradiction(known: readonly Known[]): Contradiction | undefined {
    if (this.twice !== undefined) return this.twice;
    for (const operation of known) {
      for (const kv of shownKeys(operation.op.response!)) {
        const found =
          this.againstMaker(operation, kv) ?? this.againstNewer(operation, kv) ?? this.againstWitness(operation, kv);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  private againstMaker(operation: Known, kv: KeyValue): Contradiction | undefined {
    if (kv.modRevision > headerOf(operation)) {
      return {
        reason: `${kv.key} has revision ${kv.modRevision} in an answer of revision ${headerOf(operation)}`,
        operations: [operation],
      };
    }
    const maker = this.makers.get(kv.modRevision);
    if (maker === undefined) return undefined;
    const put = partsOf(maker.op.request, maker.op.response).find(
      (part) => part.operation.kind === 'put' && part.operation.key === kv.key,
    )?.operation;
    if (put?.kind !== 'put') {
      return { reason: `revision ${kv.modRevision} did not write ${kv.key}`, operations: pair(maker, operation) };
    }
    if (put.value.text === kv.value.text || kv.value.text === '') return undefined;
    return {
      reason: `revision ${kv.modRevision} wrote ${kv.key} = ${quote(put.value.text)}, read as ${quote(kv.value.text)}`,
      operations: pair(maker, operation),
    };
  }

  /** A newer value that an answer should have shown. */
  private againstNewer(operation: Known, kv: KeyValue): Contradiction | undefined {
    const { request } = operation.op;
    // Other requests may look at an older state, or at what they wrote themselves.
    if (request.kind === 'txn' || (request.kind === 'range' && request.revision)) return undefined;
    const upTo = headerOf(operation) - (makesRevision(operation) ? 1 : 0);
    const putters = this.putters.get(kv.key) ?? [];
    const newest = putters[countUpTo(putters, upTo) - 1];
    if (newest === undefined || headerOf(newest) <= kv.modRevision) return undefined;
    return {
      reason:
        `an answer of revision ${headerOf(operation)} shows ${kv.key} of revision ${kv.modRevision}, ` +
        `but revision ${headerOf(newest)} wrote it`,
      operations: pair(newest, operation),
    };
  }

  private againstWitness(operation: Known, kv: KeyValue): Contradiction | undefined {
    const id = `${kv.modRevision} ${kv.key}`;
    const seen = this.witnesses.get(id);
    if (seen === undefined) {
      this.witnesses.set(id, { kv, by: operation });
      return undefined;
    }
    const isSameValue = seen.kv.value.text === kv.value.text || seen.kv.value.text === '' || kv.value.text === '';
    if (isSameValue && seen.kv.version === kv.version && seen.kv.createRevision === kv.createRevision) return undefined;
    return { reason: `${kv.key} of revision ${kv.modRevision} is shown in two ways`, operations: [seen.by, operation] };
  }
}

function headerOf(operation: Known): number {
  return revisionOf(operation.op.response);
}

function makesRevision({ op }: Known): boolean {
  return !op.isReadOnly && op.request.kind !== 'lease-revoke';
}

function keysPut({ op }: Known): string[] {
  return partsOf(op.request, op.response).flatMap(({ operation }) => (operation.kind === 'put' ? [operation.key] : []));
}

function pair(a: Known, b: Known): Known[] {
  return a === b ? [a] : [a, b];
}

/** How many of these made a revision <= `revision`. */
function countUpTo(makers: readonly Known[], revision: number): number {
  let low = 0;
  let high = makers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (headerOf(makers[middle]!) <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
