import type { PickableSubconnection, PickerPolicy, PolicyEnv } from '../policy.js';
import { durationOption } from './options.js';
import { inMapOrder, rotation } from './round-robin.js';

/** A question not answered for so long: the member does not count as near, µs. */
const PATIENCE_US = 2_000_000;
/** TCP's weight of a new sample (RFC 6298). */
const SAMPLE_WEIGHT = 1 / 8;

/**
 * All calls to the ready member with the lowest measured round trip, rotation until one has been measured.
 *
 * A status call to each member gives the round trip, once for all channels of a program; the first one of each, which has
 * to open a connection, does not count. A member that does not answer is not near.
 */
export const nearest: PickerPolicy<RoundTrips> = {
  name: 'nearest',
  summary: 'all calls to the member with the lowest measured round trip',
  options: { 'probe-interval': 'time between two measurements (default 10s)' },
  shared: (env) => new RoundTrips(env),
  newPicker(ready, env, roundTrips) {
    const rotate = rotation(inMapOrder(ready, env.stream('order')));
    return {
      pick() {
        const subconnection = roundTrips.nearest(ready);
        return subconnection === undefined ? rotate() : { kind: 'complete', subconnection };
      },
    };
  },
};

class RoundTrips {
  private readonly env: PolicyEnv;
  private readonly intervalUs: number;
  /** Smoothed, µs; undefined: not known, or no answer lately. */
  private readonly smoothedUs = new Map<string, number | undefined>();

  constructor(env: PolicyEnv) {
    this.env = env;
    this.intervalUs = durationOption(env.options, 'probe-interval', 10_000_000);
    for (const endpoint of env.endpoints) this.probe(endpoint, false);
  }

  nearest(ready: readonly PickableSubconnection[]): PickableSubconnection | undefined {
    let found: PickableSubconnection | undefined;
    let leastUs = Number.POSITIVE_INFINITY;
    for (const subconnection of ready) {
      const us = this.smoothedUs.get(subconnection.endpoint);
      if (us === undefined || us >= leastUs) continue;
      found = subconnection;
      leastUs = us;
    }
    return found;
  }

  /** @param counts false for the question that opens the connection, after which the first real one follows at once */
  private probe(endpoint: string, counts: boolean): void {
    const { env } = this;
    const askedUs = env.nowUs;
    let over = false;
    env.askStatus(endpoint, PATIENCE_US, (outcome) => {
      if (over) return;
      over = true;
      if (outcome.kind !== 'status') this.smoothedUs.set(endpoint, undefined);
      else if (counts) this.measured(endpoint, env.nowUs - askedUs);
      if (counts || outcome.kind !== 'status')
        env.after(this.intervalUs, () => this.probe(endpoint, outcome.kind === 'status'));
      else this.probe(endpoint, true);
    });
    env.after(PATIENCE_US, () => {
      if (over) return;
      over = true;
      this.smoothedUs.set(endpoint, undefined);
      this.probe(endpoint, false);
    });
  }

  private measured(endpoint: string, us: number): void {
    const before = this.smoothedUs.get(endpoint);
    this.smoothedUs.set(endpoint, before === undefined ? us : before + SAMPLE_WEIGHT * (us - before));
  }
}
