import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyIndex } from '../../../src/etcd/storage/key-index.js';
import { SEEDS, Sometimes } from './seeds.js';

const key = fc.integer({ min: 0, max: 2000 }).map((n) => `k${n}`);

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      keys: fc.array(key, { maxLength: 400, size: 'max' }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      keys: fc.array(key, { maxLength: 400, size: 'max' }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('scan' as const), start: key, end: fc.option(key) }) },
);

function scan(index: KeyIndex, start: string, end: string | undefined): string[] {
  const found: string[] = [];
  index.scan(start, end, (record) => found.push(record.key));
  return found;
}

describe('the key index', () => {
  it.each(SEEDS)('holds the keys that a set holds, in sorted order (seed %i)', (seed) => {
    const sometimes = new Sometimes('split a block', 'scanned many', 'scanned nothing', 'emptied');
    const run = fc.property(fc.array(step, { maxLength: 12, size: 'max' }), fc.boolean(), (steps, clear) => {
      const index = new KeyIndex();
      const model = new Set<string>();
      for (const one of steps) {
        if (one.kind === 'insert') {
          for (const key of one.keys) {
            model.add(key);
            const record = index.getOrInsert(key);
            expect(index.getOrInsert(key)).toBe(record);
          }
        } else if (one.kind === 'delete') {
          for (const key of one.keys) {
            model.delete(key);
            index.delete(key);
            expect(index.get(key)).toBeUndefined();
          }
        } else {
          const end = one.end ?? undefined;
          const expected = [...model].filter((key) => key >= one.start && (end === undefined || key < end)).sort();
          expect(scan(index, one.start, end)).toEqual(expected);
          sometimes.saw('split a block', model.size > 300);
          sometimes.saw('scanned many', expected.length > 128);
          sometimes.saw('scanned nothing', expected.length === 0);
        }
      }
      if (clear) {
        sometimes.saw('emptied', model.size > 0);
        for (const key of model) index.delete(key);
        model.clear();
      }
      expect(index.size).toBe(model.size);
      expect(scan(index, '', undefined)).toEqual([...model].sort());
    });
    fc.assert(run, { seed, numRuns: 60 });
    expect(sometimes.missing()).toEqual([]);
  });
});
