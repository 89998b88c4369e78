import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVENT_ID_LIMIT, EventQueue } from '../../src/engine/event-queue.js';
import { SEEDS } from './seeds.js';

type Step = { readonly push: number } | 'pop' | { readonly purgeUpTo: number };

// Times from a small range, so that many are equal; pops often enough that the queue runs empty now and then.
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.nat(20).map((push): Step => ({ push })) },
    { weight: 5, arbitrary: fc.constant<Step>('pop') },
    { weight: 1, arbitrary: fc.nat(9).map((purgeUpTo): Step => ({ purgeUpTo })) },
  ),
  { maxLength: 400, size: 'max' },
);

/** Sequences end at 2^29; from here a short history crosses the renumbering. */
const NEAR_THE_LAST = 2 ** 29 - 40;

describe.each([
  ['from the first event on', 0],
  ['across renumbering', NEAR_THE_LAST],
])('the event queue %s', (_, firstSequence) => {
  test.each(SEEDS)('gives what a list sorted by (time, sequence) gives (seed %i)', (seed) => {
    const seen = { tie: 0, empty: 0, purged: 0 };
    fc.assert(
      fc.property(steps, (history) => {
        const queue = new EventQueue(firstSequence);
        let model: { timeUs: number; id: number }[] = [];
        let nextId = 0;
        for (const step of history) {
          if (step === 'pop') {
            // The sort is stable and events are appended: equal times stand in the order they came.
            model.sort((a, b) => a.timeUs - b.timeUs);
            if (model.length > 1 && model[0]!.timeUs === model[1]!.timeUs) seen.tie++;
            if (model.length === 0) seen.empty++;
            expect(queue.nextTimeUs).toBe(model[0]?.timeUs ?? Number.POSITIVE_INFINITY);
            expect(queue.pop()).toBe(model.shift()?.id ?? -1);
          } else if ('push' in step) {
            const id = nextId++;
            queue.push(step.push, id);
            model.push({ timeUs: step.push, id });
          } else {
            const dies = (id: number): boolean => id % 10 <= step.purgeUpTo;
            queue.purge(dies);
            const before = model.length;
            model = model.filter((event) => !dies(event.id));
            if (model.length < before) seen.purged++;
          }
          expect(queue.size).toBe(model.length);
        }
        model.sort((a, b) => a.timeUs - b.timeUs);
        for (const { id } of model) expect(queue.pop()).toBe(id);
        expect(queue.pop()).toBe(-1);
      }),
      { seed, numRuns: 60 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });
});

test('a queue larger than its first arrays keeps order', () => {
  const queue = new EventQueue();
  const times = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 1013);
  times.forEach((timeUs, id) => {
    queue.push(timeUs, id);
  });
  const sorted = times.map((timeUs, id) => ({ timeUs, id })).sort((a, b) => a.timeUs - b.timeUs);
  expect(sorted.map(() => queue.pop())).toEqual(sorted.map((event) => event.id));
});

test('the highest id and the longest times come back as they went in', () => {
  const queue = new EventQueue(2 ** 29 - 2);
  queue.push(2 ** 53 - 1, EVENT_ID_LIMIT - 1);
  queue.push(2 ** 53 - 1, 0);
  queue.push(2 ** 53 - 2, 5);
  expect([queue.pop(), queue.pop(), queue.pop()]).toEqual([5, EVENT_ID_LIMIT - 1, 0]);
});
