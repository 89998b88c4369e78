import type { StatusCode } from '../../api/index.js';
import type { ChannelControl, ChannelMemory, PickableSubconnection, PickerPolicy, PolicyEnv } from '../policy.js';
import { durationOption } from './options.js';
import { QUEUE } from './pick-results.js';

/** After an answer with one of these the client goes elsewhere. Source: clientv3 3.3 retry.go. */
const SWITCH_AFTER: ReadonlySet<StatusCode> = new Set(['Unavailable', 'DeadlineExceeded', 'Internal']);

/**
 * clientv3 3.2 and 3.3: one connection. All endpoints are dialled, the first to be ready is pinned, the others are closed.
 *
 * An endpoint that broke, or that answered with an error that makes the client go elsewhere, counts as unhealthy for a
 * fixed time: it is not pinned, even if it is back at once. Where all endpoints are unhealthy that is no reason any more.
 *
 * Source: etcd docs, learning/client-architecture (clientv3-grpc1.7); clientv3 3.3 health_balancer.go, retry.go.
 *
 * Model: the gRPC health check of an endpoint before it is pinned is left out; members here have no such service to fail.
 */
export const grpc17: PickerPolicy<undefined, OnePinned> = {
  name: 'grpc-1.7',
  summary: 'one connection, to the first endpoint that answers; one that broke is avoided for 5 s (clientv3 3.2, 3.3)',
  options: { 'unhealthy-time': "how long an endpoint that broke is avoided (default 5s, clientv3's dial timeout)" },
  remember: (channel, env) => new OnePinned(channel, env),
  newPicker(_ready, _env, _shared, memory) {
    return {
      pick() {
        const { pinned } = memory;
        return pinned?.state === 'READY' ? { kind: 'complete', subconnection: pinned } : QUEUE;
      },
      ended({ endpoint, outcome }) {
        if (outcome.kind === 'error' && SWITCH_AFTER.has(outcome.code)) memory.failed(endpoint);
      },
    };
  },
};

class OnePinned implements ChannelMemory {
  pinned: PickableSubconnection | undefined;
  private readonly channel: ChannelControl;
  private readonly env: PolicyEnv;
  private readonly unhealthyUs: number;
  /** When an endpoint that is avoided was found wanting. */
  private readonly unhealthySince = new Map<string, number>();

  constructor(channel: ChannelControl, env: PolicyEnv) {
    this.channel = channel;
    this.env = env;
    this.unhealthyUs = durationOption(env.options, 'unhealthy-time', 5_000_000);
  }

  start(): void {
    this.connectAll();
  }

  stateChanged(subconnection: PickableSubconnection): void {
    if (subconnection === this.pinned) {
      if (subconnection.state === 'READY') return;
      this.avoid(subconnection.endpoint);
      this.pinned = undefined;
      this.connectAll();
      this.pinOne();
    } else if (subconnection.state === 'READY') {
      if (this.pinned === undefined) this.pinOne();
      else this.channel.disconnect(subconnection.endpoint);
    }
  }

  /** A call to that endpoint ended in a way that makes the client go elsewhere. */
  failed(endpoint: string): void {
    if (this.pinned?.endpoint !== endpoint) return;
    // A new state, which unpins it.
    this.channel.disconnect(endpoint);
  }

  private avoid(endpoint: string): void {
    const timed = this.unhealthySince.has(endpoint);
    this.unhealthySince.set(endpoint, this.env.nowUs);
    if (!timed) this.env.after(this.unhealthyUs, () => this.forgive(endpoint));
  }

  /** It is avoided no more, unless it has failed again meanwhile. */
  private forgive(endpoint: string): void {
    const leftUs = this.unhealthySince.get(endpoint)! + this.unhealthyUs - this.env.nowUs;
    if (leftUs > 0) {
      this.env.after(leftUs, () => this.forgive(endpoint));
      return;
    }
    this.unhealthySince.delete(endpoint);
    if (this.pinned === undefined) this.pinOne();
  }

  private connectAll(): void {
    // Go starts a goroutine for each; which of them gets to dial first is chance.
    for (const endpoint of this.env.stream('dial').shuffled(this.env.endpoints)) {
      if (this.pinned === undefined) this.channel.connect(endpoint);
    }
  }

  private pinOne(): void {
    const { subconnections } = this.channel;
    const allUnhealthy = this.unhealthySince.size === subconnections.length;
    const found = subconnections.find(
      ({ state, endpoint }) => state === 'READY' && (allUnhealthy || !this.unhealthySince.has(endpoint)),
    );
    if (found === undefined) return;
    this.pinned = found;
    for (const other of subconnections) if (other !== found) this.channel.disconnect(other.endpoint);
    this.channel.renewPicker();
  }
}
