import { describe, expect, test } from 'vitest';
import { encodedBytes, encodedBytesOf, payloadBytesOf } from '../../src/raft/entry-size.js';
import type { Entry } from '../../src/raft/types.js';

const empty: Entry = { term: 1, index: 1, type: 'EntryNormal', data: undefined, dataBytes: 0, confChange: undefined };
const change: Entry = {
  ...empty,
  type: 'EntryConfChangeV2',
  confChange: { transition: 'ConfChangeTransitionAuto', changes: [] },
};

describe('the size of an entry as protobuf writes it', () => {
  // A tag is a byte, a number as many as it has groups of seven bits; what is not set is not written.
  test.each<[string, Partial<Entry>, number]>([
    ['nothing but term and index', {}, 4],
    ['an index of seven bits', { index: 127 }, 4],
    ['one of eight', { index: 128 }, 5],
    ['one of fourteen', { index: 16_383 }, 5],
    ['one of fifteen', { index: 16_384 }, 6],
    ['one of 28', { index: 2 ** 28 - 1 }, 7],
    ['one of 29', { index: 2 ** 28 }, 8],
    ['one of 50', { index: 2 ** 50 - 1 }, 11],
    ['a term of 22', { term: 2 ** 21 }, 7],
    ['data of 127 bytes', { data: 'x', dataBytes: 127 }, 4 + 2 + 127],
    ['data of 128 bytes', { data: 'x', dataBytes: 128 }, 4 + 3 + 128],
    ['data that is there, but empty', { data: '' }, 4 + 2],
    ['a change without content', change, 4 + 2],
    ['a change', { ...change, dataBytes: 8 }, 4 + 2 + 2 + 8],
    ['a change that was refused', { isRefusedChange: true }, 4 + 2],
  ])('%s', (_name, fields, bytes) => {
    expect(encodedBytes({ ...empty, ...fields })).toBe(bytes);
  });

  test('of several is the sum; payloads count by themselves', () => {
    const entries = [empty, { ...empty, data: 'x', dataBytes: 10 }, { ...change, dataBytes: 8 }];
    expect([encodedBytesOf(entries), payloadBytesOf(entries)]).toEqual([4 + 16 + 16, 18]);
  });
});
