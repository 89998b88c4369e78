import type { Stream } from '../../engine/index.js';
import type { CallEnd, PickableSubconnection, PickerPolicy, PolicyEnv } from '../policy.js';
import { durationOption, numberOption } from './options.js';

/**
 * gRPC's weighted round robin: members in turn, the more often the more they answer for the load that they carry.
 *
 * Weight = answers per second / (load + error share x penalty); a member without a weight gets the mean of the others'.
 *
 * Source: gRPC A58 (defaults: blackout 10 s, expiry 3 min, update 1 s, penalty 1).
 *
 * Model: etcd reports no load (ORCA), so a member's load is what the client sees of it, its mean number of calls under
 * way; without errors the weight is then 1 / mean latency.
 */
export const weightedRoundRobin: PickerPolicy<undefined, Weights> = {
  name: 'weighted-round-robin',
  summary: 'in turn, the more often the less latency and errors a member shows (gRPC A58 with client-side load)',
  options: {
    blackout: 'how long a member must have been heard of before its weight counts (default 10s)',
    expiry: 'a weight not renewed for so long is forgotten (default 3m)',
    'update-interval': 'how often weights are computed anew (default 1s)',
    'error-penalty': 'what a share of errors of 1 adds to the load (default 1)',
  },
  remember: (_channel, env) => new Weights(env),
  newPicker(ready, env, _shared, weights) {
    weights.sawReady(ready);
    let schedule = new Schedule(ready, weights, env.stream('deadlines'));
    return {
      pick() {
        if (schedule.version !== weights.version) schedule = new Schedule(ready, weights, env.stream('deadlines'));
        return { kind: 'complete', subconnection: schedule.next() };
      },
      ended: (end) => weights.ended(end),
    };
  },
};

interface Reports {
  answers: number;
  errors: number;
  busyUs: number;
  weight: number;
  updatedUs: number;
  /** When the first report of the present stretch came; undefined between stretches. */
  reportedSinceUs: number | undefined;
}

class Weights {
  /** Grows when the weights change. */
  version = 0;
  private readonly env: PolicyEnv;
  private readonly blackoutUs: number;
  private readonly expiryUs: number;
  private readonly updateUs: number;
  private readonly penalty: number;
  private readonly members = new Map<string, Reports>();
  private readyBefore: ReadonlySet<string> = new Set();

  constructor(env: PolicyEnv) {
    const { options } = env;
    this.env = env;
    this.blackoutUs = durationOption(options, 'blackout', 10_000_000);
    this.expiryUs = durationOption(options, 'expiry', 180_000_000);
    this.updateUs = Math.max(100_000, durationOption(options, 'update-interval', 1_000_000));
    this.penalty = numberOption(options, 'error-penalty', 1);
    env.after(this.updateUs, () => this.update());
  }

  /** A member that comes back begins its blackout anew. */
  sawReady(ready: readonly PickableSubconnection[]): void {
    const names = new Set(ready.map(({ endpoint }) => endpoint));
    for (const name of names) if (!this.readyBefore.has(name)) this.of(name).reportedSinceUs = undefined;
    this.readyBefore = names;
  }

  ended({ endpoint, placedUs, outcome }: CallEnd): void {
    const reports = this.of(endpoint);
    reports.answers++;
    if (outcome.kind === 'error') reports.errors++;
    reports.busyUs += this.env.nowUs - placedUs;
  }

  /** 0 = none that counts. */
  weight(endpoint: string): number {
    const { nowUs } = this.env;
    const reports = this.of(endpoint);
    if (reports.reportedSinceUs === undefined) return 0;
    if (nowUs - reports.updatedUs >= this.expiryUs) {
      reports.reportedSinceUs = undefined;
      return 0;
    }
    return nowUs - reports.reportedSinceUs < this.blackoutUs ? 0 : reports.weight;
  }

  private update(): void {
    const { nowUs } = this.env;
    for (const reports of this.members.values()) {
      const { answers, errors, busyUs } = reports;
      if (answers === 0) continue;
      const load = busyUs / this.updateUs + (errors / answers) * this.penalty;
      reports.reportedSinceUs ??= nowUs;
      reports.updatedUs = nowUs;
      reports.weight = (answers * 1e6) / this.updateUs / Math.max(load, 1e-9);
      reports.answers = 0;
      reports.errors = 0;
      reports.busyUs = 0;
    }
    this.version++;
    this.env.after(this.updateUs, () => this.update());
  }

  private of(endpoint: string): Reports {
    let reports = this.members.get(endpoint);
    if (reports === undefined) {
      reports = { answers: 0, errors: 0, busyUs: 0, weight: 0, updatedUs: 0, reportedSinceUs: undefined };
      this.members.set(endpoint, reports);
    }
    return reports;
  }
}

/** Earliest deadline first: each member's period is 1 / weight, its first deadline anywhere in one. */
class Schedule {
  readonly version: number;
  private readonly ready: readonly PickableSubconnection[];
  private readonly periods: readonly number[];
  private readonly deadlines: number[];

  constructor(ready: readonly PickableSubconnection[], weights: Weights, draws: Stream) {
    this.version = weights.version;
    this.ready = ready;
    const own = ready.map(({ endpoint }) => weights.weight(endpoint));
    const known = own.filter((weight) => weight > 0);
    const mean = known.reduce((sum, weight) => sum + weight, 0) / known.length;
    // A58: with fewer than two known weights all are alike.
    this.periods = own.map((weight) => (known.length < 2 ? 1 : 1 / (weight > 0 ? weight : mean)));
    this.deadlines = this.periods.map((period) => period * draws.uniform());
  }

  next(): PickableSubconnection {
    let first = 0;
    for (let i = 1; i < this.deadlines.length; i++) if (this.deadlines[i]! < this.deadlines[first]!) first = i;
    this.deadlines[first]! += this.periods[first]!;
    return this.ready[first]!;
  }
}
