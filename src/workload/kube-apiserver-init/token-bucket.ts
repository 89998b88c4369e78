import { type Process, type Simulator, wait } from '../../engine/index.js';

/**
 * A client-side rate limit: `burst` requests at once, then `perSec`; who comes first goes first.
 *
 * Full at the first request. Source: golang.org/x/time/rate, behind client-go's flow control.
 */
export class TokenBucket {
  private readonly simulator: Simulator;
  private readonly intervalUs: number;
  private readonly burst: number;
  /** When the next request would go out if each had waited for the rate alone. */
  private nextUs = Number.NEGATIVE_INFINITY;

  constructor(simulator: Simulator, { perSec, burst }: { readonly perSec: number; readonly burst: number }) {
    this.simulator = simulator;
    this.intervalUs = Math.round(1e6 / perSec);
    this.burst = burst;
  }

  /** Waits for a token. */
  take(): Process {
    return wait<void>((done) => {
      const { nowUs } = this.simulator;
      // Unused time is saved up to one burst.
      this.nextUs = Math.max(this.nextUs, nowUs - (this.burst - 1) * this.intervalUs);
      const delayUs = Math.max(this.nextUs - nowUs, 0);
      this.nextUs += this.intervalUs;
      if (delayUs === 0) done();
      else this.simulator.schedule(delayUs, done, undefined);
    });
  }
}
