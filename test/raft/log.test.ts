import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RaftLog } from '../../src/raft/log.js';
import { MemoryStorage } from '../../src/raft/memory-storage.js';
import { SEEDS } from './seeds.js';
import { entriesOf, indexesOf, snapshotAt, termsOf } from './test-node.js';

interface Contents {
  /** What the log begins behind. */
  readonly compacted?: readonly [index: number, term: number];
  readonly stored?: readonly number[];
  readonly unstable?: readonly number[];
  readonly maxApplyingBytes?: number;
}

function logOf({ compacted = [0, 0], stored = [], unstable = [], maxApplyingBytes = Infinity }: Contents): RaftLog {
  const [index, term] = compacted;
  const storage = new MemoryStorage();
  storage.applySnapshot(snapshotAt(index, term));
  storage.append(entriesOf(index + 1, ...stored));
  const log = new RaftLog(storage, { maxApplyingBytes, logger: undefined });
  for (const entry of entriesOf(index + 1 + stored.length, ...unstable)) log.unstable.push(entry);
  return log;
}

const wholeLog = (log: RaftLog) =>
  termsOf(log.slice(log.firstIndex(), log.lastIndex() + 1, Number.POSITIVE_INFINITY) as never);

describe('a log takes entries', () => {
  // Facts as in the tests of etcd-io/raft: a log with terms 1, 2, 3, committed up to 1.
  test.each([
    // The entry before is another, or none.
    { prev: [2, 3], terms: [4], last: -1, log: [1, 2, 3] },
    { prev: [3, 4], terms: [4], last: -1, log: [1, 2, 3] },
    // It is our last.
    { prev: [3, 3], terms: [], last: 3, log: [1, 2, 3] },
    { prev: [3, 3], terms: [4], last: 4, log: [1, 2, 3, 4] },
    { prev: [3, 3], terms: [4, 4], last: 5, log: [1, 2, 3, 4, 4] },
    { prev: [0, 0], terms: [], last: 0, log: [1, 2, 3] },
    // It is in the middle: what conflicts goes, what agrees stays.
    { prev: [2, 2], terms: [4], last: 3, log: [1, 2, 4] },
    { prev: [1, 1], terms: [4], last: 2, log: [1, 4] },
    { prev: [1, 1], terms: [4, 4], last: 3, log: [1, 4, 4] },
    { prev: [1, 1], terms: [2], last: 2, log: [1, 2, 3] },
    { prev: [0, 0], terms: [1, 2, 3], last: 3, log: [1, 2, 3] },
    { prev: [0, 0], terms: [1, 2, 3, 4, 4], last: 5, log: [1, 2, 3, 4, 4] },
    { prev: [1, 1], terms: [2, 3, 4, 5], last: 5, log: [1, 2, 3, 4, 5] },
    { prev: [1, 1], terms: [1, 4, 4], last: 4, log: [1, 1, 4, 4] },
  ])('behind $prev terms $terms: last $last, log $log', ({ prev: [term, index], terms, last, log: expected }) => {
    for (const contents of [{ unstable: [1, 2, 3] }, { stored: [1, 2, 3] }, { stored: [1], unstable: [2, 3] }]) {
      const log = logOf(contents);
      log.committed = 1;
      expect(log.maybeAppend(index!, term!, entriesOf(index! + 1, ...terms))).toBe(last);
      expect(wholeLog(log)).toEqual(expected);
    }
  });

  test('but none that would change a committed one', () => {
    const log = logOf({ unstable: [1, 2, 3] });
    log.committed = 1;
    expect(() => log.maybeAppend(0, 0, entriesOf(1, 4))).toThrow(/conflicts with a committed one/);
  });

  test.each([
    { terms: [], last: 2, log: [1, 2], offset: 3 },
    { first: 3, terms: [2], last: 3, log: [1, 2, 2], offset: 3 },
    { first: 1, terms: [2], last: 1, log: [2], offset: 1 },
    { first: 2, terms: [3, 3], last: 3, log: [1, 3, 3], offset: 2 },
  ])(
    'terms $terms from $first on over stored [1, 2] are unstable from $offset on',
    ({ first, terms, log: expected, offset }) => {
      const log = logOf({ stored: [1, 2] });
      if (first !== undefined) log.unstable.truncateAndAppend(entriesOf(first, ...terms), 0);
      expect(wholeLog(log)).toEqual(expected);
      expect(log.unstable.entries.offset).toBe(offset);
    },
  );
});

describe('where logs may still match', () => {
  const fromStart = { stored: [2, 2, 5, 5, 5] };
  const compacted = { compacted: [10, 3], stored: [3, 3, 4, 4, 4] } as const;
  test.each([
    [fromStart, 100, 2, 100],
    [fromStart, 5, 6, 5],
    [fromStart, 5, 5, 5],
    [fromStart, 5, 4, 2],
    [fromStart, 5, 2, 2],
    [fromStart, 5, 1, 0],
    [fromStart, 1, 2, 1],
    [fromStart, 1, 1, 0],
    [fromStart, 0, 0, 0],
    [compacted, 30, 3, 30],
    [compacted, 14, 9, 14],
    [compacted, 14, 4, 14],
    [compacted, 14, 3, 12],
    [compacted, 14, 2, 9],
    [compacted, 11, 5, 11],
    [compacted, 10, 5, 10],
    [compacted, 10, 3, 10],
    [compacted, 10, 2, 9],
    [compacted, 9, 2, 9],
    [compacted, 4, 2, 4],
    [compacted, 0, 0, 0],
  ] as const)('%j: from %i with term %i: %i', (contents, index, term, expected) => {
    expect(logOf(contents).findConflictByTerm(index, term)).toBe(expected);
  });
});

describe('which log is newer', () => {
  test.each([
    [2, 4, true],
    [3, 4, true],
    [4, 4, true],
    [2, 2, false],
    [3, 2, false],
    [4, 2, false],
    [2, 3, false],
    [3, 3, true],
    [4, 3, true],
  ])('one that ends in index %i of term %i against 3/3: %s', (index, term, expected) => {
    expect(logOf({ stored: [1, 2, 3] }).isUpToDate(index, term)).toBe(expected);
  });
});

describe('what may be applied', () => {
  // Entries 4 to 6 behind a snapshot at 3; 4 is stored, 5 is committed.
  test.each([
    { applied: 3, applying: 3, allowUnstable: true, entries: [4, 5] },
    { applied: 3, applying: 4, allowUnstable: true, entries: [5] },
    { applied: 3, applying: 5, allowUnstable: true, entries: [] },
    { applied: 4, applying: 4, allowUnstable: true, entries: [5] },
    { applied: 5, applying: 5, allowUnstable: true, entries: [] },
    { applied: 3, applying: 3, allowUnstable: false, entries: [4] },
    { applied: 3, applying: 4, allowUnstable: false, entries: [] },
    { applied: 3, applying: 5, allowUnstable: false, entries: [] },
    { applied: 5, applying: 5, allowUnstable: false, entries: [] },
    { applied: 3, applying: 3, allowUnstable: true, restoring: true, entries: [] },
  ])('applied $applied, out $applying, unstable $allowUnstable: $entries', (row) => {
    const log = logOf({ compacted: [3, 1], stored: [1], unstable: [1, 1] });
    log.committed = 5;
    log.appliedTo(row.applied, 0);
    log.applying = row.applying;
    if (row.restoring === true) log.restore(snapshotAt(7, 1));
    expect(log.nextCommitted(row.allowUnstable).map((each) => each.index)).toEqual(row.entries);
    expect(log.hasNextCommitted(row.allowUnstable)).toBe(row.entries.length > 0);
  });
});

describe('how much is out to be applied', () => {
  /** Eight entries of 4 bytes; at most 20 bytes are out. */
  const limited = (): RaftLog => logOf({ stored: [1, 1, 1, 1, 1, 1, 1, 1], maxApplyingBytes: 20 });

  /** Commits up to `index` and takes what may be applied then. */
  function commit(log: RaftLog, index: number): number[] {
    log.commitTo(index);
    const entries = log.nextCommitted(true);
    if (entries.length > 0) log.acceptApplying(entries, true);
    return indexesOf(entries);
  }

  test('no more than the limit, in several parts as in one', () => {
    const log = limited();
    expect(commit(log, 2)).toEqual([1, 2]);
    // 8 bytes are out, so three more entries fit; then nothing until some are applied.
    expect(commit(log, 8)).toEqual([3, 4, 5]);
    expect(log.hasNextCommitted(true)).toBe(false);
  });

  test('what is applied makes room for as much', () => {
    const log = limited();
    expect([commit(log, 1), commit(log, 4)]).toEqual([[1], [2, 3, 4]]);
    log.appliedTo(1, 4);
    // 12 bytes are still out.
    expect(commit(log, 8)).toEqual([5, 6]);
    log.appliedTo(6, 20);
    expect(commit(log, 8)).toEqual([7, 8]);
  });

  test('an entry beyond the limit goes out alone, and stops the rest until it is applied itself', () => {
    const log = logOf({ maxApplyingBytes: 20 });
    for (const entry of entriesOf(1, 1, 1, 1)) {
      log.unstable.push(entry.index === 2 ? { ...entry, data: 'large', dataBytes: 100 } : entry);
    }
    expect([commit(log, 1), commit(log, 2)]).toEqual([[1], [2]]);
    expect(commit(log, 3)).toEqual([]);
    log.appliedTo(1, 4);
    expect(commit(log, 3)).toEqual([]);
    log.appliedTo(2, 106);
    expect(commit(log, 3)).toEqual([3]);
  });
});

describe('what storage has acknowledged', () => {
  test('leaves the unstable part, if it is still what stands there', () => {
    const log = logOf({ stored: [1], unstable: [2, 2, 3] });
    log.unstable.stableTo(3, 1);
    log.unstable.stableTo(5, 3);
    log.unstable.stableTo(1, 1);
    expect(log.unstable.entries.offset).toBe(2);
    log.unstable.stableTo(3, 2);
    expect([log.unstable.entries.offset, log.unstable.offsetInProgress]).toEqual([4, 4]);
    expect(termsOf(log.slice(4, 5, Number.POSITIVE_INFINITY) as never)).toEqual([3]);
  });

  test('a snapshot is the start of the log until then', () => {
    const log = logOf({ stored: [1, 1] });
    log.restore(snapshotAt(7, 3));
    expect([log.firstIndex(), log.lastIndex(), log.lastTerm(), log.term(6)]).toEqual([8, 7, 3, 'compacted']);
    log.unstable.stableSnapshotTo(6);
    expect(log.firstIndex()).toBe(8);
    log.unstable.stableSnapshotTo(7);
    expect([log.firstIndex(), log.lastIndex()]).toEqual([1, 2]);
  });
});

describe.each(SEEDS)('against a plain array, seed %i', (seed) => {
  const terms = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 8 }).map((each) => each.sort((a, b) => a - b));

  test('slices with limits hold the first entry, and all that fit behind it', () => {
    const sizes = fc.array(fc.nat(12), { maxLength: 8 });
    let cut = 0;
    fc.assert(
      fc.property(sizes, sizes, fc.nat(16), fc.nat(16), fc.nat(80), (stored, unstable, a, b, maxBytes) => {
        const all = entriesOf(1, ...[...stored, ...unstable].map(() => 1)).map((entry, i) => ({
          ...entry,
          dataBytes: [...stored, ...unstable][i]!,
        }));
        const storage = new MemoryStorage();
        storage.append(all.slice(0, stored.length));
        const log = new RaftLog(storage, { maxApplyingBytes: Infinity, logger: undefined });
        for (const entry of all.slice(stored.length)) log.unstable.push(entry);

        const lo = Math.min(a, b, all.length) + 1;
        const hi = Math.min(Math.max(a, b), all.length) + 1;
        const expected: number[] = [];
        let bytes = 0;
        for (const { index, dataBytes } of all.slice(lo - 1, hi - 1)) {
          // Term and index take two bytes each, a payload its length and a tag besides.
          bytes += 4 + (dataBytes === 0 ? 0 : 2 + dataBytes);
          if (expected.length > 0 && bytes > maxBytes) break;
          expected.push(index);
        }
        if (expected.length < hi - lo) cut++;
        expect(indexesOf(log.slice(lo, hi, maxBytes) as never)).toEqual(expected);
      }),
      { seed, numRuns: 500 },
    );
    expect(cut).toBeGreaterThan(0);
  });

  test("after a leader's message the logs agree up to its end, and no agreeing entry was lost", () => {
    let truncated = 0;
    fc.assert(
      fc.property(terms, terms, fc.nat(8), fc.nat(8), (ours, theirs, from, stable) => {
        const prev = Math.min(from, theirs.length);
        const cut = Math.min(stable, ours.length);
        const log = logOf({ stored: ours.slice(0, cut), unstable: ours.slice(cut) });
        const last = log.maybeAppend(
          prev,
          prev === 0 ? 0 : theirs[prev - 1]!,
          entriesOf(prev + 1, ...theirs.slice(prev)),
        );
        const matches = prev === 0 || ours[prev - 1] === theirs[prev - 1];
        expect(last).toBe(matches ? theirs.length : -1);
        const after = wholeLog(log);
        if (!matches) expect(after).toEqual(ours);
        else {
          expect(after.slice(prev, theirs.length)).toEqual(theirs.slice(prev));
          const conflicts = theirs.some((term, i) => i >= prev && i < ours.length && ours[i] !== term);
          if (conflicts) truncated++;
          expect(after.length).toBe(conflicts ? theirs.length : Math.max(ours.length, theirs.length));
        }
      }),
      { seed, numRuns: 500 },
    );
    expect(truncated).toBeGreaterThan(0);
  });
});
