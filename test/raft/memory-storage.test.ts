import { describe, expect, test } from 'vitest';
import { MemoryStorage } from '../../src/raft/memory-storage.js';
import { entriesOf, snapshotAt, termsOf } from './test-node.js';

/** Entries 4 to 6 of terms 2, 3, 3 behind a snapshot at 3 of term 1. */
function storage(): MemoryStorage {
  const storage = new MemoryStorage();
  storage.applySnapshot(snapshotAt(3, 1));
  storage.append(entriesOf(4, 2, 3, 3));
  return storage;
}

const whole = (from: MemoryStorage) =>
  termsOf(from.entries(from.firstIndex(), from.lastIndex() + 1, Number.POSITIVE_INFINITY) as never);

describe('storage in memory', () => {
  test.each([
    ['behind the last', 7, [4, 4], [2, 3, 3, 4, 4]],
    ['over some', 5, [4], [2, 4]],
    ['the same again', 4, [2, 3, 3], [2, 3, 3]],
    ['from before the compaction on', 2, [1, 1, 4], [4]],
    ['all from before the compaction', 1, [1, 1], [2, 3, 3]],
    ['none', 9, [], [2, 3, 3]],
  ])('entries appended %s', (_name, first, terms, expected) => {
    const appended = storage();
    appended.append(entriesOf(first, ...terms));
    expect([appended.firstIndex(), whole(appended)]).toEqual([4, expected]);
  });

  test('what is compacted is gone, but for the term of the last of it', () => {
    const compacted = storage();
    expect([2, 3, 4, 6, 7].map((index) => compacted.term(index))).toEqual(['compacted', 1, 2, 3, 'unavailable']);
    expect(compacted.compact(5)).toBe(undefined);
    expect([4, 5, 6].map((index) => compacted.term(index))).toEqual(['compacted', 3, 3]);
    expect([compacted.firstIndex(), compacted.lastIndex()]).toEqual([6, 6]);
    expect([compacted.entries(5, 6, 9), compacted.entries(6, 8, 9)]).toEqual(['compacted', 'unavailable']);
    expect([compacted.compact(5), compacted.compact(3)]).toEqual(['compacted', 'compacted']);
    expect(compacted.compact(6)).toBe(undefined);
    expect([compacted.firstIndex(), compacted.lastIndex(), compacted.term(6)]).toEqual([7, 6, 3]);
  });

  test('a snapshot takes the place of all', () => {
    const restored = storage();
    restored.applySnapshot(snapshotAt(9, 5));
    expect([restored.firstIndex(), restored.lastIndex(), restored.term(9), restored.term(6)]).toEqual([
      10,
      9,
      5,
      'compacted',
    ]);
  });
});
