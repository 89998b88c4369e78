import { expect } from 'vitest';
import { APPEND_THREAD, APPLY_THREAD, type Message } from '../../../src/raft/types.js';
import { entriesOf, ofType, snapshotAt, TestNode } from '../test-node.js';
import type { Claim } from './claim.js';

/** What waits for storage, with synchronous and with asynchronous storage writes. Facts as in design.md of etcd-io/raft. */
export const storageClaims: readonly Claim[] = [
  {
    name: 'synchronous: committed entries are handed out with the write that stores them',
    check: () => {
      const node = new TestNode(2);
      node.step('MsgApp', 1, { term: 1, entries: entriesOf(1, 1, 1), commit: 2 });
      const ready = node.handleReady();
      expect([ready.entries.length, ready.committedEntries.length, ready.mustSync]).toEqual([2, 2, true]);
    },
  },
  {
    name: 'asynchronous: committed entries are handed out once they are stored, not before',
    check: () => {
      const node = new TestNode(2, {}, { asyncStorageWrites: true });
      node.step('MsgApp', 1, { term: 1, entries: entriesOf(1, 1, 1), commit: 2 });
      const ready = node.raw.ready();
      expect([ready.entries.length, ready.committedEntries.length]).toEqual([2, 0]);
      expect(node.raw.hasReady()).toBe(false);
      store(node, ready.messages);
      const applying = node.raw.ready();
      expect(applying.committedEntries.map((each) => each.index)).toEqual([1, 2]);
      const [work] = ofType(applying.messages, 'MsgStorageApply');
      expect(work).toMatchObject({ to: APPLY_THREAD, from: 2, term: 0 });
      expect(node.raw.appliedIndex).toBe(0);
      for (const response of work!.responses) node.raw.step(response);
      expect(node.raw.appliedIndex).toBe(2);
    },
  },
  {
    name: 'asynchronous: votes and acknowledgements leave with the answer of the storage thread only',
    check: () => {
      const node = new TestNode(2, {}, { asyncStorageWrites: true });
      node.step('MsgVote', 1, { term: 1 });
      const vote = node.raw.ready();
      expect(vote.messages.map((each) => [each.type, each.to])).toEqual([['MsgStorageAppend', APPEND_THREAD]]);
      expect(vote.messages[0]).toMatchObject({ term: 1, vote: 1 });
      expect(vote.messages[0]!.responses.map((each) => each.type)).toEqual(['MsgVoteResp']);

      node.step('MsgApp', 1, { term: 1, entries: entriesOf(1, 1) });
      const append = node.raw.ready();
      expect(append.messages.map((each) => [each.type, each.to])).toEqual([['MsgStorageAppend', APPEND_THREAD]]);
      expect(append.messages[0]!.responses.map((each) => each.type)).toEqual(['MsgAppResp', 'MsgStorageAppendResp']);
    },
  },
  {
    name: 'asynchronous: a leader sends entries while it stores them, and counts itself when it has',
    check: () => {
      const node = new TestNode(1, { voters: [1, 2] }, { asyncStorageWrites: true });
      node.raw.campaign();
      store(node, node.raw.ready().messages);
      node.step('MsgVoteResp', 2);
      const ready = node.raw.ready();
      expect(ready.messages.map((each) => each.type)).toEqual(['MsgApp', 'MsgStorageAppend']);
      node.step('MsgAppResp', 2, { index: 1 });
      expect(node.committed).toBe(0);
      store(node, ready.messages);
      expect(node.committed).toBe(1);
    },
  },
  {
    name: 'asynchronous: a write answered in a later term proves nothing of the log',
    check: () => {
      const node = new TestNode(2, {}, { asyncStorageWrites: true });
      node.step('MsgApp', 1, { term: 1, entries: entriesOf(1, 1) });
      const first = node.raw.ready().messages;
      node.step('MsgApp', 3, { term: 2, entries: entriesOf(1, 2) });
      const second = node.raw.ready().messages;
      store(node, first);
      expect(node.raft.log.unstable.entries.length).toBe(1);
      store(node, second);
      expect(node.raft.log.unstable.entries.length).toBe(0);
      expect(node.storage.term(1)).toBe(2);
    },
  },
  {
    name: 'asynchronous: a write answered in a later term is made good by the next one, though that has no entries',
    check: () => {
      const node = new TestNode(2, {}, { asyncStorageWrites: true });
      node.step('MsgApp', 1, { term: 1, entries: entriesOf(1, 1) });
      const first = node.raw.ready().messages;
      node.step('MsgHeartbeat', 3, { term: 2 });
      const second = node.raw.ready();
      expect(second.entries).toEqual([]);
      store(node, first);
      expect(node.raft.log.unstable.entries.length).toBe(1);
      store(node, second.messages);
      expect(node.raft.log.unstable.entries.length).toBe(0);
    },
  },
  {
    name: 'asynchronous: a snapshot stored counts in a later term as well: it holds only what is committed',
    check: () => {
      const node = new TestNode(2, {}, { asyncStorageWrites: true });
      node.step('MsgSnap', 1, { term: 1, snapshot: snapshotAt(5, 1) });
      const { messages } = node.raw.ready();
      node.step('MsgHeartbeat', 3, { term: 2 });
      expect(node.raft.log.unstable.snapshot?.index).toBe(5);
      store(node, messages);
      expect([node.raft.log.unstable.snapshot, node.raw.appliedIndex]).toEqual([undefined, 5]);
    },
  },
  {
    name: 'asynchronous: what is stored meanwhile is handed out, though what came before is not applied yet',
    check: () => {
      const node = new TestNode(2, {}, { asyncStorageWrites: true, maxCommittedSizePerReady: 1000 });
      node.step('MsgApp', 1, { term: 1, entries: entriesOf(1, 1) });
      store(node, node.raw.ready().messages);
      node.step('MsgApp', 1, { term: 1, index: 1, logTerm: 1, entries: entriesOf(2, 1), commit: 2 });
      const first = node.raw.ready();
      expect(first.committedEntries.map((each) => each.index)).toEqual([1]);
      expect(node.raw.hasReady()).toBe(false);
      store(node, first.messages);
      expect(node.raw.hasReady()).toBe(true);
      expect(node.raw.ready().committedEntries.map((each) => each.index)).toEqual([2]);
    },
  },
  {
    name: 'asynchronous: entries may be applied after a snapshot that holds them is stored',
    check: () => {
      const node = new TestNode(2, {}, { asyncStorageWrites: true });
      node.step('MsgApp', 1, { term: 1, entries: entriesOf(1, 1), commit: 1 });
      store(node, node.raw.ready().messages);
      const [applying] = ofType(node.raw.ready().messages, 'MsgStorageApply');
      node.step('MsgSnap', 1, { snapshot: snapshotAt(5, 1) });
      store(node, node.raw.ready().messages);
      for (const response of applying!.responses) node.raw.step(response);
      expect(node.raw.appliedIndex).toBe(5);
    },
  },
  {
    name: 'a new term and a forgotten leader are reason enough for a Ready',
    check: () => {
      const node = new TestNode(2, { term: 1 });
      node.step('MsgHeartbeat', 1);
      node.drain();
      node.raw.forgetLeader();
      expect(node.raw.hasReady()).toBe(true);
      expect(node.handleReady()).toMatchObject({ softState: { lead: 0 }, hardState: undefined, messages: [] });
      node.step('MsgAppResp', 3, { term: 2 });
      expect(node.raw.hasReady()).toBe(true);
      expect(node.handleReady()).toMatchObject({ softState: undefined, hardState: { term: 2 }, messages: [] });
      expect(node.raw.hasReady()).toBe(false);
    },
  },
  {
    name: 'a newer snapshot that comes while one is being stored is handed out as well',
    check: () => {
      const node = new TestNode(2, {}, { asyncStorageWrites: true });
      for (const index of [5, 8]) {
        node.step('MsgSnap', 1, { term: 1, snapshot: snapshotAt(index, 1) });
        expect(node.raw.ready().snapshot?.index).toBe(index);
        expect(node.raw.hasReady()).toBe(false);
      }
    },
  },
  {
    name: 'a Ready asks for a sync exactly when entries, term or vote are new',
    check: () => {
      const node = new TestNode(2);
      node.step('MsgApp', 1, { term: 1, entries: entriesOf(1, 1) });
      expect(node.handleReady()).toMatchObject({ mustSync: true, hardState: { term: 1, vote: 0, commit: 0 } });
      node.step('MsgHeartbeat', 1, { commit: 1 });
      expect(node.handleReady()).toMatchObject({ mustSync: false, hardState: { commit: 1 } });
      expect(node.raw.hasReady()).toBe(false);
      const voter = new TestNode(2, { term: 1 });
      voter.step('MsgVote', 1, {});
      expect(voter.handleReady()).toMatchObject({ mustSync: true, entries: [], hardState: { term: 1, vote: 1 } });
    },
  },
];

/** Does what a storage thread does: stores, then delivers the responses that are for the node itself. */
function store(node: TestNode, messages: readonly Message[]): void {
  for (const work of ofType(messages, 'MsgStorageAppend')) {
    if (work.term !== 0 || work.vote !== 0 || work.commit !== 0) {
      node.storage.setHardState({ term: work.term, vote: work.vote, commit: work.commit });
    }
    if (work.snapshot !== undefined) node.storage.applySnapshot(work.snapshot);
    node.storage.append(work.entries);
    for (const response of work.responses) if (response.to === node.raw.id) node.raw.step(response);
  }
}
