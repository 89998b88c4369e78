import { type Fault, numberOption } from './fault.js';

/** Packets that leave a member's host take longer (tc netem delay). */
export const egressDelay: Fault = {
  name: 'egress-delay',
  summary: "what leaves a member's host is delayed by `delay`, instead of by what its own discipline says",
  options: { delay: 'the new egress delay', jitter: 'its jitter (default 0)' },
  strike(env, target, options) {
    const { network } = env;
    const { host } = target.address;
    const before = network.egress(host);
    network.setEgress(host, {
      ...before,
      delayUs: numberOption(options, 'delay', before.delayUs),
      jitterUs: numberOption(options, 'jitter', 0),
    });
    const { delayUs, jitterUs } = before;
    // What else was changed meanwhile stays.
    return () => network.setEgress(host, { ...network.egress(host), delayUs, jitterUs });
  },
};
