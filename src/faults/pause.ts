import type { Fault } from './fault.js';

/** SIGSTOP and SIGCONT: the process does nothing, its kernel goes on acknowledging. */
export const pause: Fault = {
  name: 'pause',
  summary: 'SIGSTOP of a member: its connections stay open and nothing is answered; with `for`, SIGCONT',
  strike(_env, target) {
    target.pause();
    return () => target.resume();
  },
};
