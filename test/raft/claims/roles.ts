import { expect } from 'vitest';
import { entriesOf, id, ofType, snapshotAt, TestNode } from '../test-node.js';
import { type Claim, claimRows } from './claim.js';

/** What a member starts anew, and forgets, when its role or term changes or its leader speaks. Facts as in etcd-io/raft. */
export const roleClaims: readonly Claim[] = [
  ...claimRows(
    (type) => `a ${type} from the leader starts the election timeout anew`,
    ['MsgApp', 'MsgHeartbeat', 'MsgSnap'] as const,
    (type) => {
      const node = new TestNode(1, { term: 1 }, { drawElectionTimeout: () => 10 });
      node.tick(9);
      node.step(type, 2, { snapshot: snapshotAt(0, 0) });
      expect(node.raw.lead).toBe(2);
      node.tick(9);
      expect(node.raw.state).toBe('StateFollower');
      node.tick(1);
      expect(node.raw.state).toBe('StateCandidate');
    },
  ),
  ...claimRows(
    ([how]) => `the election timeout starts anew for ${how}`,
    [
      ['a new candidate', (node: TestNode) => node.raw.campaign()],
      ['a candidate that has lost', lose],
      ['a member that meets a higher term', (node: TestNode) => node.step('MsgAppResp', 2, { term: 2 })],
    ] as const,
    ([, change]) => {
      const node = new TestNode(1, { term: 1 }, { drawElectionTimeout: () => 10 });
      node.tick(7);
      change(node);
      node.drain();
      const { term } = node.raw;
      node.tick(9);
      expect(node.raw.term).toBe(term);
      node.tick(1);
      expect([node.raw.state, node.raw.term]).toEqual(['StateCandidate', term + 1]);
    },
  ),
  {
    name: 'a pre-candidate counts no answer to an earlier pre-vote, and no real vote',
    check: () => {
      const node = new TestNode(1, { voters: [1, 2, 3, 4, 5], term: 4, vote: 1 }, { preVote: true });
      node.raw.campaign();
      node.drain();
      node.step('MsgPreVoteResp', 2, { term: 5 });
      node.raw.campaign();
      node.drain();
      node.step('MsgPreVoteResp', 3, { term: 5 });
      expect(node.raw.state).toBe('StatePreCandidate');
      for (const from of [4, 5]) node.step('MsgVoteResp', from, { term: 4 });
      expect([node.raw.state, node.raw.term]).toEqual(['StatePreCandidate', 4]);
      node.step('MsgPreVoteResp', 2, { term: 5 });
      expect([node.raw.state, node.raw.term]).toEqual(['StateCandidate', 5]);
    },
  },
  {
    name: 'a follower that knows the leader of its term votes for nobody else in it, though it has not voted',
    check: () => {
      for (const [heard, reject] of [
        [false, false],
        [true, true],
      ] as const) {
        const node = new TestNode(1, { term: 2 });
        if (heard) node.step('MsgHeartbeat', 2);
        node.drain();
        node.step('MsgVote', 3, { logTerm: 9, index: 9 });
        expect(node.drain()).toMatchObject([{ type: 'MsgVoteResp', to: 3, term: 2, reject }]);
      }
    },
  },
  {
    name: "a voter's first answer counts, not a later one",
    check: () => {
      for (const type of ['MsgVoteResp', 'MsgPreVoteResp'] as const) {
        const preVote = type === 'MsgPreVoteResp';
        const node = new TestNode(1, { voters: [1, 2, 3, 4, 5], term: 4 }, { preVote });
        node.raw.campaign();
        node.drain();
        const { state } = node.raw;
        const grant = { term: 5, reject: false };
        // A refused pre-vote comes with the term of who refuses.
        const refusal = { term: preVote ? 4 : 5, reject: true };
        node.step(type, 2, refusal);
        node.step(type, 2, grant);
        node.step(type, 3, grant);
        expect([type, node.raw.state]).toEqual([type, state]);
        node.step(type, 3, refusal);
        node.step(type, 4, refusal);
        expect([type, node.raw.state]).toEqual([type, state]);
        node.step(type, 5, refusal);
        expect([type, node.raw.state]).toEqual([type, 'StateFollower']);
      }
    },
  },
  {
    name: 'only a campaign that the leader asked for says so, not one that a pre-vote has won',
    check: () => {
      const node = new TestNode(1, { term: 4 }, { preVote: true });
      node.raw.campaign();
      expect(ofType(node.drain(), 'MsgPreVote').map((each) => each.context)).toEqual([undefined, undefined]);
      node.step('MsgPreVoteResp', 2, { term: 5 });
      expect(ofType(node.drain(), 'MsgVote').map((each) => each.context)).toEqual([undefined, undefined]);

      const asked = new TestNode(1, { term: 4 }, { preVote: true });
      asked.step('MsgTimeoutNow', 2);
      const requests = ofType(asked.drain(), 'MsgVote');
      expect(requests.map((each) => each.context)).toEqual(['CampaignTransfer', 'CampaignTransfer']);
    },
  },
  {
    name: 'a new leader knows its own log, and nothing of the others',
    check: () => {
      const node = new TestNode(1, { terms: [1, 1], term: 1 });
      node.raw.campaign();
      node.drain();
      node.step('MsgVoteResp', 2);
      const own = { state: 'StateReplicate', match: 2, next: 3, recentActive: true };
      const other = { state: 'StateProbe', match: 0, next: 3, recentActive: false };
      expect([1, 2, 3].map((each) => node.peer(each))).toMatchObject([own, other, other]);
    },
  },
  {
    name: 'a leader that comes back has room for proposals again, and no read or transfer left over',
    check: () => {
      const node = new TestNode(1, {}, { maxUncommittedEntriesSize: 4 });
      node.leadFirmly();
      node.propose('full');
      expect(node.raw.propose('more', 4)).toBe('raft proposal dropped');
      node.raw.readIndex('old');
      node.raw.transferLeader(id(2));
      node.drain();
      node.step('MsgHeartbeat', 2, { term: 2 });

      // Its log has grown since, so nobody is up to date with it.
      const sent = node.lead();
      expect(node.raft.leadTransferee).toBe(0);
      expect(node.raw.propose('more', 4)).toBe(undefined);
      node.acknowledge([...sent, ...node.drain()]);
      node.tick();
      const beats = ofType(node.drain(), 'MsgHeartbeat');
      expect(beats.map((each) => each.context)).toEqual([undefined, undefined]);
      expect(node.reads).toEqual([]);
    },
  },
  {
    name: 'a follower passes proposals on in the name of who made them',
    check: () => {
      const node = new TestNode(2, { term: 1 });
      node.step('MsgHeartbeat', 1);
      node.drain();
      node.step('MsgProp', 3, { term: 0, entries: entriesOf(0, 0) });
      node.propose();
      expect(node.drain().map((each) => [each.type, each.from, each.to, each.term, each.entries.length])).toEqual([
        ['MsgProp', 3, 1, 0, 1],
        ['MsgProp', 2, 1, 0, 1],
      ]);
    },
  },
  {
    name: 'a follower forgets its leader when it is told to, unless reads rest on its memory',
    check: () => {
      for (const [readOnlyOption, lead] of [
        ['safe', 0],
        ['lease-based', 2],
      ] as const) {
        const node = new TestNode(1, { term: 1 }, { readOnlyOption, checkQuorum: true });
        node.step('MsgHeartbeat', 2);
        node.raw.forgetLeader();
        expect([readOnlyOption, node.raw.lead, node.raw.state]).toEqual([readOnlyOption, lead, 'StateFollower']);
      }
    },
  },
];

function lose(node: TestNode): void {
  node.raw.campaign();
  node.drain();
  node.tick(7);
  for (const from of [2, 3]) node.step('MsgVoteResp', from, { reject: true });
  expect(node.raw.state).toBe('StateFollower');
}
