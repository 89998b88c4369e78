import { describe, expect, test } from 'vitest';
import { describeReady } from '../../src/raft/describe.js';
import { Network } from './network.js';
import { id, ofType, TestNode } from './test-node.js';

describe('status', () => {
  test('a follower tells its own state, a leader its peers as well', () => {
    const network = new Network(3, { voters: [1, 2], learners: [3] });
    const leader = network.elect(1);
    leader.propose();
    leader.drain();
    expect(leader.raw.status()).toMatchObject({
      id: 1,
      term: 1,
      vote: 1,
      commit: 1,
      applied: 1,
      lead: 1,
      raftState: 'StateLeader',
      leadTransferee: 0,
      progress: [
        { id: 1, match: 2, next: 3, state: 'StateReplicate' },
        { id: 2, match: 1, next: 3, inflightMsgs: 1, description: 'StateReplicate match=1 next=3 inflight=1' },
        { id: 3, match: 1, isLearner: true, description: 'StateReplicate match=1 next=3 learner inflight=1' },
      ],
    });
    const { progress, raftState, lead } = network.node(2).raw.status();
    expect([progress, raftState, lead]).toEqual([[], 'StateFollower', 1]);
  });

  test('is a copy: what comes later does not change it', () => {
    const network = new Network(3);
    const leader = network.elect(1);
    const before = leader.raw.status();
    leader.propose();
    network.settle();
    expect(before.progress.map((peer) => peer.match)).toEqual([1, 1, 1]);
    expect(leader.raw.status().progress.map((peer) => peer.match)).toEqual([2, 2, 2]);
  });
});

describe('Ready', () => {
  test('is given when there is something to do, and not again', () => {
    const node = new TestNode(1, { voters: [1] });
    expect(node.raw.hasReady()).toBe(false);
    node.raw.campaign();
    expect(node.raw.hasReady()).toBe(true);
    node.drain();
    expect(node.raw.hasReady()).toBe(false);
  });

  test('without anything to do is empty', () => {
    const ready = new TestNode(1).raw.ready();
    expect(describeReady(ready)).toBe('<empty Ready>');
    expect(ready.mustSync).toBe(false);
  });

  test('stays as it was handed out, whatever the node does next', () => {
    const node = new TestNode(1);
    node.lead();
    node.propose('one');
    const ready = node.handleReady();
    const text = describeReady(ready);
    expect(text).toContain('1/2 EntryNormal "one"');
    node.propose('two');
    node.step('MsgApp', 2, { term: 9 });
    expect(describeReady(ready)).toBe(text);
  });
});

describe('a restart', () => {
  test('brings back term, vote, commit index and configuration, and what was not applied is handed out again', () => {
    const node = new TestNode(1, { terms: [1, 1, 2], term: 2, vote: 3, commit: 3 }, { applied: 1 });
    expect([node.raw.term, node.raw.vote, node.raw.commitIndex, node.raw.lead]).toEqual([2, 3, 3, 0]);
    node.drain();
    expect(node.applied.map((each) => each.index)).toEqual([2, 3]);
  });
});

describe('forwarding', () => {
  test('a proposal at a follower goes to the leader, unless that is switched off', () => {
    for (const disableProposalForwarding of [false, true]) {
      const node = new TestNode(1, {}, { disableProposalForwarding });
      node.step('MsgHeartbeat', 2, { term: 1 });
      const error = node.raw.propose('data', 4);
      const sent = ofType(node.drain(), 'MsgProp').map((each) => [each.from, each.to, each.term]);
      expect([error, sent]).toEqual(
        disableProposalForwarding ? ['raft proposal dropped', []] : [undefined, [[1, 2, 0]]],
      );
    }
  });

  test('a leader that is forgotten gets no proposals, and is remembered when it is heard of', () => {
    const node = new TestNode(1);
    node.step('MsgHeartbeat', 2, { term: 1 });
    node.raw.forgetLeader();
    expect([node.raw.lead, node.raw.propose('data', 4)]).toEqual([0, 'raft proposal dropped']);
    node.step('MsgHeartbeat', 2, { term: 1 });
    expect(node.raw.lead).toBe(id(2));
  });
});
