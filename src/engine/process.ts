import type { Simulator } from './simulator.js';

/**
 * Serial behaviour as a generator: a workload's chain reads top to bottom, and waits where it yields.
 *
 *     spawn(function* () {
 *       const answer = yield* wait<Outcome>((done) => client.request(get, done));
 *       yield* sleep(simulator, 600);
 *     });
 *
 * What is yielded is a function that starts something and calls `done` once, now or later.
 */
export type Start<T> = (done: (value: T) => void) => void;
// `never` lets a process yield starts of any result type; only `wait` unwraps them again.
export type Process<R = void> = Generator<Start<never>, R, unknown>;

/** Waits for what `start` starts, and gives its result. */
export function* wait<T>(start: Start<T>): Process<T> {
  return (yield start as Start<never>) as T;
}

/** Waits `delayUs` of virtual time (whole µs). */
export function sleep(simulator: Simulator, delayUs: number): Process<void> {
  return wait<void>((done) => simulator.schedule(delayUs, done, undefined));
}

/** Waits for all processes, started in the order given, and gives their results in that order. */
export function all<R>(processes: readonly Process<R>[]): Process<R[]> {
  return wait<R[]>((done) => {
    const results = new Array<R>(processes.length);
    let left = processes.length;
    if (left === 0) done(results);
    processes.forEach((process, place) => {
      spawn(process, (result) => {
        results[place] = result;
        if (--left === 0) done(results);
      });
    });
  });
}

/** Runs a process from now on; `finished` gets what it returns. */
export function spawn<R>(process: Process<R>, finished?: (result: R) => void): void {
  advance(process, undefined, finished);
}

function advance<R>(process: Process<R>, value: unknown, finished?: (result: R) => void): void {
  // A start that answers at once is handled in this loop; recursion would let a long chain overflow the stack.
  let input = value;
  for (;;) {
    const step = process.next(input);
    if (step.done) {
      finished?.(step.value);
      return;
    }
    let answered = false;
    let waiting = false;
    (step.value as Start<unknown>)((result) => {
      if (waiting) advance(process, result, finished);
      else {
        answered = true;
        input = result;
      }
    });
    if (!answered) {
      waiting = true;
      return;
    }
  }
}
