import fc from 'fast-check';
import { ETCD_ERRORS, type Outcome, type Request } from '../../../src/api/index.js';
import type { RecordedOperation } from '../../../src/checking/index.js';
import { MvccStore, withHeader } from '../../../src/etcd/storage/index.js';

/** What a client of a history does, and when: times relative, in the history's own unit. */
export interface Plan {
  readonly request: Request;
  /** Since the last one took effect. */
  readonly gap: number;
  /** From the invocation to the effect, and from there to the answer. */
  readonly before: number;
  readonly after: number;
  /** The client hears nothing; whether it took effect all the same. */
  readonly lost: 'no' | 'done' | 'not done';
}

const key = fc.constantFrom('a', 'b');
const value = fc.constantFrom('x', 'y').map((text) => ({ text, sizeBytes: 1 }));
const put = fc.record({ key, value, previousKv: fc.boolean() }).map((fields) => ({ kind: 'put', ...fields }) as const);
const range = fc.oneof(
  key.map((key) => ({ kind: 'range', key }) as const),
  fc.constant({ kind: 'range', key: 'a', rangeEnd: 'c' } as const),
  fc.constant({ kind: 'range', key: 'a', rangeEnd: 'c', limit: 1 } as const),
  fc.constant({ kind: 'range', key: 'a', rangeEnd: 'c', countOnly: true } as const),
);
const remove = fc.oneof(
  key.map((key) => ({ kind: 'delete-range', key }) as const),
  fc.constant({ kind: 'delete-range', key: 'a', rangeEnd: 'c', previousKv: true } as const),
);
const compare = fc.oneof(
  fc.record({ key, target: fc.constantFrom('mod', 'version', 'create'), operand: fc.nat(4) }),
  fc.record({ key, target: fc.constant('value' as const), operand: fc.constantFrom('x', 'y') }),
);
const txn = fc
  .record({ compare, result: fc.constantFrom('=', '<', '!='), put, other: fc.oneof(range, remove) })
  .map(({ compare, result, put, other }) => {
    return { kind: 'txn', compares: [{ ...compare, result }], success: [put], failure: [other] } as const;
  });

export const plan: fc.Arbitrary<Plan> = fc.record({
  request: fc.oneof(
    { weight: 3, arbitrary: put },
    { weight: 3, arbitrary: range },
    remove,
    txn,
  ) as fc.Arbitrary<Request>,
  gap: fc.nat(4),
  before: fc.nat(6),
  after: fc.nat(6),
  lost: fc.constantFrom('no', 'no', 'no', 'no', 'done', 'not done'),
});

/** Runs the plans one after another, each at its moment of effect: linearizable whatever the plans. */
export function runSequentially(plans: readonly Plan[]): RecordedOperation[] {
  const store = new MvccStore();
  let effectUs = 20;
  return plans.map(({ request, gap, before, after, lost }, i) => {
    effectUs += gap + 1;
    const answer = lost === 'not done' ? undefined : answerOf(store, request);
    return {
      client: `c${i % 5}`,
      request,
      invokedUs: effectUs - before,
      returnedUs: effectUs + after,
      outcome: lost === 'no' ? answer! : ETCD_ERRORS.timeout,
    };
  });
}

/** What a store answers, with the header of the moment. */
export function answerOf(store: MvccStore, request: Request): Outcome {
  switch (request.kind) {
    case 'range': {
      const result = store.range(request);
      return result.kind === 'error' ? result : withHeader(result, headerOf(store));
    }
    case 'put':
    case 'delete-range':
    case 'txn': {
      const { response } = store.apply(request);
      return response.kind === 'error' ? response : withHeader(response, headerOf(store));
    }
    default:
      throw new Error(`no ${request.kind} in these histories`);
  }
}

function headerOf(store: MvccStore): { member: string; revision: number; raftTerm: number } {
  return { member: 'm1', revision: store.revision, raftTerm: 2 };
}

/** The history with no revision in it, as a recorder without them would have it. */
export function withoutRevisions(records: readonly RecordedOperation[]): RecordedOperation[] {
  return JSON.parse(JSON.stringify(records), (name, value) =>
    name === 'revision' || name === 'createRevision' || name === 'modRevision' ? 0 : value,
  );
}
