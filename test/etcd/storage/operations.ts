import fc from 'fast-check';
import {
  type Compare,
  type DeleteRangeRequest,
  type PutRequest,
  prefixRangeEnd,
  type RangeRequest,
  type TxnOperation,
  type TxnRequest,
} from '../../../src/api/index.js';

export type Write = PutRequest | DeleteRangeRequest | TxnRequest;

/** Few keys, so that they meet: prefixes of one another, a sibling, what sorts last, and a pair outside ASCII. */
const KEYS = ['a', 'a/', 'a/1', 'a/10', 'a/2', 'a0', 'b', 'b/1', 'é', '\ud83d\ude00', '\uffff'];

export const key = fc.constantFrom(...KEYS);

/** A key with any kind of range end: none, empty, all from here on, the prefix, another key (maybe a lower one). */
export const keys = fc
  .record({ key, kind: fc.constantFrom('one', 'one', 'empty', 'from', 'prefix', 'other', 'all'), other: key })
  .map(({ key, kind, other }): { readonly key: string; readonly rangeEnd?: string } => {
    switch (kind) {
      case 'empty':
        return { key, rangeEnd: '' };
      case 'from':
        return { key, rangeEnd: '\0' };
      case 'prefix':
        return { key, rangeEnd: prefixRangeEnd(key) };
      case 'other':
        return { key, rangeEnd: other };
      case 'all':
        return { key: '\0', rangeEnd: '\0' };
      default:
        return { key };
    }
  });

const value = fc.constantFrom('', 'x', 'y', 'z').map((text) => ({ text, sizeBytes: text.length }));

export const put: fc.Arbitrary<PutRequest> = fc
  .record({ key, value, leaseId: fc.constantFrom(0, 0, 7, 8), previousKv: fc.boolean() })
  .map((fields) => ({ kind: 'put', ...fields }));

export const deleteRange: fc.Arbitrary<DeleteRangeRequest> = fc
  .record({ keys, previousKv: fc.boolean() })
  .map(({ keys, previousKv }) => ({ kind: 'delete-range', ...keys, previousKv }));

/** A revision as the runs know it: 0 for the newest, or a share of all there were, a bit of the future included. */
export const revisionShare = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 110 }) },
);

export function revisionOf(share: number, revision: number): number {
  return share === 0 ? 0 : Math.max(1, Math.round((share * revision) / 100));
}

export const range: fc.Arbitrary<RangeRequest> = fc
  .record({
    keys,
    limit: fc.constantFrom(0, 0, 1, 2, 5),
    revision: revisionShare,
    countOnly: rarely(),
    keysOnly: rarely(),
  })
  .map(({ keys, ...rest }) => ({ kind: 'range', ...keys, ...rest }));

const compare: fc.Arbitrary<Compare> = fc
  .record({ key, result: fc.constantFrom('=', '!=', '<', '>') })
  .chain((common) =>
    fc.oneof(
      fc
        .record({
          target: fc.constantFrom('version', 'create', 'mod', 'lease'),
          operand: fc.integer({ min: 0, max: 9 }),
        })
        .map((rest) => ({ ...common, ...rest }) as Compare),
      fc.constantFrom('', 'x', 'y').map((operand) => ({ ...common, target: 'value', operand }) as Compare),
    ),
  );

const operations: fc.Arbitrary<TxnOperation[]> = fc.array(fc.oneof(put, deleteRange, range), { maxLength: 4 });

export const txn: fc.Arbitrary<TxnRequest> = fc
  .record({ compares: fc.array(compare, { maxLength: 2 }), success: operations, failure: operations })
  .map((fields) => ({ kind: 'txn', ...fields }));

export const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 4, arbitrary: put },
  { weight: 1, arbitrary: deleteRange },
  { weight: 2, arbitrary: txn },
);

/** Puts real revisions where the shares are. */
export function withRevisions<T extends Write | RangeRequest>(request: T, revision: number): T {
  if (request.kind === 'range') return { ...request, revision: revisionOf(request.revision ?? 0, revision) };
  if (request.kind !== 'txn') return request;
  const real = (operation: TxnOperation): TxnOperation =>
    operation.kind === 'range' ? withRevisions(operation, revision) : operation;
  return { ...request, success: request.success.map(real), failure: request.failure.map(real) };
}

/** Reads inside a transaction look at the newest revision: then nothing that was compacted can refuse it. */
export function withoutRevisions(request: Write): Write {
  if (request.kind !== 'txn') return request;
  const newest = (operation: TxnOperation): TxnOperation =>
    operation.kind === 'range' ? { ...operation, revision: 0 } : operation;
  return { ...request, success: request.success.map(newest), failure: request.failure.map(newest) };
}

function rarely(): fc.Arbitrary<boolean> {
  return fc.constantFrom(false, false, false, true);
}
