import type { Surroundings } from '../../client/contract/index.js';

/** Thrown at a plug-in that reaches for what differs from run to run; the contract's guard knows it by its name. */
class Forbidden extends Error {
  override readonly name = 'Forbidden';
}

type Slot = readonly [owner: object, key: string];

/** The machine's time, chance, timers and output. */
const FORBIDDEN: readonly Slot[] = [
  [globalThis, 'Date'],
  [globalThis, 'performance'],
  [globalThis, 'crypto'],
  [globalThis, 'setTimeout'],
  [globalThis, 'setInterval'],
  [globalThis, 'setImmediate'],
  [globalThis, 'queueMicrotask'],
  [globalThis, 'process'],
  [globalThis, 'fetch'],
  [Math, 'random'],
];

/** How many calls of plug-ins this thread has begun, and whether one is under way: for whoever watches from outside. */
export interface Heartbeat {
  begin(doing: string): void;
  end(): void;
}

/**
 * What stands around each call of a plug-in: the machine's clock, chance and timers are out of reach while it runs.
 *
 * Calls may nest: what a policy sets off may run more of it.
 */
export function surroundings(heartbeat?: Heartbeat): Surroundings {
  let depth = 0;
  let saved: (PropertyDescriptor | undefined)[] = [];
  return {
    enter(doing) {
      if (depth++ > 0) return;
      heartbeat?.begin(doing);
      saved = FORBIDDEN.map(([owner, key]) => Object.getOwnPropertyDescriptor(owner, key));
      for (const [owner, key] of FORBIDDEN) {
        Object.defineProperty(owner, key, {
          configurable: true,
          get() {
            throw new Forbidden(`${owner === Math ? 'Math.' : ''}${key} is out of bounds: use env`);
          },
        });
      }
    },
    leave() {
      if (--depth > 0) return;
      FORBIDDEN.forEach(([owner, key], i) => {
        const before = saved[i];
        if (before === undefined) Reflect.deleteProperty(owner, key);
        else Object.defineProperty(owner, key, before);
      });
      heartbeat?.end();
    },
  };
}
