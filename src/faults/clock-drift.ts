import { type Fault, numberOption } from './fault.js';

/** A member's clock runs fast or slow, and with it its ticks: heartbeats and election timeouts. */
export const clockDrift: Fault = {
  name: 'clock-drift',
  summary: "a member's clock runs at `rate` times the true speed",
  options: { rate: 'its seconds per true second (default 1.1)' },
  strike(_env, target, options) {
    target.driftClock(numberOption(options, 'rate', 1.1));
    return () => target.driftClock(1);
  },
};
