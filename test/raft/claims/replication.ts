import { expect } from 'vitest';
import type { Message } from '../../../src/raft/types.js';
import { entriesOf, id, message, ofType, type Start, TestNode } from '../test-node.js';
import { type Claim, claimRows } from './claim.js';

/** How entries are sent, taken, refused, acknowledged and committed. Facts as in the tests of etcd-io/raft. */
export const replicationClaims: readonly Claim[] = [
  ...claimRows(
    ([matches, terms, term, commit]) =>
      `commit rule: matches ${matches} over terms ${terms} in term ${term} commit ${commit}`,
    [
      [[1], [1], 1, 1],
      [[1], [1], 2, 0],
      [[2], [1, 2], 2, 2],
      [[1], [2], 2, 1],
      [[2, 1, 1], [1, 2], 1, 1],
      [[2, 1, 1], [1, 1], 2, 0],
      [[2, 1, 2], [1, 2], 2, 2],
      [[2, 1, 2], [1, 1], 2, 0],
      [[2, 1, 1, 1], [1, 2], 1, 1],
      [[2, 1, 1, 1], [1, 1], 2, 0],
      [[2, 1, 1, 2], [1, 2], 1, 1],
      [[2, 1, 1, 2], [1, 1], 2, 0],
      [[2, 1, 2, 2], [1, 2], 2, 2],
      [[2, 1, 2, 2], [1, 1], 2, 0],
    ] as const,
    ([matches, terms, term, commit]) => {
      const node = new TestNode(1, { voters: matches.map((_, i) => i + 1), terms });
      node.raft.term = term;
      matches.forEach((match, i) => {
        node.peer(i + 1).match = match;
        node.peer(i + 1).next = match + 1;
      });
      node.raft.maybeCommit();
      expect(node.committed).toBe(commit);
    },
  ),
  {
    name: 'a joint configuration commits what a majority of each half holds',
    check: () => {
      for (const [incoming, outgoing, commit] of [
        [[3, 3, 3], [3, 1, 1], 1],
        [[3, 1, 1], [3, 3, 3], 1],
        [[3, 3, 1], [3, 2, 1], 2],
        [[3, 3, 1], [3, 3, 1], 3],
      ] as const) {
        const node = new TestNode(1, { voters: [1, 2, 3], outgoing: [1, 4, 5], terms: [1, 1, 1], term: 1 });
        incoming.forEach((match, i) => {
          node.peer(i + 1).match = match;
        });
        outgoing.forEach((match, i) => {
          if (i > 0) node.peer(i + 3).match = match;
        });
        node.raft.maybeCommit();
        expect([incoming, outgoing, node.committed]).toEqual([incoming, outgoing, commit]);
      }
    },
  },
  ...claimRows(
    (row) =>
      `MsgApp behind ${row.logTerm}/${row.index} with terms [${row.terms}] and commit ${row.commit} on log [1,2]: ${row.reject ? 'rejected' : `acknowledged ${row.ack}`}, last ${row.last}, commit ${row.committed}`,
    [
      // The log differs there, or does not reach there.
      { logTerm: 3, index: 2, terms: [], commit: 3, last: 2, committed: 0, reject: true, ack: 2 },
      { logTerm: 3, index: 3, terms: [], commit: 3, last: 2, committed: 0, reject: true, ack: 3 },
      // Matches; conflicts are replaced, what is new is added.
      { logTerm: 1, index: 1, terms: [], commit: 1, last: 2, committed: 1, reject: false, ack: 1 },
      { logTerm: 0, index: 0, terms: [2], commit: 1, last: 1, committed: 1, reject: false, ack: 1 },
      { logTerm: 2, index: 2, terms: [2, 2], commit: 3, last: 4, committed: 3, reject: false, ack: 4 },
      { logTerm: 2, index: 2, terms: [2], commit: 4, last: 3, committed: 3, reject: false, ack: 3 },
      { logTerm: 1, index: 1, terms: [2], commit: 4, last: 2, committed: 2, reject: false, ack: 2 },
      // Commits no further than the message has shown the logs to agree.
      { logTerm: 1, index: 1, terms: [], commit: 3, last: 2, committed: 1, reject: false, ack: 1 },
      { logTerm: 1, index: 1, terms: [2], commit: 3, last: 2, committed: 2, reject: false, ack: 2 },
      { logTerm: 2, index: 2, terms: [], commit: 3, last: 2, committed: 2, reject: false, ack: 2 },
      { logTerm: 2, index: 2, terms: [], commit: 4, last: 2, committed: 2, reject: false, ack: 2 },
    ] as const,
    ({ logTerm, index, terms, commit, last, committed, reject, ack }) => {
      const node = new TestNode(1, { terms: [1, 2], term: 2 });
      node.step('MsgApp', 2, { logTerm, index, commit, entries: entriesOf(index + 1, ...terms) });
      expect([node.raw.lastIndex, node.committed]).toEqual([last, committed]);
      expect(ofType(node.drain(), 'MsgAppResp')).toMatchObject([{ to: 2, reject, index: ack }]);
    },
  ),
  {
    name: 'a MsgApp from before the commit index is acknowledged with it',
    check: () => {
      const node = new TestNode(1, { terms: [1, 1, 1], term: 1, commit: 3 });
      node.step('MsgApp', 2, { index: 1, logTerm: 1, entries: entriesOf(2, 1) });
      expect(ofType(node.drain(), 'MsgAppResp')).toMatchObject([{ index: 3, reject: false }]);
    },
  },
  {
    name: 'a heartbeat moves the commit index up, never down',
    check: () => {
      for (const [commit, expected] of [
        [3, 3],
        [1, 2],
      ] as const) {
        const node = new TestNode(1, { voters: [1, 2], terms: [1, 2, 3], term: 3, commit: 2 });
        node.step('MsgHeartbeat', 2, { commit });
        expect([node.committed, node.drain().map((each) => each.type)]).toEqual([expected, ['MsgHeartbeatResp']]);
      }
    },
  },
  {
    name: 'a heartbeat tells no commit index beyond what the follower is known to hold',
    check: () => {
      const node = new TestNode(1);
      node.leadFirmly();
      node.propose('data', 3);
      node.acknowledge(node.drain(), [2]);
      node.drain();
      node.tick();
      expect(node.committed).toBe(4);
      expect(ofType(node.drain(), 'MsgHeartbeat').map((each) => [each.to, each.commit])).toEqual([
        [2, 4],
        [3, 1],
      ]);
    },
  },
  {
    name: 'a heartbeat answer from a follower that lacks entries brings them again, until it acknowledges them',
    check: () => {
      const node = new TestNode(1, { voters: [1, 2], terms: [1, 2, 3], term: 3 });
      node.lead();
      for (let i = 0; i < 2; i++) {
        node.step('MsgHeartbeatResp', 2);
        expect(node.drain().map((each) => each.type)).toEqual(['MsgApp']);
      }
      node.step('MsgAppResp', 2, { index: 4 });
      node.drain();
      node.step('MsgHeartbeatResp', 2);
      expect(node.drain()).toEqual([]);
    },
  },
  ...claimRows(
    (row) => `a leader at index 3 takes ${row.reject ? 'a rejection of' : 'an acknowledgement of'} ${row.index}`,
    [
      { index: 3, reject: true, match: 0, next: 3, sent: 0, prev: 0, committed: 0 },
      { index: 2, reject: true, match: 0, next: 2, sent: 1, prev: 1, committed: 0 },
      { index: 2, reject: false, match: 2, next: 4, sent: 1, prev: 2, committed: 2 },
      { index: 0, reject: false, match: 0, next: 4, sent: 1, prev: 0, committed: 0 },
    ],
    ({ index, reject, match, next, sent, prev, committed }) => {
      const node = new TestNode(1, { terms: [1, 1] });
      node.lead();
      node.step('MsgAppResp', 2, { index, reject, rejectHint: index });
      const { match: matchNow, next: nextNow } = node.peer(2);
      expect([matchNow, nextNow]).toEqual([match, next]);
      const messages = node.drain().filter((each) => each.to === 2);
      expect(messages).toHaveLength(sent);
      for (const each of messages) expect([each.index, each.commit]).toEqual([prev, committed]);
    },
  ),
  {
    name: 'a probed follower gets nothing new before it has answered',
    check: () => {
      const node = new TestNode(1);
      node.lead();
      node.step('MsgAppResp', 2, { index: 1 });
      node.drain();
      node.propose();
      const sent = node.drain();
      expect(sent.map((each) => [each.type, each.to, each.entries.map((entry) => entry.index)])).toEqual([
        ['MsgApp', 2, [2]],
      ]);
      node.step('MsgAppResp', 3, { index: 1 });
      expect(node.drain().map((each) => [each.type, each.to, each.entries.map((entry) => entry.index)])).toEqual([
        ['MsgApp', 3, [2]],
      ]);
    },
  },
  ...claimRows(
    (row) => `fast rejection: leader [${row.leader}], follower [${row.follower}]`,
    [
      { leader: [1, 2, 2, 4, 4, 4, 4], follower: [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3], hint: [3, 7], next: [2, 3] },
      { leader: [1, 2, 2, 3, 4, 4, 4, 5], follower: [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3], hint: [3, 8], next: [3, 4] },
      { leader: [1, 1, 1, 1], follower: [1, 2, 2, 4], hint: [1, 1], next: [1, 1] },
      { leader: [1, 1, 1, 1, 1, 1], follower: [1, 2, 2, 4], hint: [1, 1], next: [1, 1] },
      { leader: [1, 1, 1, 1], follower: [1, 2, 2, 4, 4, 4], hint: [1, 1], next: [1, 1] },
      { leader: [1, 1, 1, 4, 5], follower: [1, 1, 1, 4], hint: [4, 4], next: [4, 4] },
      { leader: [2, 5, 5, 5, 5, 5, 5, 5, 5], follower: [2, 4, 4, 4, 4, 4], hint: [4, 6], next: [2, 1] },
      { leader: [2, 2, 2, 2, 2], follower: [2, 4, 4, 4, 4, 4, 4, 4], hint: [2, 1], next: [2, 1] },
      // The follower has compacted that index away: the term is unknown, the leader goes back by one.
      { leader: [1, 1, 3], follower: [1, 1, 3, 3, 3], compact: 5, hint: [0, 3], next: [1, 2] },
    ] as const,
    (row) => {
      const term = row.leader.at(-1)!;
      const leader = new TestNode(1, { terms: row.leader, term: term - 1, commit: row.leader.length });
      leader.lead();
      const follower = new TestNode(2, { terms: row.follower, term, vote: 1 });
      if ('compact' in row) {
        follower.storage.attach({ id: follower.raw.id, term, appliedIndex: row.compact });
        follower.storage.compact(row.compact);
      }
      leader.step('MsgHeartbeatResp', 2);
      const append = ofType(leader.drain(), 'MsgApp').find((each) => each.to === 2)!;
      follower.raw.step(append);
      const [rejection] = ofType(follower.drain(), 'MsgAppResp');
      expect([rejection!.reject, rejection!.logTerm, rejection!.rejectHint]).toEqual([true, ...row.hint]);
      leader.raw.step(rejection!);
      const again = ofType(leader.drain(), 'MsgApp').find((each) => each.to === 2)!;
      expect([again.logTerm, again.index]).toEqual(row.next);
    },
  ),
  {
    name: 'flow control: a full window lets no MsgApp through',
    check: () => {
      const { node } = fullWindow();
      for (let i = 0; i < 10; i++) {
        node.propose();
        expect(node.drain()).toEqual([]);
      }
    },
  },
  {
    name: 'flow control: an acknowledgement moves the window, a stale one does not',
    check: () => {
      const { node, window } = fullWindow();
      for (let index = 2; index < window; index++) {
        node.step('MsgAppResp', 2, { index });
        node.drain();
        node.propose();
        expect(node.drain().map((each) => each.type)).toEqual(['MsgApp']);
        expect(node.peer(2).isPaused).toBe(true);
        for (let stale = 0; stale < index; stale++) {
          node.step('MsgAppResp', 2, { index: stale });
          expect(node.peer(2).isPaused).toBe(true);
        }
      }
    },
  },
  {
    name: 'flow control: a heartbeat answer frees a full window for one empty MsgApp',
    check: () => {
      const { node } = fullWindow();
      for (let i = 0; i < 4; i++) {
        node.step('MsgHeartbeatResp', 2);
        expect(node.drain().map((each) => [each.type, each.entries.length])).toEqual([['MsgApp', 0]]);
        node.propose();
        expect(node.drain()).toEqual([]);
      }
    },
  },
  {
    name: 'flow control: messages are limited in size, the window in messages and bytes',
    check: () => {
      const node = new TestNode(
        1,
        { voters: [1, 2] },
        { maxInflightMsgs: 3, maxSizePerMsg: 2048, maxInflightBytes: 9000 },
      );
      node.lead();
      // Ten small entries, six large ones, six small ones, while the election's empty entry is out as a probe.
      for (let i = 0; i < 22; i++) node.propose('x'.repeat(i >= 10 && i < 16 ? 5000 : 1000));
      expect(node.drain()).toEqual([]);
      let index = 1;
      const acknowledged = (): number[] => {
        node.step('MsgAppResp', 2, { index });
        const sent = ofType(node.drain(), 'MsgApp');
        index = sent.at(-1)!.entries.at(-1)?.index ?? index;
        return sent.map((each) => each.entries.length);
      };
      expect(acknowledged()).toEqual([2, 2, 2]);
      expect(acknowledged()).toEqual([2, 2, 1]);
      // Large ones: two fill the bytes.
      expect(acknowledged()).toEqual([1, 1]);
      expect(acknowledged()).toEqual([1, 1]);
      expect(acknowledged()).toEqual([1, 2, 2]);
      expect(acknowledged()).toEqual([2]);
    },
  },
  {
    name: 'limits: the uncommitted tail is limited in bytes; an empty tail and an empty entry always get in',
    check: () => {
      const count = 64;
      const node = new TestNode(1, {}, { maxUncommittedEntriesSize: count * 8, maxInflightMsgs: 1024 });
      node.leadFirmly();
      for (let i = 0; i < count; i++) expect(node.raw.propose('testdata', 8)).toBe(undefined);
      expect(node.raw.propose('testdata', 8)).toBe('raft proposal dropped');
      node.acknowledge(node.drain());
      node.drain();
      expect(node.raft.uncommittedBytes).toBe(0);

      const large = entriesOf(0, ...new Array<number>(2 * count).fill(0)).map((each) => ({ ...each, dataBytes: 8 }));
      expect(node.raw.step(message('MsgProp', 1, 1, { entries: large }))).toBe(undefined);
      expect(node.raw.propose('testdata', 8)).toBe('raft proposal dropped');
      expect(node.raw.propose('', 0)).toBe(undefined);
      node.acknowledge(node.drain());
      node.drain();
      expect(node.raft.uncommittedBytes).toBe(0);
    },
  },
  {
    name: 'limits: what is applied makes room in the uncommitted tail for as much, no more',
    check: () => {
      const node = new TestNode(1, {}, { maxUncommittedEntriesSize: 12 });
      node.leadFirmly();
      node.propose('four', 3);
      node.step('MsgAppResp', 2, { index: 2 });
      node.drain();
      node.step('MsgAppResp', 2, { index: 2 });
      expect([node.committed, node.raft.uncommittedBytes]).toEqual([2, 8]);
      expect(node.raw.propose('four', 4)).toBe(undefined);
      expect(node.raw.propose('more', 4)).toBe('raft proposal dropped');
    },
  },
  {
    name: 'limits: what is handed out to be applied is limited in bytes, one entry at least',
    check: () => {
      const node = new TestNode(1, { voters: [1] }, { maxCommittedSizePerReady: 250 });
      node.lead();
      node.propose('x'.repeat(100), 5);
      node.propose('x'.repeat(500), 1);
      const batches: number[] = [];
      while (node.raw.hasReady()) {
        const { committedEntries } = node.handleReady();
        if (committedEntries.length > 0) batches.push(committedEntries.length);
      }
      expect(batches).toEqual([2, 2, 1, 1]);
    },
  },
  {
    name: 'an unreachable follower is probed again',
    check: () => {
      const node = new TestNode(1);
      node.leadFirmly();
      node.propose();
      node.drain();
      expect([node.peer(2).state, node.peer(2).next]).toEqual(['StateReplicate', 3]);
      node.raw.reportUnreachable(id(2));
      expect([node.peer(2).state, node.peer(2).next]).toEqual(['StateProbe', 2]);
    },
  },
  {
    name: 'a probe without entries stops no further one',
    check: () => {
      const node = new TestNode(1);
      node.leadFirmly();
      node.raw.reportUnreachable(id(2));
      node.step('MsgHeartbeatResp', 2);
      expect(node.drain()).toMatchObject([{ type: 'MsgApp', to: 2, entries: [] }]);
      expect(node.peer(2)).toMatchObject({ state: 'StateProbe', paused: false });
    },
  },
  ...claimRows(
    (type) => `a stale ${type} is answered, so that its sender learns of our term (CheckQuorum or PreVote)`,
    ['MsgApp', 'MsgHeartbeat'] as const,
    (type) => {
      for (const [overrides, answers] of [
        [{}, []],
        [{ checkQuorum: true }, [['MsgAppResp', 2, 3]]],
        [{ preVote: true }, [['MsgAppResp', 2, 3]]],
      ] as const) {
        const node = new TestNode(1, { term: 3 }, overrides);
        node.step(type, 2, { term: 2 });
        expect(node.drain().map((each: Message) => [each.type, each.to, each.term])).toEqual(answers);
      }
    },
  ),
];

/** A leader whose window to member 2 is full. */
function fullWindow(start: Start = { voters: [1, 2] }): { node: TestNode; window: number } {
  const window = 16;
  const node = new TestNode(1, start, { maxInflightMsgs: window });
  node.lead();
  node.peer(2).becomeReplicate();
  for (let i = 0; i < window; i++) {
    node.propose();
    expect(node.drain().map((each) => each.type)).toEqual(['MsgApp']);
  }
  expect(node.peer(2).isPaused).toBe(true);
  return { node, window };
}
