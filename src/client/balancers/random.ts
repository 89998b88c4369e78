import type { PickerPolicy } from '../policy.js';

/** Any ready member, each as likely, drawn anew for each call. */
export const random: PickerPolicy = {
  name: 'random',
  summary: 'a ready member drawn anew for each call',
  newPicker(ready, env) {
    const draws = env.stream('pick');
    return { pick: () => ({ kind: 'complete', subconnection: draws.pickFrom(ready) }) };
  },
};
