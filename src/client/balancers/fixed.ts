import { LeaderPoll } from '../leader-poll.js';
import type { PickerPolicy } from '../policy.js';
import { QUEUE, resultsByEndpoint } from './pick-results.js';

interface Aim {
  /** The endpoint to use; undefined while it is not known. */
  endpoint(): string | undefined;
}

/**
 * Everything to one member: a named one, whoever leads, or a follower. For measuring one path by itself.
 *
 * `leader` and `follower` are found by a status poll every 5 s; calls wait for its first answer. `follower` is the first
 * endpoint by name that does not lead, `follower-2` the second.
 */
export const fixed: PickerPolicy<Aim> = {
  name: 'fixed',
  summary: 'all calls to one member: `to: leader`, `follower`, `follower-2`, ... or a name',
  options: { to: '`leader`, `follower`, `follower-2`, ... or the name of a member' },
  exceptions: {
    B6: 'calls wait for that one member, however long it is away',
    B7: 'the same after a fault that does not end',
  },
  shared(env) {
    const to = String(env.options['to'] ?? 'leader');
    const follower = /^follower(?:-(\d+))?$/.exec(to);
    if (to !== 'leader' && follower === null) return { endpoint: () => to };
    const poll = new LeaderPoll(env, 5_000_000, () => env.repick());
    if (follower === null) return { endpoint: () => poll.leader };
    const place = Number(follower[1] ?? 1) - 1;
    const byName = [...env.endpoints].sort();
    return {
      endpoint: () => (poll.leader === undefined ? undefined : byName.filter((name) => name !== poll.leader)[place]),
    };
  },
  newPicker(ready, _env, aim) {
    const results = resultsByEndpoint(ready);
    return {
      pick() {
        const endpoint = aim.endpoint();
        return (endpoint === undefined ? undefined : results.get(endpoint)) ?? QUEUE;
      },
    };
  },
};
