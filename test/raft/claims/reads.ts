import { expect } from 'vitest';
import { Network } from '../network.js';
import { ofType, TestNode } from '../test-node.js';
import { type Claim, claimRows } from './claim.js';

/** Reads by ReadIndex. Source: thesis of Raft §6.4; facts as in the tests of etcd-io/raft. */
export const readClaims: readonly Claim[] = [
  ...claimRows(
    (option) => `${option}: a read at any member gets the commit index of its time`,
    ['safe', 'lease-based'] as const,
    (readOnlyOption) => {
      const network = new Network(3, {}, { readOnlyOption, checkQuorum: true });
      const leader = network.elect(1);
      let index = 1;
      for (const [turn, at] of [1, 2, 3, 1, 2, 3].entries()) {
        leader.propose('data', 10);
        network.settle();
        index += 10;
        network.node(at).raw.readIndex(`read ${turn}`);
        network.settle();
        expect(network.node(at).reads.splice(0)).toEqual([{ index, context: `read ${turn}` }]);
      }
    },
  ),
  {
    name: 'a learner reads as well',
    check: () => {
      const network = new Network(2, { voters: [1], learners: [2] });
      network.elect(1).propose('data', 4);
      network.settle();
      for (const at of [1, 2]) {
        network.node(at).raw.readIndex('read');
        network.settle();
        expect(network.node(at).reads).toEqual([{ index: 5, context: 'read' }]);
      }
    },
  },
  {
    name: 'safe: a read waits for a majority to answer, and goes on with the next that does',
    check: () => {
      const node = new TestNode(1, { voters: [1, 2, 3, 4, 5] });
      node.leadFirmly();
      node.raw.readIndex('a');
      const [beat] = ofType(node.drain(), 'MsgHeartbeat');
      node.step('MsgHeartbeatResp', 2, { context: beat!.context });
      node.drain();
      expect(node.reads).toEqual([]);
      // The same member again is no other.
      node.step('MsgHeartbeatResp', 2, { context: beat!.context });
      node.drain();
      expect(node.reads).toEqual([]);
      node.step('MsgHeartbeatResp', 3, { context: beat!.context });
      node.drain();
      expect(node.reads).toEqual([{ index: 1, context: 'a' }]);
    },
  },
  {
    name: 'safe: an answer confirms the reads up to its heartbeat, not later ones',
    check: () => {
      const node = new TestNode(1);
      node.leadFirmly();
      node.raw.readIndex('a');
      const [first] = ofType(node.drain(), 'MsgHeartbeat');
      node.raw.readIndex('b');
      const [second] = ofType(node.drain(), 'MsgHeartbeat');
      node.step('MsgHeartbeatResp', 2, { context: first!.context });
      node.drain();
      expect(node.reads.map((each) => each.context)).toEqual(['a']);
      node.step('MsgHeartbeatResp', 3, { context: second!.context });
      node.drain();
      expect(node.reads.map((each) => each.context)).toEqual(['a', 'b']);
    },
  },
  {
    name: 'safe: equal contexts are different reads',
    check: () => {
      const network = new Network(3);
      const leader = network.elect(1);
      leader.raw.readIndex('same');
      network.node(2).raw.readIndex('same');
      network.settle();
      network.node(2).raw.readIndex('same');
      network.settle();
      expect([leader.reads.length, network.node(2).reads.length]).toEqual([1, 2]);
    },
  },
  {
    name: 'lease-based: the leader answers at once',
    check: () => {
      const node = new TestNode(1, {}, { readOnlyOption: 'lease-based', checkQuorum: true });
      node.leadFirmly();
      node.raw.readIndex('a');
      expect(ofType(node.drain(), 'MsgHeartbeat')).toEqual([]);
      expect(node.reads).toEqual([{ index: 1, context: 'a' }]);
    },
  },
  ...claimRows(
    (option) => `${option}: a new leader answers no read before it has committed in its own term`,
    ['safe', 'lease-based'] as const,
    (readOnlyOption) => {
      const node = new TestNode(
        1,
        { terms: [1, 1], term: 1, commit: 1 },
        { readOnlyOption, checkQuorum: true, applied: 1 },
      );
      const sent = node.lead();
      node.raw.readIndex('early');
      expect(ofType(node.drain(), 'MsgHeartbeat')).toEqual([]);
      expect(node.reads).toEqual([]);
      node.acknowledge(sent, [2]);
      for (const beat of ofType(node.drain(), 'MsgHeartbeat')) {
        node.step('MsgHeartbeatResp', beat.to, { context: beat.context });
      }
      node.drain();
      expect(node.reads).toEqual([{ index: 3, context: 'early' }]);
    },
  ),
  {
    name: 'safe: a late answer to the heartbeat of one read does not confirm the next, nor take back a newer answer',
    check: () => {
      const node = new TestNode(1, { voters: [1, 2, 3, 4, 5] });
      node.leadFirmly();
      node.raw.readIndex('a');
      const [first] = ofType(node.drain(), 'MsgHeartbeat');
      for (const from of [2, 3]) node.step('MsgHeartbeatResp', from, { context: first!.context });
      node.raw.readIndex('b');
      const [second] = ofType(node.drain(), 'MsgHeartbeat');
      for (const from of [4, 5]) node.step('MsgHeartbeatResp', from, { context: first!.context });
      node.drain();
      expect(node.reads.map((each) => each.context)).toEqual(['a']);
      node.step('MsgHeartbeatResp', 2, { context: second!.context });
      node.step('MsgHeartbeatResp', 2, { context: first!.context });
      node.step('MsgHeartbeatResp', 3, { context: second!.context });
      node.drain();
      expect(node.reads.map((each) => each.context)).toEqual(['a', 'b']);
    },
  },
  {
    name: 'a read that waited for the first commit of the term is answered once',
    check: () => {
      const node = new TestNode(1, {}, { readOnlyOption: 'lease-based', checkQuorum: true });
      const sent = node.lead();
      node.raw.readIndex('early');
      node.acknowledge(sent);
      node.propose();
      node.acknowledge(node.drain());
      node.drain();
      expect(node.reads).toEqual([{ index: 1, context: 'early' }]);
    },
  },
  {
    name: 'a read goes on to the leader in the name of who asked for it, and its answer back to that one',
    check: () => {
      const follower = new TestNode(2, { term: 1 });
      follower.step('MsgHeartbeat', 1);
      follower.drain();
      follower.step('MsgReadIndex', 3, { term: 0, context: 'a' });
      follower.raw.readIndex('b');
      expect(follower.drain().map((each) => [each.type, each.from, each.to, each.context])).toEqual([
        ['MsgReadIndex', 3, 1, 'a'],
        ['MsgReadIndex', 2, 1, 'b'],
      ]);
      const leader = new TestNode(1, {}, { readOnlyOption: 'lease-based', checkQuorum: true });
      leader.leadFirmly();
      leader.step('MsgReadIndex', 3, { term: 0, context: 'a' });
      expect(leader.drain()).toMatchObject([{ type: 'MsgReadIndexResp', to: 3, index: 1, context: 'a' }]);
    },
  },
  {
    name: 'a member on its own in one half of a joint configuration is not on its own',
    check: () => {
      const node = new TestNode(1, { voters: [1], outgoing: [1, 2] });
      node.leadFirmly();
      node.raw.readIndex('a');
      const [beat] = ofType(node.drain(), 'MsgHeartbeat');
      expect(node.reads).toEqual([]);
      node.step('MsgHeartbeatResp', 2, { context: beat!.context });
      node.drain();
      expect(node.reads.map((each) => each.context)).toEqual(['a']);
    },
  },
  {
    name: 'a member on its own reads without asking, a follower without a leader not at all',
    check: () => {
      const single = new TestNode(1, { voters: [1] });
      single.lead();
      single.raw.readIndex('a');
      single.drain();
      expect(single.reads).toEqual([{ index: 1, context: 'a' }]);
      const orphan = new TestNode(1);
      orphan.raw.readIndex('a');
      expect([orphan.drain(), orphan.reads]).toEqual([[], []]);
    },
  },
];
