import { describe, expect, test } from 'vitest';
import { all, type Process, Simulator, sleep, spawn, wait } from '../../src/engine/index.js';

describe('a process', () => {
  test('runs at once up to its first wait, then on when that is over', () => {
    const simulator = new Simulator(1);
    const log: string[] = [];
    spawn(
      (function* () {
        log.push(`start ${simulator.nowUs}`);
        yield* sleep(simulator, 50);
        log.push(`slept ${simulator.nowUs}`);
        const answer = yield* wait<number>((done) => simulator.schedule(7, done, 42));
        log.push(`got ${answer} ${simulator.nowUs}`);
        return 'result';
      })(),
      (result) => log.push(`${result} ${simulator.nowUs}`),
    );
    log.push('spawned');
    simulator.run();
    expect(log).toEqual(['start 0', 'spawned', 'slept 50', 'got 42 57', 'result 57']);
  });

  test('goes on at once when the answer is there, however often', () => {
    let sum = 0;
    spawn(
      (function* () {
        for (let i = 0; i < 100_000; i++) sum += yield* wait<number>((done) => done(1));
      })(),
    );
    expect(sum).toBe(100_000);
  });

  test('may wait for another', () => {
    const simulator = new Simulator(1);
    function* inner(): Process<number> {
      yield* sleep(simulator, 5);
      return simulator.nowUs;
    }
    const seen: number[] = [];
    spawn(
      (function* () {
        seen.push(yield* inner());
        seen.push(yield* inner());
      })(),
    );
    simulator.run();
    expect(seen).toEqual([5, 10]);
  });
});

describe('all', () => {
  test('runs side by side and gives results in the order given', () => {
    const simulator = new Simulator(1);
    function* sleeper(delayUs: number): Process<string> {
      yield* sleep(simulator, delayUs);
      return `${delayUs}`;
    }
    let got: unknown;
    spawn(all([sleeper(30), sleeper(10), sleeper(20)]), (results) => {
      got = { results, at: simulator.nowUs };
    });
    simulator.run();
    expect(got).toEqual({ results: ['30', '10', '20'], at: 30 });
  });

  test('of none, and of those that never wait, is done at once', () => {
    const got: unknown[] = [];
    spawn(all([]), (results) => got.push(results));
    const done = (value: number): Process<number> => wait((answer) => answer(value));
    spawn(all([done(1), done(2)]), (results) => got.push(results));
    expect(got).toEqual([[], [1, 2]]);
  });
});
