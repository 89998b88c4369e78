import type { PickerPolicy } from '../policy.js';

/**
 * Draws two ready subconnections, picks the less busy; a tie goes to the first drawn.
 *
 * Source: Mitzenmacher, The Power of Two Choices in Randomized Load Balancing (2001); gRPC A48 (least_request).
 */
export const leastRequest: PickerPolicy = {
  name: 'least-request',
  summary: 'of two members drawn at random the one with fewer calls under way',
  newPicker(ready, env) {
    const draws = env.stream('pick'); // continues from picker to picker
    return {
      pick() {
        const first = draws.pickFrom(ready);
        const second = draws.pickFrom(ready);
        return { kind: 'complete', subconnection: second.inFlight < first.inFlight ? second : first };
      },
    };
  },
};
