import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/raft/invariant.js';
import { Inflights } from '../../src/raft/tracker/inflights.js';
import { SEEDS } from './seeds.js';

/** Add a message of some bytes, free up to some index, or forget all. */
const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ add: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ free: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.constant({ reset: true }) },
);

describe.each(SEEDS)('a window of inflight messages, seed %i', (seed) => {
  test('is a queue with a limit in messages and a soft one in bytes', () => {
    let refused = 0;
    let overshot = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(operation),
        (max, maxBytes, all) => {
          const window = new Inflights(max, maxBytes);
          let queue: { index: number; bytes: number }[] = [];
          const bytes = () => queue.reduce((sum, each) => sum + each.bytes, 0);
          let next = 1;
          for (const each of all) {
            if ('add' in each) {
              if (window.full) {
                refused++;
                expect(() => window.add(next, each.add)).toThrow(InvariantError);
              } else {
                window.add(next, each.add);
                queue.push({ index: next++, bytes: each.add });
                if (bytes() > maxBytes) overshot++;
              }
            } else if ('free' in each) {
              window.freeThrough(each.free);
              queue = queue.filter(({ index }) => index > each.free);
            } else {
              window.reset();
              queue = [];
            }
            expect([window.count, window.bytes]).toEqual([queue.length, bytes()]);
            expect(window.full).toBe(queue.length >= max || bytes() >= maxBytes);
          }
        },
      ),
      { seed, numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(0);
    expect(overshot).toBeGreaterThan(0);
  });
});
