import type { PickerPolicy } from '../policy.js';
import { resultsByEndpoint } from './pick-results.js';
import { inMapOrder, rotation } from './round-robin.js';

interface Told {
  leader: string | undefined;
}

/**
 * The thesis's policy with leader status forecasting (§6.4.2): calls go to the endpoint that the forecaster names.
 *
 * The forecaster watches the leader's counters from a host of its own, moves leadership away from a member that it takes
 * for delayed, and tells every client by a datagram: late, or never, when the network is in trouble. Until one has come,
 * and while that endpoint is not connected, round robin chooses.
 *
 * All options are the forecaster's; who runs it reads them here.
 */
export const pickLeaderForecast: PickerPolicy<Told> = {
  name: 'pick-leader-forecast',
  summary: "all calls to the leader that a forecaster names, who moves leadership off a delayed member (the thesis's)",
  options: {
    model:
      'what classifies: a model that ships (default recorded-xgboost), a file.json, or oracle, which knows the truth',
    'scrape-interval': 'time between two scrapes, each followed by a verdict (default 5s)',
    hysteresis: 'how many verdicts in a row must call for it before leadership moves (default 1)',
    'move-on':
      "what takes leadership away: delay (states 1 and 3, the thesis's; default), or trouble (overload as well)",
    cooldown: 'least time between two moves (default 0s)',
    choose: 'the new leader: next (by id; default), or best: the lowest predicted network and disk latency',
  },
  shared(env): Told {
    const told: Told = { leader: undefined };
    env.onNotice?.((endpoint) => {
      if (env.endpoints.includes(endpoint)) told.leader = endpoint;
    });
    return told;
  },
  newPicker(ready, env, told) {
    const rotate = rotation(inMapOrder(ready, env.stream('order')));
    const results = resultsByEndpoint(ready);
    return {
      pick() {
        const fallback = rotate();
        return (told.leader === undefined ? undefined : results.get(told.leader)) ?? fallback;
      },
    };
  },
};
