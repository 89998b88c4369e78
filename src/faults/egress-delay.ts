import { type Fault, numberOption } from './fault.js';

/** Packets that leave a member's host take longer (tc netem delay). */
export const egressDelay: Fault = {
  name: 'egress-delay',
  summary: "what leaves a member's host is delayed by `delay`, instead of by what its own discipline says",
  options: { delay: 'the new egress delay', jitter: 'its jitter (default 0)' },
  strike(env, target, options) {
    const host = target.address.host;
    const before = env.network.egress(host);
    env.network.setEgress(host, {
      ...before,
      delayUs: numberOption(options, 'delay', before.delayUs),
      jitterUs: numberOption(options, 'jitter', 0),
    });
    return () => env.network.setEgress(host, before);
  },
};
