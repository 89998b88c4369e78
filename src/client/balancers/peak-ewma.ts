import { exp } from '../../engine/index.js';
import type { PickableSubconnection, PickerPolicy } from '../policy.js';
import { durationOption } from './options.js';

/** What a member that has never answered costs while it has a call under way: more than any real latency, µs. */
const UNKNOWN_COST_US = 1e12;

/**
 * Finagle's peak EWMA: of two members drawn, the one with the lower latency times calls under way.
 *
 * The latency is a moving average that jumps up to each peak at once, and sinks with a time constant, also while nothing
 * is sent.
 *
 * Source: twitter/finagle PeakEwma.scala (decay 10 s).
 */
export const peakEwma: PickerPolicy<undefined, Costs> = {
  name: 'peak-ewma',
  summary: 'of two members drawn at random the one with the lower peak-sensitive latency x calls under way (Finagle)',
  options: { decay: 'time constant with which a latency is forgotten (default 10s)' },
  remember: (_channel, env) => new Costs(durationOption(env.options, 'decay', 10_000_000)),
  newPicker(ready, env, _shared, costs) {
    const draws = env.stream('pick');
    return {
      pick(call) {
        const { nowUs } = env;
        const [first, second] = twoOf(ready, draws.below(ready.length), draws.below(Math.max(1, ready.length - 1)));
        const subconnection = costs.of(second.endpoint, nowUs) < costs.of(first.endpoint, nowUs) ? second : first;
        if (call.kind !== 'watch') costs.began(subconnection.endpoint);
        return { kind: 'complete', subconnection };
      },
      ended: ({ endpoint, placedUs }) => costs.ended(endpoint, env.nowUs - placedUs, env.nowUs),
    };
  },
};

/** Two different ones, where there are two. */
function twoOf(ready: readonly PickableSubconnection[], first: number, step: number) {
  return [ready[first]!, ready[ready.length === 1 ? 0 : (first + 1 + step) % ready.length]!] as const;
}

interface Seen {
  averageUs: number;
  atUs: number;
  underWay: number;
}

class Costs {
  private readonly decayUs: number;
  private readonly members = new Map<string, Seen>();

  constructor(decayUs: number) {
    this.decayUs = decayUs;
  }

  of(endpoint: string, nowUs: number): number {
    const seen = this.seen(endpoint);
    if (seen.averageUs === 0 && seen.underWay > 0) return UNKNOWN_COST_US + seen.underWay;
    return this.averageUs(seen, nowUs) * (seen.underWay + 1);
  }

  began(endpoint: string): void {
    this.seen(endpoint).underWay++;
  }

  ended(endpoint: string, latencyUs: number, nowUs: number): void {
    const seen = this.seen(endpoint);
    seen.underWay--;
    const weight = exp(-(nowUs - seen.atUs) / this.decayUs);
    seen.averageUs = latencyUs > seen.averageUs ? latencyUs : seen.averageUs * weight + latencyUs * (1 - weight);
    seen.atUs = nowUs;
  }

  private averageUs({ averageUs, atUs }: Seen, nowUs: number): number {
    return averageUs * exp(-(nowUs - atUs) / this.decayUs);
  }

  private seen(endpoint: string): Seen {
    let seen = this.members.get(endpoint);
    if (seen === undefined) {
      seen = { averageUs: 0, atUs: 0, underWay: 0 };
      this.members.set(endpoint, seen);
    }
    return seen;
  }
}
