import type { ErrorResponse } from '../../api/index.js';
import type { Stream } from '../../engine/index.js';
import type { ChannelControl, ChannelMemory, PickableSubconnection, PickerPolicy, PolicyEnv } from '../policy.js';
import { QUEUE } from './pick-results.js';

/** How long the one drawn at the start may take when another is ready already, µs. */
const HEAD_START_US = 1_000_000;

/**
 * clientv3 up to 3.1: connected to every endpoint, but all calls go to one, drawn at random.
 *
 * Another is drawn when the pinned one's connection breaks, or when it answers with an error that may pass. A call that the
 * client itself gave up says nothing to it: a member that is up, but cut off from the others, keeps its pin.
 *
 * Source: etcd docs, learning/client-architecture (clientv3-grpc1.0); clientv3 3.1 balancer.go, isHaltErr.
 */
export const grpc10: PickerPolicy<undefined, Pin> = {
  name: 'grpc-1.0',
  summary: 'connected to all, all calls to one drawn at random; on an error another is drawn (clientv3 3.1)',
  remember: (channel, env) => new Pin(channel, env),
  newPicker(_ready, _env, _shared, pin) {
    return {
      pick() {
        const { pinned } = pin;
        return pinned.state === 'READY' ? { kind: 'complete', subconnection: pinned } : QUEUE;
      },
      ended({ endpoint, outcome }) {
        if (outcome.kind === 'error' && mayPass(outcome) && pin.pinned.endpoint === endpoint) pin.leave();
      },
    };
  },
};

function mayPass({ code }: ErrorResponse): boolean {
  return code === 'Unavailable' || code === 'Internal';
}

class Pin implements ChannelMemory {
  pinned: PickableSubconnection;
  private readonly channel: ChannelControl;
  private readonly env: PolicyEnv;
  private readonly draws: Stream;
  /** The first draw has had its chance. */
  private settled = false;
  private timed = false;

  constructor(channel: ChannelControl, env: PolicyEnv) {
    this.channel = channel;
    this.env = env;
    this.draws = env.stream('pin');
    this.pinned = this.draws.pickFrom(channel.subconnections);
  }

  stateChanged(subconnection: PickableSubconnection): void {
    if (this.pinned.state === 'READY') this.settled = true;
    else if (this.settled || this.pinned.state === 'TRANSIENT_FAILURE') this.leave();
    else if (subconnection.state === 'READY') this.waitNoLonger();
  }

  /** For another one of those that are ready, if there is one. */
  leave(): void {
    this.settled = true;
    const others = this.channel.subconnections.filter((each) => each !== this.pinned && each.state === 'READY');
    if (others.length > 0) this.pinned = this.draws.pickFrom(others);
  }

  private waitNoLonger(): void {
    if (this.timed) return;
    this.timed = true;
    this.env.after(HEAD_START_US, () => {
      if (this.pinned.state === 'READY') return;
      this.leave();
      this.channel.renewPicker();
    });
  }
}
