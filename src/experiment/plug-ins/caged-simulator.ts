import { describe } from '../../client/contract/index.js';
import type { Handler, Program, Simulator } from '../../engine/index.js';
import type { PlugInCage } from './cage.js';

/** The simulator as a plug-in has it: what it schedules runs in its cage. */
export function cagedSimulator(simulator: Simulator, cage: PlugInCage): Simulator {
  const later = <T>(handler: Handler<T>): Handler<T> => {
    callable(handler, 'a handler', cage);
    return (payload) => cage.run('a handler', () => handler(payload));
  };
  const whole = (timeUs: number, leastUs: number): number => {
    if (Number.isSafeInteger(timeUs) && timeUs >= leastUs) return timeUs;
    return cage.broken('P2', `scheduled for ${describe(timeUs)}, expected whole µs, not in the past`);
  };
  const caged: Pick<Simulator, keyof Simulator> = {
    streams: simulator.streams,
    get nowUs() {
      return simulator.nowUs;
    },
    get eventCount() {
      return simulator.eventCount;
    },
    get pendingCount() {
      return simulator.pendingCount;
    },
    schedule: (delayUs, handler, payload) => simulator.schedule(whole(delayUs, 0), later(handler), payload),
    scheduleAt: (timeUs, handler, payload) =>
      simulator.scheduleAt(whole(timeUs, simulator.nowUs), later(handler), payload),
    startTimer: (delayUs, handler, payload) => simulator.startTimer(whole(delayUs, 0), later(handler), payload),
    cancel: (timer) => simulator.cancel(timer),
    stop: () => simulator.stop(),
    run: () => cage.broken('P2', 'simulator.run is for who runs the simulation'),
  };
  // The class has private members too, which nobody outside can miss.
  return caged as Simulator;
}

/** CPU work of a plug-in. */
export function cagedProgram(program: Program, cage: PlugInCage): Program {
  const caged: Pick<Program, 'run' | 'alive' | 'paused' | 'busyUs'> = {
    get alive() {
      return program.alive;
    },
    get paused() {
      return program.paused;
    },
    get busyUs() {
      return program.busyUs;
    },
    run: (costUs, handler, payload) => {
      callable(handler, 'CPU work', cage);
      if (!(costUs >= 0 && costUs < Number.POSITIVE_INFINITY)) {
        cage.broken('P2', `CPU work of ${describe(costUs)} µs, expected a number, 0 or more`);
      }
      program.run(costUs, (given) => cage.run('CPU work', () => handler(given)), payload);
    },
  };
  return caged as Program;
}

/** Refuses what is no function. */
export function callable(value: unknown, what: string, cage: PlugInCage): void {
  if (typeof value !== 'function') cage.broken('P2', `${what} is ${describe(value)}, expected a function`);
}
