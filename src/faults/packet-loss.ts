import { type Fault, numberOption } from './fault.js';

/** Packets that leave a member's host get lost below TCP (tc netem loss): its connections stall and send them again. */
export const packetLoss: Fault = {
  name: 'packet-loss',
  summary: "of the packets that leave a member's host, a share is lost: TCP sends them again, UDP does not",
  options: { ratio: 'how many, 0..1 (default 0.05)' },
  strike(env, target, options) {
    const { network } = env;
    const { host } = target.address;
    const lossRatioBefore = network.egress(host).lossRatio;
    network.setEgress(host, { ...network.egress(host), lossRatio: numberOption(options, 'ratio', 0.05) });
    return () => network.setEgress(host, { ...network.egress(host), lossRatio: lossRatioBefore });
  },
};
