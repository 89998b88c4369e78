import type { Invariant } from './invariant.js';
import { describeVoters, isQuorum } from './quorum.js';

/**
 * Source: Raft paper §5.3; etcd's KV guarantees, "durability".
 *
 * A leader may commit an entry before it has applied the configuration just before it, so a quorum of the configuration
 * before that will do.
 */
export const durableAcknowledgement: Invariant = {
  property: 'Durable Acknowledgement',
  meaning: 'what a client is told to have happened is on the disks of a quorum',
  start(view) {
    return {
      after(event) {
        if (event.kind !== 'acknowledged') return undefined;
        const { index, term, member } = event;
        const counting = view.configs.filter((known) => known.index <= index).slice(-2);
        if (counting.length === 0) return undefined;
        const has = (name: string): boolean => view.member(name).log.holds(index, term);
        if (counting.some(({ config }) => isQuorum(config, has))) return undefined;
        const { config } = counting.at(-1)!;
        const holders = [...new Set([...config.voters, ...config.votersOutgoing])].sort().filter(has);
        const on = holders.length === 0 ? 'nobody' : holders.join(' ');
        return `${member} acknowledges index ${index} of term ${term}, durable on ${on} of ${describeVoters(config)}`;
      },
    };
  },
};
