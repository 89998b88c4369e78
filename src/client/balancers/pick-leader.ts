import { LeaderPoll } from '../leader-poll.js';
import type { PickerPolicy, PickResult, PolicyEnv } from '../policy.js';
import { durationOption } from './options.js';
import { inMapOrder, rotation } from './round-robin.js';

interface LeaderView {
  readonly leader: string | undefined;
}

/**
 * The thesis's policy (§6.3): every call to the leader's subconnection if there is one, else what round robin chooses.
 *
 * Who leads is asked of every endpoint every 5 s, once for all channels of a program; in between the view can be stale.
 */
export const pickLeader: PickerPolicy<LeaderView> = {
  name: 'pick-leader',
  summary: "all calls to the leader, found by a status poll every 5 s; round robin while there is none (the thesis's)",
  options: { 'poll-interval': 'time between two status polls of all endpoints (default 5s)' },
  shared(env: PolicyEnv): LeaderView {
    return new LeaderPoll(env, durationOption(env.options, 'poll-interval', 5_000_000), () => {});
  },
  newPicker(ready, env, view) {
    const rotate = rotation(inMapOrder(ready, env.stream('order')));
    const results = new Map(
      ready.map((subconnection): [string, PickResult] => [subconnection.endpoint, { kind: 'complete', subconnection }]),
    );
    return {
      pick() {
        // The rotation moves on even when the leader is taken, as in the thesis's code.
        const fallback = rotate();
        return (view.leader === undefined ? undefined : results.get(view.leader)) ?? fallback;
      },
    };
  },
};
