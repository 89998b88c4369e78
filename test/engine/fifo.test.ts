import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fifo } from '../../src/engine/index.js';
import { SEEDS } from './seeds.js';

describe('a Fifo', () => {
  test.each(SEEDS)('is a list whose first leaves first (seed %i)', (seed) => {
    const seen = { empty: 0, long: 0, drained: 0 };
    // Pushes come in runs, so that the queue grows past where it compacts itself.
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ push: fc.nat(700) }) },
      { weight: 8, arbitrary: fc.record({ shift: fc.nat(700) }) },
      { weight: 1, arbitrary: fc.constant('drain' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const fifo = new Fifo<number>();
        let model: number[] = [];
        let next = 0;
        for (const taken of steps) {
          if (taken === 'drain') {
            if (model.length > 0) seen.drained++;
            expect(fifo.drain()).toEqual(model);
            model = [];
          } else if ('push' in taken) {
            for (let i = 0; i < taken.push; i++) {
              fifo.push(next);
              model.push(next++);
            }
          } else {
            if (taken.shift > model.length) seen.empty++;
            const out = Array.from({ length: taken.shift }, () => fifo.shift());
            const wanted = model.splice(0, taken.shift);
            expect(out).toEqual([...wanted, ...new Array(taken.shift - wanted.length).fill(undefined)]);
          }
          if (model.length > 2048) seen.long++;
          expect([fifo.length, fifo.peek()]).toEqual([model.length, model[0]]);
        }
      }),
      { seed, numRuns: 40 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });
});
