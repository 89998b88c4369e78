import type { Fault, FaultEnv } from './fault.js';

/** Cuts a member off from the other members, from the clients, or from both; in one direction if asked. */
export const partition: Fault = {
  name: 'partition',
  summary: 'packets between a member and the others are lost',
  options: {
    from: '`peers` (default), `clients` or `all`',
    direction: '`both` (default), `in` (towards the member) or `out`',
  },
  strike(env, target, options) {
    const host = target.address.host;
    const cut: [string, string][] = [];
    for (const other of othersOf(env, host, String(options['from'] ?? 'peers'))) {
      const direction = options['direction'] ?? 'both';
      if (direction !== 'in') cut.push([host, other]);
      if (direction !== 'out') cut.push([other, host]);
    }
    // Only what this fault cut is mended by it: another partition may hold the same pair.
    const own = cut.filter(([from, to]) => !env.network.isBlocked(from, to));
    for (const [from, to] of own) env.network.block(from, to);
    return () => {
      for (const [from, to] of own) env.network.unblock(from, to);
    };
  },
};

function othersOf(env: FaultEnv, host: string, from: string): string[] {
  const peers = env.members.map((member) => member.address.host).filter((other) => other !== host);
  if (from === 'peers') return peers;
  return from === 'clients' ? [...env.clientHosts] : [...peers, ...env.clientHosts];
}
