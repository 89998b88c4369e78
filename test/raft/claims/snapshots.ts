import { expect } from 'vitest';
import { Network } from '../network.js';
import { id, ofType, snapshotAt, TestNode } from '../test-node.js';
import { type Claim, claimRows } from './claim.js';

/** Sending and restoring snapshots. Source: Raft paper §7; facts as in the tests of etcd-io/raft. */
export const snapshotClaims: readonly Claim[] = [
  ...claimRows(
    (row) => `member ${row.member} restores a snapshot with ${row.name}, once, and campaigns not before it is stored`,
    [
      { name: 'more voters', member: 1, before: { voters: [1, 2] }, after: { voters: [1, 2, 3] } },
      {
        name: 'learners',
        member: 3,
        before: { voters: [1, 2], learners: [3] },
        after: { voters: [1, 2], learners: [3] },
      },
      {
        name: 'outgoing voters',
        member: 1,
        before: { voters: [1, 2] },
        after: { voters: [2, 3, 4], outgoing: [1, 2, 3] },
      },
      {
        name: 'the voter as a learner',
        member: 3,
        before: { voters: [1, 2, 3] },
        after: { voters: [1, 2], learners: [3] },
      },
      {
        name: 'the learner as a voter',
        member: 3,
        before: { voters: [1, 2], learners: [3] },
        after: { voters: [1, 2, 3] },
      },
    ],
    ({ member, before, after }) => {
      const node = new TestNode(member, before);
      const snapshot = snapshotAt(11, 11, after);
      node.step('MsgSnap', 2, { term: 11, snapshot });
      expect([node.raw.lastIndex, node.raft.log.lastTerm(), node.committed]).toEqual([11, 11, 11]);
      const { voters, learners } = node.raw.status().configuration;
      expect([voters.incoming, voters.outgoing, learners]).toEqual([
        after.voters,
        after.outgoing ?? [],
        after.learners ?? [],
      ]);
      node.step('MsgSnap', 2, { term: 11, snapshot });
      node.tick(2 * 10);
      expect(node.raw.state).toBe('StateFollower');
      const sent = node.drain();
      expect(ofType(sent, 'MsgAppResp').map((each) => each.index)).toEqual([11, 11]);
      expect([node.storage.firstIndex(), node.raw.appliedIndex]).toEqual([12, 11]);
      node.tick(2 * 10);
      expect(node.raw.state).toBe(after.learners?.includes(member) ? 'StateFollower' : 'StateCandidate');
    },
  ),
  {
    name: 'a snapshot from before the commit index is ignored, and answered with that',
    check: () => {
      const node = new TestNode(1, { terms: [1, 1, 1], term: 1, commit: 3 });
      node.step('MsgSnap', 2, { snapshot: snapshotAt(2, 1) });
      expect([node.raw.lastIndex, node.committed]).toEqual([3, 3]);
      expect(node.drain()).toMatchObject([{ type: 'MsgAppResp', index: 3 }]);
    },
  },
  {
    name: 'a snapshot from before the compaction is ignored as well',
    check: () => {
      const node = new TestNode(2, { compacted: { index: 11, term: 2 }, terms: [2], term: 2, commit: 12 });
      node.step('MsgSnap', 1, { snapshot: snapshotAt(5, 1) });
      expect([node.raw.lastIndex, node.committed]).toEqual([12, 12]);
      expect(node.drain()).toMatchObject([{ type: 'MsgAppResp', index: 12 }]);
    },
  },
  {
    name: 'a snapshot of what the log holds only moves the commit index',
    check: () => {
      const node = new TestNode(1, { terms: [1, 1, 1], term: 1, commit: 1 });
      node.step('MsgSnap', 2, { snapshot: snapshotAt(2, 1) });
      expect([node.raw.lastIndex, node.committed, node.storage.firstIndex()]).toEqual([3, 2, 1]);
      expect(node.drain()).toMatchObject([{ type: 'MsgAppResp', index: 2 }]);
    },
  },
  {
    name: 'a snapshot that does not name its receiver is ignored',
    check: () => {
      const node = new TestNode(4, { voters: [1, 2, 3] });
      node.step('MsgSnap', 2, { term: 1, snapshot: snapshotAt(11, 1) });
      expect([node.raw.lastIndex, node.committed]).toEqual([0, 0]);
    },
  },
  {
    name: 'a follower whose entries are compacted gets a snapshot, and nothing else meanwhile',
    check: () => {
      const node = needingSnapshot();
      expect(ofType(node.drain(), 'MsgSnap')).toMatchObject([{ to: 2, snapshot: { index: 11, term: 11 } }]);
      expect(node.peer(2)).toMatchObject({ state: 'StateSnapshot', pendingSnapshot: 11, next: 12 });
      node.propose();
      expect(node.drain().filter((each) => each.to === 2)).toEqual([]);
    },
  },
  {
    name: 'a follower that has not been heard of lately gets no snapshot',
    check: () => {
      const node = compactedLeader();
      node.peer(2).next = 5;
      node.peer(2).paused = false;
      node.peer(2).recentActive = false;
      node.propose();
      expect(node.drain().filter((each) => each.to === 2)).toEqual([]);
      expect(node.peer(2).state).toBe('StateProbe');
    },
  },
  {
    name: 'a snapshot that failed is forgotten: the follower is probed where it was, after a heartbeat',
    check: () => {
      const node = needingSnapshot();
      node.raw.reportSnapshot(id(2), 'failure');
      expect(node.peer(2)).toMatchObject({ state: 'StateProbe', pendingSnapshot: 0, next: 1, paused: true });
    },
  },
  {
    name: 'a snapshot that arrived: the follower is probed behind it, after its answer',
    check: () => {
      const node = needingSnapshot();
      node.raw.reportSnapshot(id(2), 'finish');
      expect(node.peer(2)).toMatchObject({ state: 'StateProbe', pendingSnapshot: 0, next: 12, paused: true });
      node.raw.reportSnapshot(id(2), 'failure');
      expect(node.peer(2)).toMatchObject({ next: 12 });
    },
  },
  {
    name: 'an acknowledgement that joins our log ends the wait for a snapshot',
    check: () => {
      const node = needingSnapshot();
      node.drain();
      node.step('MsgAppResp', 2, { index: 11 });
      expect(node.peer(2)).toMatchObject({ state: 'StateReplicate', pendingSnapshot: 0, match: 11, next: 13 });
      expect(node.peer(2).inflights.count).toBe(1);
    },
  },
  {
    name: 'a member that was away for long comes back by a snapshot',
    check: () => {
      const network = new Network(3);
      const leader = network.elect(1);
      network.isolate(3);
      for (let i = 0; i <= 100; i++) leader.propose();
      network.settle();
      leader.storage.createSnapshot(leader.raw.appliedIndex);
      leader.storage.compact(leader.raw.appliedIndex);
      network.recover();
      leader.tick();
      network.settle();
      leader.propose();
      network.settle();
      expect(network.node(3).committed).toBe(leader.committed);
      expect(network.node(3).storage.snapshot().index).toBe(102);
    },
  },
];

/** Leads a log that begins behind 11/11. */
function compactedLeader(): TestNode {
  const node = new TestNode(1, { voters: [1, 2], compacted: { index: 11, term: 11 }, term: 11, commit: 11 });
  node.lead();
  return node;
}

/** A leader that has just found that member 2 has nothing. */
function needingSnapshot(): TestNode {
  const node = compactedLeader();
  node.step('MsgAppResp', 2, { index: 11, reject: true, rejectHint: 0 });
  return node;
}
