import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  explanationText,
  jsonHistory,
  judgeEtcdHistory,
  type RecordedOperation,
  readJsonHistory,
  type TimedOperation,
} from '../../../src/checking/index.js';
import { MvccStore } from '../../../src/etcd/storage/index.js';
import { SEEDS, Sometimes } from '../seeds.js';
import { isLinearizableByForce } from './brute-force.js';
import { answerOf, plan, runSequentially, withoutRevisions } from './etcd-histories.js';

/** What a wrong member could have answered: one field of one answer is another. */
const mutation = fc.record({
  at: fc.nat(6),
  what: fc.constantFrom('older revision', 'newer revision', 'value', 'lost key', 'count', 'branch', 'later', 'none'),
});

function mutate(
  records: readonly RecordedOperation[],
  { at, what }: { readonly at: number; readonly what: string },
): RecordedOperation[] {
  return records.map((record, i) => {
    const outcome = JSON.parse(JSON.stringify(record.outcome));
    if (i !== at || outcome.kind === 'error') return record;
    if (what === 'older revision' && outcome.header.revision > 1) outcome.header.revision--;
    if (what === 'newer revision') outcome.header.revision++;
    if (what === 'value' && outcome.kvs?.[0] !== undefined) outcome.kvs[0].value.text = 'x';
    if (what === 'lost key' && outcome.kvs?.length > 0) {
      outcome.kvs.pop();
      outcome.count--;
    }
    if (what === 'count' && outcome.deleted !== undefined) outcome.deleted++;
    if (what === 'branch' && outcome.kind === 'txn') outcome.succeeded = !outcome.succeeded;
    const lateUs = what === 'later' ? 15 : 0;
    return { ...record, outcome, invokedUs: record.invokedUs + lateUs, returnedUs: record.returnedUs! + lateUs };
  });
}

/** By the simulated store itself, which shares no code with the judge. */
function replay(sequence: readonly RecordedOperation[]): boolean {
  const store = new MvccStore();
  return sequence.every(({ request, outcome }) => {
    const answer = answerOf(store, request);
    return outcome?.kind === 'error' || shown(outcome) === shown(answer);
  });
}

/** Answers inside a transaction repeat its header: nothing is said by them. */
function shown(outcome: unknown): string {
  return JSON.stringify(outcome, (name, value) =>
    name === 'responses' ? value.map((response: object) => ({ ...response, header: undefined })) : value,
  );
}

function timed(records: readonly RecordedOperation[]): TimedOperation<RecordedOperation>[] {
  return records
    .filter(({ request, outcome }) => request.kind !== 'range' || outcome?.kind !== 'error')
    .map((op) => {
      const returned = op.outcome?.kind === 'error' ? Number.POSITIVE_INFINITY : op.returnedUs!;
      return { op, invoked: op.invokedUs, returned };
    });
}

describe('histories of etcd operations', () => {
  it.each(SEEDS)('of a correct store are accepted, with revisions and without (seed %i)', (seed) => {
    const sometimes = new Sometimes(
      'lost write that took effect',
      'lost write that did not',
      'several objects',
      'one object',
    );
    fc.assert(
      fc.property(fc.array(plan, { maxLength: 60, size: 'max' }), (plans) => {
        const records = runSequentially(plans);
        const judged = judgeEtcdHistory(records);
        expect(judged.explanation === undefined ? '' : explanationText(judged.explanation, 'us')).toBe('');
        expect(judged.verdict).toBe('linearizable');
        sometimes.saw(
          'lost write that took effect',
          plans.some(({ lost }) => lost === 'done'),
        );
        sometimes.saw(
          'lost write that did not',
          plans.some(({ lost }) => lost === 'not done'),
        );
        const blind = judgeEtcdHistory(withoutRevisions(records.slice(0, 20)));
        expect(blind.verdict).toBe('linearizable');
        sometimes.saw(blind.partitions > 1 ? 'several objects' : 'one object');
      }),
      { seed, numRuns: 150 },
    );
    expect(sometimes.missing()).toEqual([]);
  });

  it.each(SEEDS)('are judged as by trying all orders (seed %i)', (seed) => {
    const sometimes = new Sometimes('linearizable', 'not linearizable', 'blamed on one', 'on two');
    fc.assert(
      fc.property(fc.array(plan, { minLength: 1, maxLength: 6, size: 'max' }), mutation, (plans, change) => {
        const records = mutate(runSequentially(plans), change);
        const expected = isLinearizableByForce(timed(records), replay);
        const { verdict, explanation } = judgeEtcdHistory(records);
        expect(verdict).toBe(expected ? 'linearizable' : 'not-linearizable');
        sometimes.saw(expected ? 'linearizable' : 'not linearizable');
        const blamed = explanation?.operations.length;
        if (blamed !== undefined) expect(blamed).toBeGreaterThan(0);
        sometimes.saw('blamed on one', blamed === 1);
        sometimes.saw('on two', blamed === 2);
      }),
      { seed, numRuns: 1200 },
    );
    expect(sometimes.missing()).toEqual([]);
  });

  it('blames a stale read on the write that it missed', () => {
    const store = new MvccStore();
    const put = (text: string) => ({ kind: 'put', key: 'a', value: { text, sizeBytes: 1 } }) as const;
    const record = (
      client: string,
      fromUs: number,
      request: RecordedOperation['request'],
      outcome = answerOf(store, request),
    ) => {
      return { client, request, invokedUs: fromUs, returnedUs: fromUs + 500, outcome };
    };
    const first = record('c1', 1000, put('x'));
    const stale = answerOf(store, { kind: 'range', key: 'a' });
    const second = record('c1', 2000, put('y'));
    const read = record('c2', 3000, { kind: 'range', key: 'a' }, stale);
    const { verdict, explanation } = judgeEtcdHistory([first, second, read]);
    expect(verdict).toBe('not-linearizable');
    expect(explanationText(explanation!, 'us')).toBe(
      [
        'violated: Linearizability at 3.500 ms',
        '  revision 2 is answered to an operation that began after revision 3 had been seen',
        '  client c1  put a = "y"  -> revision 3               2.000 ms to 2.500 ms',
        '  client c2  range a      -> revision 2: a = "x" @2   3.000 ms to 3.500 ms',
      ]
        .join('\n')
        .replace('@2   3', '@2  3')
        .replace('revision 3               2', 'revision 3              2'),
    );
    const serializable = { ...read, request: { kind: 'range', key: 'a', serializable: true } as const };
    expect(judgeEtcdHistory([first, second, serializable]).verdict).toBe('linearizable');
    const invented = JSON.parse(JSON.stringify(serializable).replace('"x"', '"z"'));
    expect(judgeEtcdHistory([first, second, invented]).explanation?.property).toBe('Serializable Reads');
  });

  it('lets the keys of a lease go at any time, and others not', () => {
    const value = { text: 'x', sizeBytes: 1 };
    const header = { member: 'm1', revision: 2, raftTerm: 2 };
    const put = (leaseId: number): RecordedOperation => ({
      client: 'c1',
      request: { kind: 'put', key: 'a', value, leaseId },
      invokedUs: 0,
      returnedUs: 10,
      outcome: { kind: 'put', header },
    });
    const gone: RecordedOperation = {
      client: 'c1',
      request: { kind: 'range', key: 'a' },
      invokedUs: 20,
      returnedUs: 30,
      outcome: { kind: 'range', header: { ...header, revision: 3 }, kvs: [], count: 0, more: false },
    };
    expect(judgeEtcdHistory([put(7), gone]).verdict).toBe('linearizable');
    expect(judgeEtcdHistory([put(0), gone]).verdict).toBe('not-linearizable');
  });

  it('takes a store that was not empty', () => {
    const store = new MvccStore();
    answerOf(store, { kind: 'put', key: 'a', value: { text: 'x', sizeBytes: 1 } });
    const range = { kind: 'range', key: 'a' } as const;
    const outcome = answerOf(store, range);
    const records = [{ client: 'c1', request: range, invokedUs: 0, returnedUs: 1, outcome }];
    expect(judgeEtcdHistory(records).verdict).toBe('not-linearizable');
    const kvs = outcome.kind === 'range' ? outcome.kvs : [];
    expect(judgeEtcdHistory(records, { start: { revision: 2, kvs } }).verdict).toBe('linearizable');
  });

  it('judges thousands of operations with lost ones among them', () => {
    const [plans] = fc.sample(fc.array(plan, { minLength: 5000, maxLength: 5000 }), { seed: 3, numRuns: 1 });
    const records = runSequentially(plans!.map((one, i) => ({ ...one, lost: i % 50 === 0 ? one.lost : 'no' })));
    expect(judgeEtcdHistory(records).verdict).toBe('linearizable');
    const late = records.findIndex(
      ({ request, outcome }, i) => i > 4000 && request.kind === 'put' && outcome?.kind === 'put',
    );
    const broken = records.map((record, i) =>
      i === late ? { ...record, invokedUs: record.invokedUs + 900, returnedUs: record.returnedUs! + 900 } : record,
    );
    const { verdict, explanation } = judgeEtcdHistory(broken);
    expect(verdict).toBe('not-linearizable');
    expect(explanation?.operations).toHaveLength(2);
  });

  it('survives being written and read', () => {
    const [plans] = fc.sample(fc.array(plan, { minLength: 40 }), { seed: 5, numRuns: 1 });
    const operations = runSequentially(plans!);
    const text = jsonHistory({ operations, watches: [] });
    expect(readJsonHistory(text).operations).toEqual(operations);
    expect(readJsonHistory(`[${text.trim().split('\n').join(',\n')}]`).operations).toEqual(operations);
    expect(() => readJsonHistory('{"client":1,"request":{"kind":"putt"}}\n\n{', 'h.json')).toThrow(
      /h\.json:1: operation\.client: expected a text, found 1\nh\.json:1: operation\.request\.kind: expected one of range, put/,
    );
    const swapped = text.replace(/"outcome":\{"kind":"put"/, '"outcome":{"kind":"compact"');
    expect(() => readJsonHistory(swapped)).toThrow(/compact does not answer put/);
  });
});
