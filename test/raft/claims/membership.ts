import { expect } from 'vitest';
import type { ConfChangeSingle, ConfChangeTransition, ConfChangeV2 } from '../../../src/raft/types.js';
import { Network } from '../network.js';
import { entriesOf, id, ids, ofType, TestNode } from '../test-node.js';
import { type Claim, claimRows } from './claim.js';
import { confChangeEntry } from './elections.js';

/** Changing who belongs to the cluster. Source: Raft paper §6, thesis §4; facts as in the tests of etcd-io/raft. */
export const membershipClaims: readonly Claim[] = [
  {
    name: 'a configuration change enters the log and bars the next until it is applied',
    check: () => {
      const node = new TestNode(1);
      node.leadFirmly();
      node.raw.proposeConfChange(adding(4));
      expect(node.raft.pendingConfIndex).toBe(2);
      node.raw.proposeConfChange(adding(5));
      const types = () => node.log.map((each) => each.type);
      expect(types()).toEqual(['EntryNormal', 'EntryConfChangeV2', 'EntryNormal']);
      // Committed is not enough.
      node.raft.log.commitTo(2);
      node.raw.proposeConfChange(adding(5));
      expect(types().at(-1)).toBe('EntryNormal');
      node.acknowledge(node.drain());
      node.drain();
      node.raw.proposeConfChange(adding(5));
      expect(types().at(-1)).toBe('EntryConfChangeV2');
    },
  },
  {
    name: 'a change behind other entries of one message bars the next until that very entry is applied',
    check: () => {
      const node = new TestNode(1);
      node.leadFirmly();
      const entries = [...entriesOf(0, 0, 0), confChangeEntry(0, 0, adding(4))];
      node.step('MsgProp', 2, { term: 0, entries });
      expect([node.log.at(-1)?.type, node.log.at(-1)?.index]).toEqual(['EntryConfChangeV2', 4]);
      expect(node.raft.pendingConfIndex).toBe(4);
    },
  },
  {
    name: 'a new leader takes no configuration change before it has applied what it came with',
    check: () => {
      const node = new TestNode(1, { terms: [1, 1], term: 1 });
      const sent = node.lead();
      expect(node.raft.pendingConfIndex).toBe(2);
      node.raw.proposeConfChange(adding(4));
      expect(node.log.at(-1)?.type).toBe('EntryNormal');
      node.acknowledge([...sent, ...node.drain()]);
      node.acknowledge(node.drain());
      node.drain();
      node.raw.proposeConfChange(adding(4));
      expect(node.log.at(-1)?.type).toBe('EntryConfChangeV2');
    },
  },
  {
    name: 'a joint configuration takes no other change than to leave it, and only it can be left',
    check: () => {
      for (const [outgoing, change, type] of [
        [[1, 2, 4], adding(5), 'EntryNormal'],
        [[1, 2, 4], leaving, 'EntryConfChangeV2'],
        [[], leaving, 'EntryNormal'],
        [[], adding(5), 'EntryConfChangeV2'],
      ] as const) {
        const node = new TestNode(1, { outgoing });
        node.leadFirmly();
        node.raw.proposeConfChange(change);
        expect([outgoing, node.log.at(-1)?.type]).toEqual([outgoing, type]);
      }
    },
  },
  {
    name: 'validation switched off lets everything in',
    check: () => {
      const node = new TestNode(1, {}, { disableConfChangeValidation: true });
      node.leadFirmly();
      node.raw.proposeConfChange(adding(4));
      node.raw.proposeConfChange(leaving);
      expect(node.log.map((each) => each.type)).toEqual(['EntryNormal', 'EntryConfChangeV2', 'EntryConfChangeV2']);
    },
  },
  {
    name: 'a removal that makes the quorum smaller commits what the smaller quorum holds, and tells all',
    check: () => {
      const node = new TestNode(1, { voters: [1, 2] });
      node.leadFirmly();
      node.raw.proposeConfChange(removing(2));
      node.drain();
      node.propose('hello');
      node.drain();
      node.step('MsgAppResp', 2, { index: 2 });
      node.drain();
      expect(node.committed).toBe(3);
      expect(node.applied.at(-1)?.data).toBe('hello');
    },
  },
  {
    name: 'of four, with one gone: its removal commits what two of them hold',
    check: () => {
      const node = new TestNode(1, { voters: [1, 2, 3, 4] });
      node.leadFirmly();
      node.propose();
      node.drain();
      node.step('MsgAppResp', 2, { index: 2 });
      node.drain();
      expect(node.committed).toBe(1);
      node.raw.applyConfChange(removing(4));
      expect(node.committed).toBe(2);
      expect(ofType(node.drain(), 'MsgApp').map((each) => [each.to, each.commit])).toContainEqual([2, 2]);
    },
  },
  {
    name: 'new members get entries as soon as they are added',
    check: () => {
      const node = new TestNode(1);
      node.leadFirmly();
      node.raw.applyConfChange(adding(4));
      expect(node.peer(4)).toMatchObject({ match: 0, next: 1, recentActive: true, isLearner: false });
      expect(ofType(node.drain(), 'MsgApp').map((each) => [each.to, each.index])).toEqual([[4, 0]]);
    },
  },
  {
    name: 'a leader with a new member has a whole election timeout to hear from it (CheckQuorum)',
    check: () => {
      const node = new TestNode(1, { voters: [1] }, { checkQuorum: true });
      node.lead();
      node.tick(9);
      node.raw.applyConfChange(adding(2));
      node.tick();
      expect(node.raw.state).toBe('StateLeader');
      node.tick(10);
      expect(node.raw.state).toBe('StateFollower');
    },
  },
  ...claimRows(
    (transition) => `a joint change is left by itself, once it is applied (${transition})`,
    ['ConfChangeTransitionAuto', 'ConfChangeTransitionJointImplicit'] as const,
    (transition) => {
      const network = new Network(3);
      const leader = network.elect(1);
      leader.raw.proposeConfChange(removingJointly([2, 3], transition));
      leader.propose('meanwhile');
      network.settle();
      expect(leader.log.map((each) => each.type)).toEqual([
        'EntryNormal',
        'EntryConfChangeV2',
        'EntryNormal',
        'EntryConfChangeV2',
      ]);
      expect(leader.log.at(-1)?.confChange?.changes).toEqual([]);
      expect(leader.raw.status().configuration).toMatchObject({ voters: { incoming: [1], outgoing: [] } });
      expect(leader.applied).toHaveLength(4);
    },
  ),
  {
    name: 'the entry that leaves a joint configuration by itself gets past a full uncommitted tail',
    check: () => {
      const node = new TestNode(1, {}, { maxUncommittedEntriesSize: 1 });
      node.leadFirmly();
      node.raw.proposeConfChange(removingJointly([3], 'ConfChangeTransitionJointImplicit'));
      expect(node.raw.propose('data', 4)).toBe('raft proposal dropped');
      node.acknowledge(node.drain());
      node.drain();
      expect(node.log.at(-1)).toMatchObject({ type: 'EntryConfChangeV2', index: 3, dataBytes: 0 });
    },
  },
  {
    name: 'an explicit joint change waits to be left',
    check: () => {
      const network = new Network(3);
      const leader = network.elect(1);
      leader.raw.proposeConfChange(removingJointly([2, 3], 'ConfChangeTransitionJointExplicit'));
      network.settle();
      const voters = () => leader.raw.status().configuration.voters;
      expect(voters()).toEqual({ incoming: [1], outgoing: [1, 2, 3] });
      leader.raw.proposeConfChange(leaving);
      network.settle();
      expect(voters()).toEqual({ incoming: [1], outgoing: [] });
    },
  },
  {
    name: 'a joint change that is not applied everywhere is left once, whatever is applied meanwhile',
    check: () => {
      const node = new TestNode(1, { voters: [1, 2] });
      node.leadFirmly();
      node.raw.proposeConfChange(removingJointly([2], 'ConfChangeTransitionJointImplicit'));
      node.propose('a');
      node.propose('b');
      node.drain();
      for (const index of [2, 3, 4]) {
        node.step('MsgAppResp', 2, { index });
        node.drain();
      }
      expect(node.log.slice(1).map((each) => each.type)).toEqual([
        'EntryConfChangeV2',
        'EntryNormal',
        'EntryNormal',
        'EntryConfChangeV2',
      ]);
    },
  },
  {
    name: 'a removed leader steps down only if it is told to; else it takes no more proposals',
    check: () => {
      for (const stepDownOnRemoval of [false, true]) {
        const network = new Network(3, {}, { stepDownOnRemoval });
        const leader = network.elect(1);
        leader.raw.proposeConfChange(removing(1));
        network.settle();
        expect([stepDownOnRemoval, leader.raw.state]).toEqual([
          stepDownOnRemoval,
          stepDownOnRemoval ? 'StateFollower' : 'StateLeader',
        ]);
        if (!stepDownOnRemoval) expect(leader.raw.propose('data', 4)).toBe('raft proposal dropped');
        expect(network.elect(2).raw.state).toBe('StateLeader');
      }
    },
  },
  {
    name: 'a demoted voter stays a voter of the outgoing half, and is a learner after it',
    check: () => {
      const node = new TestNode(1);
      node.raw.applyConfChange({
        transition: 'ConfChangeTransitionJointExplicit',
        changes: [{ type: 'ConfChangeAddLearnerNode', nodeId: id(3) }],
      });
      const configuration = () => node.raw.status().configuration;
      expect(configuration()).toMatchObject({ learners: [], learnersNext: [3] });
      expect(node.raw.applyConfChange(leaving)).toMatchObject({ voters: ids(1, 2), learners: [3], learnersNext: [] });
      expect(node.peer(3).isLearner).toBe(true);
    },
  },
];

const leaving: ConfChangeV2 = { transition: 'ConfChangeTransitionAuto', changes: [] };

function adding(number: number): ConfChangeV2 {
  return single({ type: 'ConfChangeAddNode', nodeId: id(number) });
}

function removing(number: number): ConfChangeV2 {
  return single({ type: 'ConfChangeRemoveNode', nodeId: id(number) });
}

function removingJointly(numbers: readonly number[], transition: ConfChangeTransition): ConfChangeV2 {
  const changes = numbers.map((number): ConfChangeSingle => ({ type: 'ConfChangeRemoveNode', nodeId: id(number) }));
  return { transition, changes };
}

function single(change: ConfChangeSingle): ConfChangeV2 {
  return { transition: 'ConfChangeTransitionAuto', changes: [change] };
}
