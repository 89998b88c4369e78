import type { Fault } from './fault.js';

/** One link between two members is cut: a partial partition, in which others still reach both. */
export const cutLink: Fault = {
  name: 'cut-link',
  summary: 'packets between a member and one other are lost, while both reach the rest',
  options: { peer: 'the other member (default: the next by id)', direction: '`both` (default), `in` or `out`' },
  strike(env, target, options) {
    const { members, network } = env;
    const next = members[(members.indexOf(target) + 1) % members.length]!;
    const peer = members.find(({ name }) => name === options['peer']) ?? next;
    if (peer === target) return undefined;
    const [here, there] = [target.address.host, peer.address.host];
    const direction = options['direction'] ?? 'both';
    const cut: [string, string][] = [];
    if (direction !== 'in') cut.push([here, there]);
    if (direction !== 'out') cut.push([there, here]);
    const own = cut.filter(([from, to]) => !network.isBlocked(from, to));
    for (const [from, to] of own) network.block(from, to);
    return () => {
      for (const [from, to] of own) network.unblock(from, to);
    };
  },
};
