import { LeaderPoll } from '../leader-poll.js';
import type { PickerPolicy } from '../policy.js';
import { durationOption } from './options.js';
import { resultsByEndpoint } from './pick-results.js';
import { inMapOrder, rotation } from './round-robin.js';

/**
 * Mutations to the leader as a status poll last saw it, everything else in rotation.
 *
 * The plain form of `leader-aware`: its view can be as stale as the poll's interval.
 */
export const writesToLeader: PickerPolicy<LeaderPoll> = {
  name: 'writes-to-leader',
  summary: 'mutations to the leader, found by a status poll every 5 s; reads and watches in rotation',
  options: { 'poll-interval': 'time between two status polls of all endpoints (default 5s)' },
  shared: (env) => new LeaderPoll(env, durationOption(env.options, 'poll-interval', 5_000_000), () => {}),
  newPicker(ready, env, view) {
    const rotate = rotation(inMapOrder(ready, env.stream('order')));
    const results = resultsByEndpoint(ready);
    return {
      pick({ mutation }) {
        return (mutation && view.leader !== undefined ? results.get(view.leader) : undefined) ?? rotate();
      },
    };
  },
};
