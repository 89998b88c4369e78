import { expect } from 'vitest';
import type { Message } from '../../../src/raft/types.js';
import { Network } from '../network.js';
import { entriesOf, id, ids, indexesOf, ofType, TestNode, termsOf } from '../test-node.js';
import type { Claim } from './claim.js';

/**
 * What the Raft paper says, a claim each, named with its section. Facts (inputs and expected values) as in the paper
 * tests of etcd-io/raft.
 */
export const paperClaims: readonly Claim[] = [
  {
    name: '§5.1 a follower takes over a higher term that it meets',
    check: () => {
      const node = new TestNode(1);
      node.step('MsgApp', 2, { term: 2 });
      expect([node.raw.term, node.raw.state]).toEqual([2, 'StateFollower']);
    },
  },
  {
    name: '§5.1 a candidate that meets a higher term takes it over and becomes a follower',
    check: () => {
      const node = new TestNode(1);
      node.raw.campaign();
      expect(node.raw.state).toBe('StateCandidate');
      node.step('MsgApp', 2, { term: 2 });
      expect([node.raw.term, node.raw.state]).toEqual([2, 'StateFollower']);
    },
  },
  {
    name: '§5.1 a leader that meets a higher term takes it over and becomes a follower',
    check: () => {
      const node = new TestNode(1);
      node.lead();
      expect(node.raw.state).toBe('StateLeader');
      node.step('MsgApp', 2, { term: 2 });
      expect([node.raw.term, node.raw.state]).toEqual([2, 'StateFollower']);
    },
  },
  {
    name: '§5.1 a message with a stale term changes nothing',
    check: () => {
      const node = new TestNode(1, { term: 2 });
      node.step('MsgApp', 2, { term: 1, entries: entriesOf(1, 1), commit: 1 });
      expect([node.raw.lead, node.raw.lastIndex, node.committed]).toEqual([0, 0, 0]);
    },
  },
  {
    name: '§5.2 members start as followers',
    check: () => {
      expect(new TestNode(1).raw.state).toBe('StateFollower');
    },
  },
  {
    name: '§5.2 a leader sends a heartbeat to all others every heartbeat interval',
    check: () => {
      const node = new TestNode(1, {}, { heartbeatTick: 2 });
      node.leadFirmly();
      node.tick();
      expect(ofType(node.drain(), 'MsgHeartbeat')).toEqual([]);
      node.tick();
      const beats = node.drain();
      expect(beats.map((each) => [each.type, each.to, each.term])).toEqual([
        ['MsgHeartbeat', 2, 1],
        ['MsgHeartbeat', 3, 1],
      ]);
    },
  },
  {
    name: '§5.2 a follower that hears nothing for an election timeout starts an election',
    check: () => expectNonLeaderElection('StateFollower'),
  },
  {
    name: '§5.2 a candidate that hears nothing for an election timeout starts a new election',
    check: () => expectNonLeaderElection('StateCandidate'),
  },
  {
    name: '§5.2 one round of votes wins, loses or leaves an election open',
    check: () => {
      for (const [size, answers, state] of [
        [1, {}, 'StateLeader'],
        [3, { 2: true, 3: true }, 'StateLeader'],
        [3, { 2: true }, 'StateLeader'],
        [5, { 2: true, 3: true, 4: true, 5: true }, 'StateLeader'],
        [5, { 2: true, 3: true, 4: true }, 'StateLeader'],
        [5, { 2: true, 3: true }, 'StateLeader'],
        [3, { 2: false, 3: false }, 'StateFollower'],
        [5, { 2: false, 3: false, 4: false, 5: false }, 'StateFollower'],
        [5, { 2: true, 3: false, 4: false, 5: false }, 'StateFollower'],
        [3, {}, 'StateCandidate'],
        [5, { 2: true }, 'StateCandidate'],
        [5, { 2: false, 3: false }, 'StateCandidate'],
        [5, {}, 'StateCandidate'],
      ] as const) {
        const node = new TestNode(1, { voters: upTo(size) });
        node.raw.campaign();
        node.drain();
        for (const [from, granted] of Object.entries(answers)) {
          node.step('MsgVoteResp', Number(from), { term: 1, reject: !granted });
        }
        expect([size, answers, node.raw.state, node.raw.term]).toEqual([size, answers, state, 1]);
      }
    },
  },
  {
    name: '§5.2 a follower votes once in a term, for who came first',
    check: () => {
      for (const [vote, from, reject] of [
        [0, 2, false],
        [0, 3, false],
        [2, 2, false],
        [3, 3, false],
        [2, 3, true],
        [3, 2, true],
      ] as const) {
        const node = new TestNode(1, { term: 1, vote });
        node.step('MsgVote', from, { term: 1 });
        expect([vote, from, node.drain().map(briefly)]).toEqual([vote, from, [['MsgVoteResp', from, 1, reject]]]);
      }
    },
  },
  {
    name: '§5.2 a candidate that hears from a leader of its term or a later one follows it',
    check: () => {
      for (const term of [1, 2]) {
        const node = new TestNode(1);
        node.raw.campaign();
        node.step('MsgApp', 2, { term });
        expect([node.raw.state, node.raw.term, node.raw.lead]).toEqual(['StateFollower', term, 2]);
      }
    },
  },
  {
    name: '§5.2 a follower waits for the timeout drawn for it, and a new one is drawn each time',
    check: () => expectDrawnTimeouts('StateFollower'),
  },
  {
    name: '§5.2 a candidate waits for the timeout drawn for it, and a new one is drawn each time',
    check: () => expectDrawnTimeouts('StateCandidate'),
  },
  {
    name: '§5.2 followers with different timeouts do not split the vote',
    check: () => expectOneCampaigner('StateFollower'),
  },
  {
    name: '§5.2 candidates with different timeouts do not split the vote again',
    check: () => expectOneCampaigner('StateCandidate'),
  },
  {
    name: '§5.3 a leader appends a proposal and sends it to all others at once',
    check: () => {
      const node = new TestNode(1);
      node.leadFirmly();
      const last = node.raw.lastIndex;
      node.propose('some data');
      expect([node.raw.lastIndex, node.committed]).toEqual([last + 1, last]);
      const ready = node.handleReady();
      expect(ready.entries.map((each) => [each.term, each.index, each.data])).toEqual([[1, last + 1, 'some data']]);
      expect(
        ready.messages.map((each) => [
          each.type,
          each.to,
          each.logTerm,
          each.index,
          each.commit,
          each.entries[0]?.data,
        ]),
      ).toEqual([
        ['MsgApp', 2, 1, last, last, 'some data'],
        ['MsgApp', 3, 1, last, last, 'some data'],
      ]);
    },
  },
  {
    name: '§5.3 a leader commits an entry that a majority holds, applies it and tells all',
    check: () => {
      const node = new TestNode(1);
      node.leadFirmly();
      const last = node.raw.lastIndex;
      node.propose('some data');
      node.acknowledge(node.drain());
      expect(node.committed).toBe(last + 1);
      const sent = ofType(node.drain(), 'MsgApp');
      expect(node.applied.at(-1)).toMatchObject({ index: last + 1, term: 1, data: 'some data' });
      expect(new Set(sent.map((each) => each.to))).toEqual(new Set([2, 3]));
      expect(sent.every((each) => each.commit === last + 1)).toBe(true);
    },
  },
  {
    name: '§5.3 an entry is committed exactly when a majority has acknowledged it',
    check: () => {
      for (const [size, acceptors, commits] of [
        [1, [], true],
        [3, [], false],
        [3, [2], true],
        [3, [2, 3], true],
        [5, [], false],
        [5, [2], false],
        [5, [2, 3], true],
        [5, [2, 3, 4], true],
        [5, [2, 3, 4, 5], true],
      ] as const) {
        const node = new TestNode(1, { voters: upTo(size) });
        node.leadFirmly();
        const last = node.raw.lastIndex;
        node.propose();
        node.acknowledge(node.drain(), acceptors);
        expect([size, acceptors, node.committed > last]).toEqual([size, acceptors, commits]);
      }
    },
  },
  {
    name: '§5.3 committing an entry commits all that precede it, those of earlier leaders too',
    check: () => {
      for (const terms of [[], [2], [1, 2], [1]]) {
        const node = new TestNode(1, { terms, term: 2 });
        const sent = node.lead();
        node.propose('some data');
        node.acknowledge([...sent, ...node.drain()]);
        node.acknowledge(node.drain());
        node.drain();
        expect(termsOf(node.applied)).toEqual([...terms, 3, 3]);
        expect(node.applied.at(-1)?.data).toBe('some data');
      }
    },
  },
  {
    name: '§5.3 a follower that learns of a commit applies in log order up to it',
    check: () => {
      for (const [count, commit] of [
        [1, 1],
        [2, 2],
        [2, 1],
      ] as const) {
        const node = new TestNode(1);
        const terms = new Array<number>(count).fill(1);
        node.step('MsgApp', 2, { term: 1, entries: entriesOf(1, ...terms), commit });
        expect(node.committed).toBe(commit);
        node.drain();
        expect(indexesOf(node.applied)).toEqual(upTo(commit));
      }
    },
  },
  {
    name: '§5.3 a follower refuses entries that do not follow on its log',
    check: () => {
      for (const [logTerm, index, answer] of [
        // Matches with committed entries, then with an uncommitted one.
        [0, 0, { index: 1, reject: false, rejectHint: 0, logTerm: 0 }],
        [1, 1, { index: 1, reject: false, rejectHint: 0, logTerm: 0 }],
        [2, 2, { index: 2, reject: false, rejectHint: 0, logTerm: 0 }],
        // Another term there; nothing there.
        [1, 2, { index: 2, reject: true, rejectHint: 1, logTerm: 1 }],
        [3, 3, { index: 3, reject: true, rejectHint: 2, logTerm: 2 }],
      ] as const) {
        const node = new TestNode(1, { terms: [1, 2], term: 2, commit: 1 });
        node.step('MsgApp', 2, { term: 2, logTerm, index });
        expect(ofType(node.drain(), 'MsgAppResp')).toMatchObject([{ to: 2, term: 2, ...answer }]);
      }
    },
  },
  {
    name: '§5.3 a follower drops what conflicts with the leader, and only that',
    check: () => {
      for (const [index, logTerm, first, sent, log, unstable] of [
        [2, 2, 3, [3], [1, 2, 3], [3]],
        [1, 1, 2, [3, 4], [1, 3, 4], [3, 4]],
        [0, 0, 1, [1], [1, 2], []],
        [0, 0, 1, [3], [3], [3]],
      ] as const) {
        const node = new TestNode(1, { terms: [1, 2], term: 2 });
        node.step('MsgApp', 2, { term: 2, logTerm, index, entries: entriesOf(first, ...sent) });
        expect(termsOf(node.log)).toEqual(log);
        expect(termsOf(node.raft.log.unstable.nextEntries())).toEqual(unstable);
      }
    },
  },
  {
    name: '§5.3 figure 7: a leader brings each of those logs in line with its own',
    check: () => {
      const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
      for (const followerLog of [
        [1, 1, 1, 4, 4, 5, 5, 6, 6],
        [1, 1, 1, 4],
        [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
        [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
        [1, 1, 1, 4, 4, 4, 4],
        [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
      ]) {
        const network = new Network(3);
        network.place(new TestNode(1, { terms: leaderLog, term: 8, commit: leaderLog.length }));
        network.place(new TestNode(2, { terms: followerLog, term: 7 }));
        // The third is deaf: its vote is made up, or follower (f) could not be led.
        network.isolate(3);
        const leader = network.elect(1);
        leader.step('MsgVoteResp', 3, { term: 9 });
        network.settle();
        expect(leader.raw.state).toBe('StateLeader');
        leader.propose();
        network.settle();
        const expected = [...leaderLog, 9, 9];
        expect([termsOf(leader.log), termsOf(network.node(2).log)]).toEqual([expected, expected]);
        expect(network.node(2).committed).toBe(expected.length);
      }
    },
  },
  {
    name: '§5.4.1 a vote request tells the last entry of the candidate',
    check: () => {
      for (const [terms, term] of [
        [[1], 2],
        [[1, 2], 3],
      ] as const) {
        const node = new TestNode(1);
        node.step('MsgApp', 2, { term: term - 1, entries: entriesOf(1, ...terms) });
        node.drain();
        node.tick(node.raft.electionTimeout);
        expect(node.drain().map((each) => [each.type, each.to, each.term, each.index, each.logTerm])).toEqual([
          ['MsgVote', 2, term, terms.length, terms.at(-1)],
          ['MsgVote', 3, term, terms.length, terms.at(-1)],
        ]);
      }
    },
  },
  {
    name: '§5.4.1 a member does not vote for a candidate whose log is older than its own',
    check: () => {
      for (const [terms, logTerm, index, reject] of [
        [[1], 1, 1, false],
        [[1], 1, 2, false],
        [[1, 1], 1, 1, true],
        [[1], 2, 1, false],
        [[1], 2, 2, false],
        [[1, 1], 2, 1, false],
        [[2], 1, 1, true],
        [[2], 1, 2, true],
        [[2, 2], 1, 1, true],
      ] as const) {
        const node = new TestNode(1, { voters: [1, 2], terms });
        node.step('MsgVote', 2, { term: 3, logTerm, index });
        expect([terms, logTerm, index, node.drain().map(briefly)]).toEqual([
          terms,
          logTerm,
          index,
          [['MsgVoteResp', 2, 3, reject]],
        ]);
      }
    },
  },
  {
    name: '§5.4.2 figure 8: a leader commits by counting only what is of its own term',
    check: () => {
      for (const [index, commit] of [
        [1, 0],
        [2, 0],
        [3, 3],
      ] as const) {
        const node = new TestNode(1, { voters: [1, 2], terms: [1, 2], term: 2 });
        node.lead();
        node.propose();
        node.drain();
        node.step('MsgAppResp', 2, { index });
        node.drain();
        expect([index, node.committed]).toEqual([index, commit]);
      }
    },
  },
];

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const briefly = (each: Message) => [each.type, each.to, each.term, each.reject];

function expectNonLeaderElection(state: 'StateFollower' | 'StateCandidate'): void {
  const node = new TestNode(1);
  if (state === 'StateFollower') node.step('MsgApp', 2, { term: 1 });
  else node.raw.campaign();
  node.drain();
  node.tick(node.raft.electionTimeout - 1);
  expect([node.raw.state, node.raw.term]).toEqual([state, 1]);
  node.tick();
  expect([node.raw.state, node.raw.term, node.raft.vote]).toEqual(['StateCandidate', 2, 1]);
  expect(node.drain().map((each) => [each.type, each.to, each.term])).toEqual([
    ['MsgVote', 2, 2],
    ['MsgVote', 3, 2],
  ]);
}

function expectDrawnTimeouts(state: 'StateFollower' | 'StateCandidate'): void {
  const drawn = [10, 19, 13, 11, 16];
  let draws = 0;
  const node = new TestNode(1, {}, { drawElectionTimeout: () => drawn[draws++ % drawn.length]! });
  const waits: number[] = [];
  const expected: number[] = [];
  for (let round = 0; round < 10; round++) {
    if (state === 'StateFollower') node.step('MsgApp', 2, { term: node.raw.term + 1 });
    else if (round === 0) node.raw.campaign();
    expected.push(drawn[(draws - 1) % drawn.length]!);
    const { term } = node.raw;
    let ticks = 0;
    while (node.raw.term === term) {
      node.tick();
      ticks++;
    }
    waits.push(ticks);
    node.drain();
  }
  expect(waits).toEqual(expected);
  expect(new Set(waits).size).toBe(drawn.length);
}

function expectOneCampaigner(state: 'StateFollower' | 'StateCandidate'): void {
  const timeouts = new Map([
    [1, 14],
    [2, 11],
    [3, 17],
  ]);
  const nodes = ids(1, 2, 3).map(
    (number) => new TestNode(number, {}, { drawElectionTimeout: () => timeouts.get(number)! }),
  );
  if (state === 'StateCandidate') {
    // All campaigned at once: a split vote.
    for (const node of nodes) node.raw.campaign();
  }
  const network = new Network(0);
  for (const node of nodes) {
    node.drain();
    network.place(node);
  }
  network.tickAll(12);
  expect(network.node(2).raw.state).toBe('StateLeader');
  expect(nodes.filter((node) => node.raw.lead === id(2))).toHaveLength(3);
}
