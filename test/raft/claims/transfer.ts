import { expect } from 'vitest';
import type { Message, RaftConfig, RaftState } from '../../../src/raft/types.js';
import { Network } from '../network.js';
import { id, ofType, TestNode } from '../test-node.js';
import type { Claim } from './claim.js';

/** Handing over leadership. Source: thesis of Raft §3.10; facts as in the tests of etcd-io/raft. */
export const transferClaims: readonly Claim[] = [
  ...([{}, { checkQuorum: true }, { checkQuorum: true, preVote: true }] as const).flatMap((overrides): Claim[] => [
    {
      name: `a transfer to an up-to-date member succeeds, and back ${describeOverrides(overrides)}`,
      check: () => {
        const network = new Network(3, {}, overrides);
        const leader = network.elect(1);
        leader.raw.transferLeader(id(2));
        network.settle();
        expectTransfer(leader, 'StateFollower', 2);
        network.node(1).propose();
        network.settle();
        network.node(2).raw.transferLeader(id(1));
        network.settle();
        expectTransfer(leader, 'StateLeader', 1);
      },
    },
    {
      name: `a transfer asked for at a follower goes on to the leader ${describeOverrides(overrides)}`,
      check: () => {
        const network = new Network(3, {}, overrides);
        const leader = network.elect(1);
        network.node(2).raw.transferLeader(id(2));
        network.settle();
        expectTransfer(leader, 'StateFollower', 2);
        leader.raw.transferLeader(id(1));
        network.settle();
        expectTransfer(leader, 'StateLeader', 1);
      },
    },
  ]),
  {
    name: 'a member that lags is caught up first',
    check: () => {
      const { network, leader } = withLaggard();
      network.recover();
      expect(leader.peer(3).match).toBe(1);
      const sent: string[] = [];
      network.filter = (message: Message) => {
        if (message.from === 1 && message.to === 3) sent.push(message.type);
        return true;
      };
      leader.raw.transferLeader(id(3));
      network.settle();
      expectTransfer(leader, 'StateFollower', 3);
      expect(sent.indexOf('MsgApp')).toBeLessThan(sent.indexOf('MsgTimeoutNow'));
      expect(sent.indexOf('MsgApp')).toBeGreaterThanOrEqual(0);
    },
  },
  {
    name: 'a member that needs a snapshot is caught up by it first',
    check: () => {
      const { network, leader } = withLaggard();
      const applied = leader.raw.appliedIndex;
      leader.storage.createSnapshot(applied);
      leader.storage.compact(applied);
      network.recover();
      leader.raw.transferLeader(id(3));
      network.settle();
      expectTransfer(leader, 'StateFollower', 3);
      expect(network.node(3).storage.firstIndex()).toBe(applied + 1);
    },
  },
  {
    name: 'a transfer to oneself or to a stranger changes nothing',
    check: () => {
      const network = new Network(3);
      const leader = network.elect(1);
      for (const target of [1, 4]) {
        leader.raw.transferLeader(id(target));
        network.settle();
        expectTransfer(leader, 'StateLeader', 1);
      }
    },
  },
  {
    name: 'a transfer to a learner changes nothing',
    check: () => {
      const network = new Network(3, { voters: [1, 2], learners: [3] });
      const leader = network.elect(1);
      leader.raw.transferLeader(id(3));
      network.settle();
      expectTransfer(leader, 'StateLeader', 1);
    },
  },
  {
    name: 'a transfer that takes an election timeout is given up',
    check: () => {
      const { network, leader } = withLaggard();
      leader.raw.transferLeader(id(3));
      network.settle();
      leader.tick();
      expect(leader.raft.leadTransferee).toBe(3);
      leader.tick(9);
      expectTransfer(leader, 'StateLeader', 1);
    },
  },
  {
    name: 'a transfer has a whole election timeout, whenever it begins',
    check: () => {
      const { leader } = withLaggard();
      leader.tick(5);
      leader.raw.transferLeader(id(3));
      leader.tick(9);
      expect(leader.raft.leadTransferee).toBe(3);
      leader.tick(1);
      expect(leader.raft.leadTransferee).toBe(0);
    },
  },
  {
    name: 'proposals are dropped during a transfer',
    check: () => {
      const { leader } = withLaggard();
      const last = leader.raw.lastIndex;
      leader.raw.transferLeader(id(3));
      expect(leader.raw.propose('data', 4)).toBe('raft proposal dropped');
      expect(leader.raw.lastIndex).toBe(last);
    },
  },
  {
    name: 'a transfer ends with a higher term',
    check: () => {
      const { network, leader } = withLaggard();
      leader.raw.transferLeader(id(3));
      network.elect(2);
      expectTransfer(leader, 'StateFollower', 2);
    },
  },
  {
    name: 'a transfer ends when its target is removed or demoted',
    check: () => {
      for (const changes of [
        [{ type: 'ConfChangeRemoveNode', nodeId: id(3) }],
        [
          { type: 'ConfChangeRemoveNode', nodeId: id(3) },
          { type: 'ConfChangeAddLearnerNode', nodeId: id(3) },
        ],
      ] as const) {
        const network = new Network(3);
        const leader = network.elect(1);
        network.ignore('MsgTimeoutNow');
        leader.raw.transferLeader(id(3));
        network.settle();
        expect(leader.raft.leadTransferee).toBe(3);
        leader.raw.applyConfChange({ transition: 'ConfChangeTransitionAuto', changes });
        // Outgoing voters can still take over; so the transfer goes on until the joint configuration is left.
        if (changes.length > 1) {
          leader.raw.applyConfChange({ transition: 'ConfChangeTransitionAuto', changes: [] });
        }
        expectTransfer(leader, 'StateLeader', 1);
      }
    },
  },
  {
    name: 'a second transfer replaces the first, one to the same member does not start it anew',
    check: () => {
      const { network, leader } = withLaggard();
      leader.raw.transferLeader(id(3));
      leader.tick();
      leader.raw.transferLeader(id(3));
      leader.tick(9);
      expectTransfer(leader, 'StateLeader', 1);

      leader.raw.transferLeader(id(3));
      leader.raw.transferLeader(id(1));
      expectTransfer(leader, 'StateLeader', 1);

      leader.raw.transferLeader(id(3));
      leader.raw.transferLeader(id(2));
      network.settle();
      expectTransfer(leader, 'StateFollower', 2);
    },
  },
  {
    name: 'a candidate is not made to campaign by MsgTimeoutNow',
    check: () => {
      const node = new TestNode(1);
      node.raw.campaign();
      node.drain();
      node.step('MsgTimeoutNow', 2);
      expect([node.raw.term, ofType(node.drain(), 'MsgVote')]).toEqual([1, []]);
    },
  },
];

function describeOverrides(overrides: Partial<RaftConfig>): string {
  const names = Object.keys(overrides);
  return names.length === 0 ? '' : `(${names.join(', ')})`;
}

/** Member 1 leads; member 3 is cut off and lacks an entry. */
function withLaggard(): { network: Network; leader: TestNode } {
  const network = new Network(3);
  const leader = network.elect(1);
  network.isolate(3);
  leader.propose();
  network.settle();
  return { network, leader };
}

function expectTransfer(node: TestNode, state: RaftState, lead: number): void {
  expect([node.raw.state, node.raw.lead, node.raft.leadTransferee]).toEqual([state, lead, 0]);
}
