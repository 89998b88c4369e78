import type { Fault } from './fault.js';

/** kill -9 of a member's process; it starts again from its disk when the fault is undone. */
export const crash: Fault = {
  name: 'crash',
  summary: 'kill -9 of a member: memory and unsynced writes are lost; with `for`, it starts again from its disk',
  strike(_env, target) {
    if (!target.up) return undefined;
    target.crash();
    return () => {
      if (!target.up) target.start();
    };
  },
};
