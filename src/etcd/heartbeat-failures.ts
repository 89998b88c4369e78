import type { Simulator } from '../engine/index.js';
import type { MemberId } from '../raft/types.js';
import type { MemberMetrics } from './metrics.js';

/** etcd counts a heartbeat as failed that leaves more than two intervals after the last one to that peer. */
export class HeartbeatFailures {
  private readonly lastUs = new Map<MemberId, number>();
  private readonly simulator: Simulator;
  private readonly metrics: MemberMetrics;
  private readonly intervalUs: number;

  constructor(simulator: Simulator, metrics: MemberMetrics, intervalUs: number) {
    this.simulator = simulator;
    this.metrics = metrics;
    this.intervalUs = intervalUs;
  }

  /** A heartbeat leaves for `to`. */
  sent(to: MemberId): void {
    const { nowUs } = this.simulator;
    const lastUs = this.lastUs.get(to);
    this.lastUs.set(to, nowUs);
    if (lastUs !== undefined && nowUs - lastUs > 2 * this.intervalUs) this.metrics.heartbeatSendFailures.add();
  }

  /** Another reign, or none: there is no last one. */
  forget(): void {
    this.lastUs.clear();
  }
}
