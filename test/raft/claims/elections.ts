import { expect } from 'vitest';
import type { ConfChangeV2, Entry } from '../../../src/raft/types.js';
import { Network } from '../network.js';
import { entriesOf, id, ofType, TestNode } from '../test-node.js';
import { type Claim, claimRows } from './claim.js';

/** Who votes for whom, and who campaigns. Facts as in the tests of etcd-io/raft. */
export const electionClaims: readonly Claim[] = [
  ...(['MsgVote', 'MsgPreVote'] as const).flatMap((type) =>
    claimRows(
      ([index, logTerm, vote, rejected]) =>
        `a follower with log (1,2) (2,2) and vote ${vote} ${rejected ? 'rejects' : 'grants'} a ${type} at log ${logTerm}/${index}`,
      [
        [0, 0, 0, true],
        [0, 1, 0, true],
        [0, 2, 0, true],
        [0, 3, 0, false],
        [1, 0, 0, true],
        [1, 1, 0, true],
        [1, 2, 0, true],
        [1, 3, 0, false],
        [2, 0, 0, true],
        [2, 1, 0, true],
        [2, 2, 0, false],
        [2, 3, 0, false],
        [3, 0, 0, true],
        [3, 1, 0, true],
        [3, 2, 0, false],
        [3, 3, 0, false],
        [3, 2, 2, false],
        [3, 2, 1, true],
      ] as const,
      ([index, logTerm, vote, rejected]) => {
        const term = Math.max(2, logTerm);
        const node = new TestNode(1, { terms: [2, 2], term, vote });
        node.step(type, 2, { term, index, logTerm });
        expect(node.drain().map((each) => [each.type, each.to, each.term, each.reject])).toEqual([
          [`${type}Resp`, 2, term, rejected],
        ]);
      },
    ),
  ),
  ...claimRows(
    (role) => `a ${role} keeps its vote in its term, however new the other's log is`,
    ['StateLeader', 'StatePreCandidate', 'StateCandidate'] as const,
    (role) => {
      const node = inRole(role, { terms: [2, 2], term: 3, vote: 1 });
      const { term } = node.raw;
      node.step('MsgVote', 2, { term, index: 9, logTerm: term });
      expect(ofType(node.drain(), 'MsgVoteResp')).toMatchObject([{ to: 2, term, reject: true }]);
      expect(node.raw.state).toBe(role);
    },
  ),
  ...(['StateFollower', 'StatePreCandidate', 'StateCandidate', 'StateLeader'] as const).flatMap((role): Claim[] => [
    {
      name: `a ${role} gives its vote in a newer term and follows`,
      check: () => {
        const node = inRole(role, { term: 1 });
        const term = node.raw.term + 1;
        node.step('MsgVote', 2, { term, index: 42, logTerm: term });
        expect([node.raw.state, node.raw.term, node.raw.vote]).toEqual(['StateFollower', term, 2]);
        expect(ofType(node.drain(), 'MsgVoteResp')).toMatchObject([{ to: 2, term, reject: false }]);
      },
    },
    {
      name: `a ${role} grants a pre-vote for a newer term and stays what it is`,
      check: () => {
        const node = inRole(role, { term: 1 });
        const { term, vote } = node.raw;
        node.step('MsgPreVote', 2, { term: term + 1, index: 42, logTerm: term });
        expect([node.raw.state, node.raw.term, node.raw.vote]).toEqual([role, term, vote]);
        expect(ofType(node.drain(), 'MsgPreVoteResp')).toMatchObject([{ to: 2, term: term + 1, reject: false }]);
      },
    },
  ]),
  {
    name: 'a refused pre-vote comes with the term of who refuses, so that the candidate learns of it',
    check: () => {
      for (const [term, logTerm] of [
        [4, 1],
        [2, 9],
      ] as const) {
        const node = new TestNode(1, { terms: [2, 2], term: 3 });
        node.step('MsgPreVote', 2, { term, logTerm, index: 9 });
        expect(node.drain()).toMatchObject([{ type: 'MsgPreVoteResp', to: 2, term: 3, reject: true }]);
        expect(node.raw.term).toBe(3);
      }
    },
  },
  {
    name: 'a granted vote gives the candidate a whole election timeout, a refused one does not',
    check: () => {
      for (const [logTerm, granted] of [
        [2, true],
        [1, false],
      ] as const) {
        const node = new TestNode(1, { terms: [2], term: 2 }, { drawElectionTimeout: () => 10 });
        node.tick(7);
        node.step('MsgVote', 2, { term: 2, index: 1, logTerm });
        node.tick(3);
        expect([granted, node.raw.state]).toEqual([granted, granted ? 'StateFollower' : 'StateCandidate']);
        node.tick(6);
        expect(node.raw.state).toBe(granted ? 'StateFollower' : 'StateCandidate');
        node.tick(1);
        expect(node.raw.state).toBe('StateCandidate');
      }
    },
  },
  {
    name: 'CheckQuorum: a follower that hears its leader ignores campaigns, but for one that the leader asked for',
    check: () => {
      for (const [ticks, context, answers] of [
        [0, undefined, false],
        [9, undefined, false],
        [10, undefined, true],
        [0, 'CampaignTransfer', true],
      ] as const) {
        const node = new TestNode(1, {}, { checkQuorum: true, drawElectionTimeout: () => 15 });
        node.step('MsgHeartbeat', 2, { term: 1 });
        node.drain();
        node.tick(ticks);
        node.step('MsgVote', 3, { term: 2, context });
        expect([ticks, context, ofType(node.drain(), 'MsgVoteResp').length]).toEqual([ticks, context, answers ? 1 : 0]);
        expect(node.raw.term).toBe(answers ? 2 : 1);
      }
    },
  },
  {
    name: 'CheckQuorum: a leader that no majority answers for an election timeout steps down, another does not',
    check: () => {
      for (const [answering, state] of [
        [[], 'StateFollower'],
        [[2], 'StateFollower'],
        [[2, 4], 'StateLeader'],
      ] as const) {
        const node = new TestNode(1, { voters: [1, 2, 3, 4, 5] }, { checkQuorum: true });
        node.leadFirmly();
        for (let tick = 0; tick < 2 * 10; tick++) {
          node.tick();
          node.drain();
          if (node.raw.state !== 'StateLeader') break;
          for (const from of answering) node.step('MsgHeartbeatResp', from);
        }
        expect([answering, node.raw.state]).toEqual([answering, state]);
      }
    },
  },
  {
    name: 'a learner neither times out nor campaigns, asked or not, until it is promoted',
    check: () => {
      const learner = new TestNode(2, { voters: [1], learners: [2] });
      learner.tick(2 * learner.raft.electionTimeout);
      learner.raw.campaign();
      learner.step('MsgTimeoutNow', 1, { term: 1 });
      expect([learner.raw.state, ofType(learner.drain(), 'MsgVote')]).toEqual(['StateFollower', []]);
      learner.raw.applyConfChange(addVoter(2));
      learner.tick(2 * learner.raft.electionTimeout);
      expect(learner.raw.state).toBe('StateCandidate');
    },
  },
  {
    name: 'a learner votes if it is asked: it may have been promoted without knowing',
    check: () => {
      const learner = new TestNode(2, { voters: [1], learners: [2] });
      learner.step('MsgVote', 1, { term: 2, logTerm: 11, index: 11 });
      expect(learner.drain()).toMatchObject([{ type: 'MsgVoteResp', reject: false }]);
    },
  },
  {
    name: 'who is no member does not campaign',
    check: () => {
      const stranger = new TestNode(1, { voters: [2, 3, 4] });
      stranger.step('MsgTimeoutNow', 2);
      stranger.raw.campaign();
      stranger.tick(50);
      expect([stranger.raw.state, stranger.drain()]).toEqual(['StateFollower', []]);
    },
  },
  {
    name: 'a member with a committed configuration change to apply does not campaign before it has applied it',
    check: () => {
      const node = new TestNode(1);
      node.step('MsgApp', 2, { term: 1, entries: [confChangeEntry(1, 1, addVoter(4))], commit: 1 });
      node.raw.campaign();
      expect(node.raw.state).toBe('StateFollower');
      node.drain();
      node.raw.campaign();
      expect(node.raw.state).toBe('StateCandidate');
    },
  },
  {
    name: 'a change to apply bars a campaign wherever it stands among what is committed',
    check: () => {
      for (const at of [1, 2, 3]) {
        const entries = entriesOf(1, 1, 1, 1).with(at - 1, confChangeEntry(1, at, addVoter(4)));
        const node = new TestNode(1);
        node.step('MsgApp', 2, { term: 1, entries, commit: 3 });
        node.raw.campaign();
        expect([at, node.raw.state]).toEqual([at, 'StateFollower']);
      }
    },
  },
  {
    name: 'an election in a joint configuration needs a majority of both halves, and one lost half loses it',
    check: () => {
      for (const [answers, state] of [
        [{ 2: true, 3: true }, 'StateCandidate'],
        [{ 4: true, 5: true }, 'StateCandidate'],
        [{ 2: true, 4: true }, 'StateLeader'],
        [{ 2: true, 3: true, 4: false, 5: false }, 'StateFollower'],
        [{ 2: false, 3: false }, 'StateFollower'],
      ] as const) {
        const node = new TestNode(1, { voters: [1, 2, 3], outgoing: [1, 4, 5] });
        node.raw.campaign();
        expect(node.drain().map((each) => each.to)).toEqual([2, 3, 4, 5]);
        for (const [from, granted] of Object.entries(answers)) {
          node.step('MsgVoteResp', Number(from), { reject: !granted });
        }
        expect([answers, node.raw.state]).toEqual([answers, state]);
      }
    },
  },
  {
    name: 'a pre-vote that is lost leaves the term as it was',
    check: () => {
      const node = new TestNode(1, { term: 4 }, { preVote: true });
      node.raw.campaign();
      expect(node.drain()).toMatchObject([
        { type: 'MsgPreVote', to: 2, term: 5 },
        { type: 'MsgPreVote', to: 3, term: 5 },
      ]);
      expect([node.raw.state, node.raw.term]).toEqual(['StatePreCandidate', 4]);
      for (const from of [2, 3]) node.step('MsgPreVoteResp', from, { term: 4, reject: true });
      expect([node.raw.state, node.raw.term]).toEqual(['StateFollower', 4]);
    },
  },
  {
    name: 'a pre-vote that is won goes on to a real election, where old pre-votes count for nothing',
    check: () => {
      const node = new TestNode(1, { voters: [1, 2, 3, 4, 5], term: 4 }, { preVote: true });
      node.raw.campaign();
      node.drain();
      for (const from of [2, 3]) node.step('MsgPreVoteResp', from, { term: 5 });
      expect([node.raw.state, node.raw.term]).toEqual(['StateCandidate', 5]);
      node.drain();
      for (const from of [4, 5]) node.step('MsgPreVoteResp', from, { term: 5 });
      expect(node.raw.state).toBe('StateCandidate');
    },
  },
  {
    name: 'the own vote counts when it is stored, and not after the election is lost',
    check: () => {
      const single = new TestNode(1, { voters: [1] });
      single.raw.campaign();
      single.raw.ready();
      expect(single.raw.state).toBe('StateCandidate');
      single.raw.advance();
      expect(single.raw.state).toBe('StateLeader');

      const node = new TestNode(1);
      node.raw.campaign();
      node.raw.ready();
      node.step('MsgHeartbeat', 2, { term: 1 });
      node.raw.advance();
      node.step('MsgVoteResp', 3, { term: 1 });
      expect([node.raw.state, node.raw.lead]).toEqual(['StateFollower', 2]);
    },
  },
  {
    name: 'two candidates of one term: the second asks in vain, and joins the first',
    check: () => {
      const network = new Network(3);
      network.cut(1, 3);
      network.elect(1);
      network.node(3).raw.campaign();
      network.settle();
      expect(network.node(1).raw.state).toBe('StateLeader');
      // Member 2 has voted in this term; its refusal and the own vote are a draw.
      expect([network.node(3).raw.state, network.node(3).raw.term]).toEqual(['StateCandidate', 1]);
      network.recover();
      network.node(1).tick();
      network.settle();
      expect([network.node(3).raw.state, network.node(3).raw.lead]).toEqual(['StateFollower', 1]);
    },
  },
];

type Start = ConstructorParameters<typeof TestNode>[1];

function inRole(role: TestNode['raw']['state'], start: NonNullable<Start>): TestNode {
  const node = new TestNode(1, start, { preVote: role === 'StatePreCandidate' });
  if (role === 'StateLeader') node.lead();
  else if (role !== 'StateFollower') node.raw.campaign();
  node.drain();
  expect(node.raw.state).toBe(role);
  return node;
}

export function addVoter(number: number): ConfChangeV2 {
  return {
    transition: 'ConfChangeTransitionAuto',
    changes: [{ type: 'ConfChangeAddNode', nodeId: id(number) }],
  };
}

export function confChangeEntry(term: number, index: number, confChange: ConfChangeV2): Entry {
  return { term, index, type: 'EntryConfChangeV2', data: undefined, dataBytes: 8, confChange };
}
