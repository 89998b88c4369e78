import type { Surroundings } from '../../client/contract/index.js';

export type { Surroundings };

/** Thrown at a plug-in that reaches for what differs from run to run; the contract's guard knows it by its name. */
class Forbidden extends Error {
  override readonly name = 'Forbidden';
}

/** The machine's time, chance, timers and input. */
const FORBIDDEN: readonly (readonly [owner: object, key: string])[] = [
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

/** Told of the calls of plug-ins in this thread: for whoever watches from outside. */
export interface Heartbeat {
  begin(doing: string): void;
  end(): void;
}

/** Whether an error is what a plug-in got that reached for the machine. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Forbidden;
}

/** How deep this thread is in calls of plug-ins: what a policy sets off may run more of it. */
let inside = 0;
let trapped = false;

/** Puts traps around what is forbidden, once a thread: outside of plug-ins they give what was there. */
function setTraps(): void {
  if (trapped) return;
  trapped = true;
  for (const [owner, key] of FORBIDDEN) {
    let value: unknown = Reflect.get(owner, key);
    Object.defineProperty(owner, key, {
      configurable: true,
      enumerable: Object.getOwnPropertyDescriptor(owner, key)?.enumerable ?? false,
      get() {
        if (inside > 0) throw new Forbidden(`${owner === Math ? 'Math.' : ''}${key} is out of bounds: use env`);
        return value;
      },
      set(other: unknown) {
        value = other;
      },
    });
  }
}

/** What stands around each call of a plug-in: the machine's clock, chance and timers are out of reach while it runs. */
export function surroundings(heartbeat?: Heartbeat): Surroundings {
  setTraps();
  return {
    enter(doing) {
      if (inside++ === 0) heartbeat?.begin(doing);
    },
    leave() {
      if (--inside === 0) heartbeat?.end();
    },
  };
}
