import { describe, expect, it } from 'vitest';
import { ETCD_ERRORS, prefixRangeEnd, type ResponseHeader, type TxnOperation } from '../../../src/api/index.js';
import { checkOperation, checkTxn, MvccStore, withHeader } from '../../../src/etcd/storage/index.js';

const value = (text: string) => ({ text, sizeBytes: text.length });
const put = (key: string, text = 'v') => ({ kind: 'put', key, value: value(text) }) as const;
const get = (key: string, revision = 0) => ({ kind: 'range', key, revision }) as const;
const remove = (key: string, rangeEnd?: string) =>
  ({ kind: 'delete-range', key, ...(rangeEnd === undefined ? {} : { rangeEnd }) }) as const;
const txn = (...success: TxnOperation[]) => ({ kind: 'txn', compares: [], success, failure: [] }) as const;

function storeWith(...keys: string[]): MvccStore {
  const store = new MvccStore();
  for (const key of keys) store.apply(put(key));
  return store;
}

function kvOf(store: MvccStore, key: string, revision = 0) {
  const result = store.range(get(key, revision));
  return result.kind === 'error' ? result : result.kvs[0];
}

describe('revisions', () => {
  it('start at 1 in an empty store', () => {
    expect(new MvccStore().revision).toBe(1);
  });

  it('number the writes of a key, and start anew after a delete', () => {
    const store = storeWith('a', 'a');
    expect(kvOf(store, 'a')).toMatchObject({ createRevision: 2, modRevision: 3, version: 2 });
    store.apply(remove('a'));
    expect(kvOf(store, 'a')).toBeUndefined();
    store.apply(put('a'));
    expect(kvOf(store, 'a')).toMatchObject({ createRevision: 5, modRevision: 5, version: 1 });
    expect(kvOf(store, 'a', 3)).toMatchObject({ version: 2 });
    expect(kvOf(store, 'a', 4)).toBeUndefined();
  });

  it('do not rise with a delete of nothing or a transaction that writes nothing', () => {
    const store = storeWith('a');
    expect(store.apply(remove('b')).events).toEqual([]);
    store.apply(txn(get('a'), remove('b')));
    store.apply(txn());
    expect(store.revision).toBe(2);
  });

  it('are shared by all writes of a transaction, and its reads see the writes before them', () => {
    const store = storeWith('a');
    const { response, events } = store.apply(txn(get('b'), put('b', 'new'), get('b'), remove('a'), get('a')));
    expect(store.revision).toBe(3);
    expect(events.map(({ type, kv }) => [type, kv.key, kv.modRevision])).toEqual([
      ['put', 'b', 3],
      ['delete', 'a', 3],
    ]);
    expect(response).toMatchObject({
      succeeded: true,
      responses: [
        { count: 0 },
        { kind: 'put' },
        { count: 1, kvs: [{ key: 'b', modRevision: 3 }] },
        { deleted: 1 },
        { count: 0 },
      ],
    });
  });
});

describe('a range', () => {
  const store = storeWith('a', 'a/1', 'a/2', 'a0', 'b');
  const keysOf = (key: string, rangeEnd: string) => {
    const result = store.range({ kind: 'range', key, rangeEnd });
    return result.kind === 'error' ? result : result.kvs.map((kv) => kv.key);
  };

  it('takes a prefix, an interval, and all from a key on', () => {
    expect(keysOf('a/', prefixRangeEnd('a/'))).toEqual(['a/1', 'a/2']);
    expect(keysOf('a/2', 'b')).toEqual(['a/2', 'a0']);
    expect(keysOf('a0', '\0')).toEqual(['a0', 'b']);
    expect(keysOf('\0', '\0')).toHaveLength(5);
    expect(keysOf('b', 'a')).toEqual([]);
  });

  it('counts all keys whatever the limit', () => {
    const range = { kind: 'range', key: 'a', rangeEnd: 'b' } as const;
    expect(store.range({ ...range, limit: 2 })).toMatchObject({
      count: 4,
      more: true,
      kvs: [{ key: 'a' }, { key: 'a/1' }],
    });
    expect(store.range({ ...range, limit: 4 })).toMatchObject({ count: 4, more: false });
    expect(store.range({ ...range, countOnly: true, limit: 1 })).toEqual({
      kind: 'range',
      kvs: [],
      count: 4,
      more: false,
    });
    expect(store.range({ ...range, keysOnly: true, limit: 1 })).toMatchObject({ kvs: [{ value: { sizeBytes: 0 } }] });
  });
});

describe('a compaction', () => {
  it('keeps what a read at its revision sees, and refuses older reads', () => {
    const store = storeWith('a', 'b', 'a');
    expect(store.compact(3)).toBeUndefined();
    expect(kvOf(store, 'a', 3)).toMatchObject({ modRevision: 2 });
    expect(kvOf(store, 'a', 2)).toBe(ETCD_ERRORS.compacted);
    expect(kvOf(store, 'a', 5)).toBe(ETCD_ERRORS.futureRevision);
  });

  it('refuses a revision twice, an older and a future one', () => {
    const store = storeWith('a', 'b');
    expect(store.compact(4)).toBe(ETCD_ERRORS.futureRevision);
    store.compact(3);
    expect(store.compact(3)).toBe(ETCD_ERRORS.compacted);
    expect(store.compact(2)).toBe(ETCD_ERRORS.compacted);
  });
});

describe('a transaction', () => {
  it('is refused before it is proposed where it writes a key twice', () => {
    expect(checkTxn(txn(put('a'), put('a')))).toBe(ETCD_ERRORS.duplicateKey);
    expect(checkTxn(txn(put('a/1'), remove('a/', 'a0')))).toBe(ETCD_ERRORS.duplicateKey);
    expect(checkTxn(txn(remove('a'), put('a')))).toBe(ETCD_ERRORS.duplicateKey);
    expect(checkTxn(txn(remove('a'), remove('a'), put('b'), get('b')))).toBeUndefined();
    // Only one branch is ever executed.
    expect(checkTxn({ kind: 'txn', compares: [], success: [put('a')], failure: [put('a')] })).toBeUndefined();
  });

  it('is refused with an empty key anywhere', () => {
    expect(checkTxn(txn(put('')))).toBe(ETCD_ERRORS.emptyKey);
    const compare = { key: '', target: 'mod', result: '=', operand: 0 } as const;
    expect(checkTxn({ kind: 'txn', compares: [compare], success: [], failure: [] })).toBe(ETCD_ERRORS.emptyKey);
    expect(checkOperation(get(''))).toBe(ETCD_ERRORS.emptyKey);
  });

  it.each([
    ['mod', '=', 2, true],
    ['mod', '<', 2, false],
    ['create', '>', 1, true],
    ['version', '!=', 1, false],
    ['lease', '=', 7, true],
    ['value', '=', 'v', true],
    ['value', '<', 'w', true],
    ['value', '>', 'v', false],
  ] as const)('compares %s %s %s of a key', (target, result, operand, holds) => {
    const store = new MvccStore();
    store.apply({ ...put('a'), leaseId: 7 });
    const compares = [{ key: 'a', target, result, operand }];
    const { response } = store.apply({ kind: 'txn', compares, success: [], failure: [] });
    expect(response).toMatchObject({ succeeded: holds });
  });

  it('takes a missing key as 0, but no comparison of its value holds', () => {
    const holds = (target: 'mod' | 'value', result: '=' | '!=', operand: number | string) => {
      const compares = [{ key: 'none', target, result, operand }];
      const { response } = new MvccStore().apply({ kind: 'txn', compares, success: [], failure: [] });
      return response.kind === 'txn' && response.succeeded;
    };
    expect(holds('mod', '=', 0)).toBe(true);
    expect(holds('mod', '!=', 0)).toBe(false);
    expect(holds('value', '=', '')).toBe(false);
    expect(holds('value', '!=', 'x')).toBe(false);
  });

  it('changes nothing when one of its leases or revisions does not exist', () => {
    const store = storeWith('a');
    const leases = { has: () => false, attach: () => {}, detach: () => {} };
    const leased = txn(put('b'), { ...put('c'), leaseId: 9 });
    expect(store.apply(leased, leases)).toEqual({ response: ETCD_ERRORS.leaseNotFound, events: [] });
    expect(store.apply(txn(put('b'), get('a', 3)))).toEqual({ response: ETCD_ERRORS.futureRevision, events: [] });
    expect(store.revision).toBe(2);
    expect(kvOf(store, 'b')).toBeUndefined();
  });
});

describe('a response', () => {
  it('gets one header for all of its parts', () => {
    const header: ResponseHeader = { member: 'm1', revision: 2, raftTerm: 1 };
    const { response } = new MvccStore().apply(txn(put('a'), get('a')));
    if (response.kind === 'error') throw new Error(response.text);
    expect(withHeader(response, header)).toMatchObject({
      header,
      responses: [
        { kind: 'put', header },
        { count: 1, header },
      ],
    });
  });

  it('has the previous pair where it was asked for', () => {
    const store = storeWith('a');
    expect(store.apply(put('a')).response).toEqual({ kind: 'put' });
    expect(store.apply({ ...put('a'), previousKv: true }).response).toMatchObject({ previous: { version: 2 } });
    expect(store.apply({ ...remove('a'), previousKv: true }).response).toMatchObject({ previous: [{ version: 3 }] });
  });
});
