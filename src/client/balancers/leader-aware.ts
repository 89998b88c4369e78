import { type LeaderHint, LeaderTracker } from '../leader-tracker.js';
import type { ChannelMemory, PickableSubconnection, PickerPolicy } from '../policy.js';
import { StatusTracker } from '../status-tracker.js';
import { durationOption, flagOption } from './options.js';
import { resultsByEndpoint } from './pick-results.js';
import { inMapOrder, rotation } from './round-robin.js';

/**
 * As proposed to etcd's maintainers: mutations to the leader, reads and watches in rotation as before.
 *
 * Who leads is a hint from status answers and from the headers of all answers. It is dropped as soon as the leader's
 * connection or one of its answers says that it may be wrong; then everybody is asked at once, and again every 3 s. A hint
 * that stands is refreshed every 30 s. What was asked before the hint last changed cannot change it any more.
 *
 * Source: etcd issue 22268, pull requests 22327 and 22328.
 */
export const leaderAware: PickerPolicy<LeaderHint, Connections> = leaderAwareWith({});

/** @param fenced false: late answers count as new ones do; to show what the fence is for */
export function leaderAwareWith({
  fenced = true,
}: {
  readonly fenced?: boolean;
}): PickerPolicy<LeaderHint, Connections> {
  return {
    name: 'leader-aware',
    summary: 'mutations to the leader, known from status and from answers; reads and watches in rotation (etcd 22268)',
    options: {
      rediscovery: 'time between two rounds of questions while no leader is known (default 3s)',
      refresh: 'the same while one is known (default 30s)',
      headers: 'false: hints from status answers alone, as without pull request 22327 (default true)',
    },
    shared: (env) => {
      const rediscoveryUs = durationOption(env.options, 'rediscovery', 3_000_000);
      const refreshUs = durationOption(env.options, 'refresh', 30_000_000);
      return flagOption(env.options, 'headers', true)
        ? new LeaderTracker(env, { rediscoveryUs, refreshUs, fenced })
        : new StatusTracker(env, rediscoveryUs, refreshUs);
    },
    remember: (_channel, _env, tracker) => new Connections(tracker),
    newPicker(ready, env, tracker) {
      const rotate = rotation(inMapOrder(ready, env.stream('order')));
      const results = resultsByEndpoint(ready);
      return {
        pick({ mutation }) {
          return (mutation && tracker.leader !== undefined ? results.get(tracker.leader) : undefined) ?? rotate();
        },
        ended: (end) => tracker.heard(end),
      };
    },
  };
}

/** Tells the tracker when a channel loses its connection to the leader. */
class Connections implements ChannelMemory {
  private readonly tracker: LeaderHint;
  private readonly ready = new Set<string>();

  constructor(tracker: LeaderHint) {
    this.tracker = tracker;
  }

  stateChanged({ endpoint, state }: PickableSubconnection): void {
    if (state === 'READY') this.ready.add(endpoint);
    else if (this.ready.delete(endpoint)) this.tracker.disconnected(endpoint);
  }
}
