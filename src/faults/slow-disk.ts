import { type Fault, numberOption } from './fault.js';

/** Every fsync takes longer. */
export const slowDisk: Fault = {
  name: 'slow-disk',
  summary: "a member's fsync takes `factor` times as long and `extra` more",
  options: { factor: 'multiplies every fsync (default 1)', extra: 'added to every fsync (default 0)' },
  strike(_env, target, options) {
    target.slowDisk(numberOption(options, 'factor', 1), numberOption(options, 'extra', 0));
    return () => target.slowDisk(1, 0);
  },
};
