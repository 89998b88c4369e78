import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError, NO_TIMER, Simulator, type Timer } from '../../src/engine/index.js';
import { SEEDS } from './seeds.js';

type Action =
  | { readonly kind: 'schedule' | 'timer'; readonly delayUs: number }
  | { readonly kind: 'cancel'; readonly which: number };

const actions = fc.array(
  fc.oneof(
    fc.nat(12).map((delayUs): Action => ({ kind: 'schedule', delayUs })),
    fc.nat(12).map((delayUs): Action => ({ kind: 'timer', delayUs })),
    fc.nat(1000).map((which): Action => ({ kind: 'cancel', which })),
  ),
  { minLength: 1, maxLength: 300, size: 'max' },
);

describe('events', () => {
  test.each(SEEDS)('run as in a sorted list, with cancelled ones left out (seed %i)', (seed) => {
    const seen = { cancelled: 0, refused: 0, nested: 0 };
    fc.assert(
      fc.property(actions, fc.nat(5), (script, burst) => {
        const simulator = new Simulator(1);
        let model: { timeUs: number; name: number }[] = [];
        const timers: { timer: Timer; name: number }[] = [];
        let place = 0;
        // Each event acts on, so that slots are taken again while others wait.
        const act = (): void => {
          for (let i = 0; i <= burst && place < script.length; i++) {
            const action = script[place]!;
            const name = place++;
            if (action.kind === 'cancel') {
              const chosen = timers[action.which % Math.max(timers.length, 1)];
              if (chosen === undefined) continue;
              const waits = model.some((event) => event.name === chosen.name);
              expect(simulator.cancel(chosen.timer)).toBe(waits);
              if (waits) seen.cancelled++;
              else seen.refused++;
              model = model.filter((event) => event.name !== chosen.name);
              continue;
            }
            model.push({ timeUs: simulator.nowUs + action.delayUs, name });
            if (action.kind === 'schedule') simulator.schedule(action.delayUs, run, name);
            else timers.push({ timer: simulator.startTimer(action.delayUs, run, name), name });
          }
        };
        const run = (name: number): void => {
          model.sort((a, b) => a.timeUs - b.timeUs);
          expect({ timeUs: simulator.nowUs, name }).toEqual(model.shift());
          if (place < script.length) seen.nested++;
          act();
          expect(simulator.pendingCount).toBe(model.length);
        };
        while (place < script.length) {
          act();
          simulator.run();
        }
        expect(model).toEqual([]);
        expect(simulator.pendingCount).toBe(0);
      }),
      { seed, numRuns: 60 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });

  test('with equal times run in the order of scheduling', () => {
    const simulator = new Simulator(1);
    const order: string[] = [];
    const note = (name: string): void => void order.push(name);
    simulator.schedule(5, note, 'a');
    simulator.scheduleAt(5, note, 'b');
    simulator.startTimer(5, note, 'c');
    simulator.schedule(0, (name: string) => simulator.schedule(5, note, name), 'd');
    simulator.run();
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    expect(simulator.eventCount).toBe(5);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'in %d µs cannot be scheduled',
    (delayUs) => {
      const simulator = new Simulator(1);
      expect(() => simulator.schedule(delayUs, () => {}, undefined)).toThrow(InvariantError);
      expect(() => simulator.startTimer(delayUs, () => {}, undefined)).toThrow(InvariantError);
    },
  );

  test('in the past cannot be scheduled', () => {
    const simulator = new Simulator(1);
    simulator.schedule(10, () => {}, undefined);
    simulator.run();
    expect(() => simulator.scheduleAt(9, () => {}, undefined)).toThrow(InvariantError);
    expect(simulator.pendingCount).toBe(0);
    simulator.scheduleAt(10, () => {}, undefined);
    simulator.run();
    expect(simulator.eventCount).toBe(2);
  });
});

describe('run', () => {
  test('until a time runs what lies on it and sets the clock there', () => {
    const simulator = new Simulator(1);
    const ran: number[] = [];
    for (const at of [3, 10, 11]) simulator.schedule(at, (value: number) => void ran.push(value), at);
    simulator.run(10);
    expect([ran, simulator.nowUs, simulator.pendingCount]).toEqual([[3, 10], 10, 1]);
    simulator.run(10_000);
    expect([ran, simulator.nowUs]).toEqual([[3, 10, 11], 10_000]);
  });

  test('stops after the event that says so, and goes on later', () => {
    const simulator = new Simulator(1);
    const ran: number[] = [];
    const act = (value: number): void => {
      ran.push(value);
      if (value === 1) simulator.stop();
    };
    for (const value of [1, 2]) simulator.schedule(value, act, value);
    simulator.run(100);
    expect([ran, simulator.nowUs]).toEqual([[1], 1]);
    simulator.run();
    expect([ran, simulator.nowUs]).toEqual([[1, 2], 2]);
  });
});

describe('timers', () => {
  test('are cancelled once, before they run', () => {
    const simulator = new Simulator(1);
    const ran: string[] = [];
    const timer = simulator.startTimer(5, (name: string) => void ran.push(name), 'timer');
    expect(simulator.cancel(timer)).toBe(true);
    expect(simulator.cancel(timer)).toBe(false);
    expect(simulator.cancel(NO_TIMER)).toBe(false);
    const late = simulator.startTimer(5, (name: string) => void ran.push(name), 'late');
    simulator.run();
    expect(simulator.cancel(late)).toBe(false);
    expect(ran).toEqual(['late']);
  });

  test('an old handle never cancels what has taken its slot since, timer or event', () => {
    const simulator = new Simulator(1);
    const ran: string[] = [];
    const note = (name: string): void => void ran.push(name);
    const first = simulator.startTimer(1, note, 'first');
    simulator.run();
    simulator.schedule(1, note, 'event');
    expect(simulator.cancel(first)).toBe(false);
    simulator.run();
    const second = simulator.startTimer(1, note, 'second');
    expect(second).not.toBe(first);
    expect(simulator.cancel(first)).toBe(false);
    simulator.run();
    expect(ran).toEqual(['first', 'event', 'second']);
  });

  test('cancelled by the thousand leave no trace', () => {
    const simulator = new Simulator(1);
    const ran: number[] = [];
    const timers = Array.from({ length: 10_000 }, (_, i) =>
      simulator.startTimer(10_000 - i, (value: number) => void ran.push(value), i),
    );
    timers.forEach((timer, i) => {
      if (i % 100 !== 7) expect(simulator.cancel(timer)).toBe(true);
    });
    expect(simulator.pendingCount).toBe(100);
    simulator.run();
    expect(ran).toEqual(Array.from({ length: 100 }, (_, i) => 9907 - 100 * i));
    expect(simulator.eventCount).toBe(100);
  });
});
