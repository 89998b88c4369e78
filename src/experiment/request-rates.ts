import type { Simulator } from '../engine/index.js';
import type { Member } from '../etcd/index.js';
import type { Series } from './result.js';
import { TrafficMeter } from './traffic.js';

const INTERVAL_US = 1_000_000;

/** Requests per second received by each member, second by second (figure 6.2 of the thesis). */
export class RequestRates {
  private readonly simulator: Simulator;
  private readonly members: readonly Member[];
  private readonly meter: TrafficMeter;
  private readonly startUs: number;
  private before: readonly number[];
  private readonly points: (readonly [number, number])[][];

  /** Counts from now on. */
  constructor(simulator: Simulator, members: readonly Member[]) {
    this.simulator = simulator;
    this.members = members;
    this.meter = new TrafficMeter(members);
    this.startUs = simulator.nowUs;
    this.before = members.map(() => 0);
    this.points = members.map(() => []);
    simulator.schedule(INTERVAL_US, this.sample, undefined);
  }

  series(): Series[] {
    return this.members.map(({ name }, i) => ({ name: `requests ${name}`, unit: '1/s', points: this.points[i]! }));
  }

  private readonly sample = (): void => {
    const now = this.meter.requestCounts();
    const timeMs = (this.simulator.nowUs - this.startUs) / 1000;
    now.forEach((count, i) => {
      this.points[i]!.push([timeMs, count - this.before[i]!]);
    });
    this.before = now;
    this.simulator.schedule(INTERVAL_US, this.sample, undefined);
  };
}
