import { describe, expect, test } from 'vitest';
import { defaultRaftConfig } from '../../src/raft/config.js';
import { InvariantError } from '../../src/raft/invariant.js';
import { MemoryStorage } from '../../src/raft/memory-storage.js';
import { RawNode } from '../../src/raft/raw-node.js';
import { APPLY_THREAD, type ConfChangeV2, type MessageType, type RaftConfig } from '../../src/raft/types.js';
import { entriesOf, id, ids, message, snapshotAt, TestNode } from './test-node.js';

/** A follower of member 2 in term 3, with three entries, two of them applied. */
function follower(overrides: Partial<RaftConfig> = {}): TestNode {
  const node = new TestNode(1, { terms: [1, 2, 3], term: 3, commit: 2 }, overrides);
  if (overrides.asyncStorageWrites !== true) node.drain();
  return node;
}

function expectInvariant(run: () => unknown, reason: RegExp, facts: Record<string, unknown>): void {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(InvariantError);
  const { message, facts: known } = thrown as InvariantError;
  expect(message).toMatch(reason);
  expect(known).toMatchObject(facts);
  for (const name of Object.keys(facts)) expect(message).toContain(`${name}=${String(facts[name])}`);
}

describe('bad use of a node is told with member, term and index', () => {
  const facts = { member: 1, term: 3, index: 3 };

  test.each([
    'MsgHup',
    'MsgBeat',
    'MsgUnreachable',
    'MsgSnapStatus',
    'MsgCheckQuorum',
    'MsgStorageAppend',
    'MsgStorageAppendResp',
    'MsgStorageApply',
    'MsgStorageApplyResp',
  ] as const satisfies readonly MessageType[])('stepping the local message %s from outside', (type) => {
    expectInvariant(() => follower().step(type, 2), /a local message came from outside/, facts);
  });

  test('advancing without a Ready', () => {
    expectInvariant(() => follower().raw.advance(), /advance\(\) came without ready\(\)/, facts);
  });

  test('advancing twice', () => {
    const node = follower();
    node.raw.ready();
    node.raw.advance();
    expectInvariant(() => node.raw.advance(), /advance\(\) came without ready\(\)/, facts);
  });

  test('a second Ready before the first is advanced', () => {
    const node = follower();
    node.raw.ready();
    expectInvariant(() => node.raw.ready(), /ready\(\) came twice/, facts);
  });

  test('advancing with asynchronous storage writes', () => {
    const node = follower({ asyncStorageWrites: true });
    node.raw.ready();
    expectInvariant(() => node.raw.advance(), /belongs to synchronous storage writes/, facts);
  });

  test('compacting beyond what is applied', () => {
    expectInvariant(() => follower().storage.compact(3), /compacting beyond what is applied/, facts);
  });

  test('compacting beyond the log', () => {
    expectInvariant(() => follower().storage.compact(9), /compacting beyond what is applied/, { ...facts, index: 9 });
  });

  test('a v1 change of several operations, or none', () => {
    for (const count of [0, 2]) {
      const changes = ids(4, 5)
        .slice(0, count)
        .map((nodeId) => ({ type: 'ConfChangeAddNode' as const, nodeId }));
      const change: ConfChangeV2 = { transition: 'ConfChangeTransitionAuto', changes };
      expectInvariant(() => follower().raw.proposeConfChange(change, { v1: true }), /exactly one operation/, facts);
    }
  });

  test('a MsgProp without entries, a MsgSnap without a snapshot', () => {
    expectInvariant(() => follower().step('MsgProp', 2, { term: 0 }), /MsgProp came without entries/, facts);
    expectInvariant(() => follower().step('MsgSnap', 2), /MsgSnap came without a snapshot/, facts);
  });

  test('applying a change that cannot be made', () => {
    const leave: ConfChangeV2 = { transition: 'ConfChangeTransitionAuto', changes: [] };
    expectInvariant(() => follower().raw.applyConfChange(leave), /can't leave a non-joint config/, facts);
    const single = new TestNode(1, { voters: [1] });
    const remove: ConfChangeV2 = { ...leave, changes: [{ type: 'ConfChangeRemoveNode', nodeId: id(1) }] };
    expectInvariant(() => single.raw.applyConfChange(remove), /removed all voters/, { member: 1, term: 0, index: 0 });
  });

  test('a commit index beyond the log, a conflict with what is committed, entries out of order', () => {
    expectInvariant(() => follower().step('MsgHeartbeat', 2, { commit: 9 }), /was it truncated or lost\?/, {
      member: 1,
      term: 3,
      index: 9,
    });
    const conflict = { index: 2, logTerm: 2, entries: entriesOf(2, 3) };
    expectInvariant(() => follower().step('MsgApp', 2, conflict), /conflicts with a committed one/, {
      member: 1,
      term: 3,
      index: 2,
    });
    const gap = { index: 3, logTerm: 3, entries: entriesOf(5, 3) };
    expectInvariant(() => follower().step('MsgApp', 2, gap), /leaves a gap/, { member: 1, term: 3, index: 5 });
  });

  test('acknowledging entries as applied that are not committed', () => {
    const node = follower({ asyncStorageWrites: true });
    const response = message('MsgStorageApplyResp', APPLY_THREAD, 1, { entries: entriesOf(3, 3) });
    expectInvariant(() => node.raw.step(response), /applied runs out of/, facts);
  });

  test('advancing without having stored the entries', () => {
    const node = new TestNode(1, { voters: [1] });
    node.lead();
    node.propose();
    node.raw.ready();
    node.raw.advance();
    expectInvariant(() => node.propose(), /leaves a gap in the log/, { member: 1, term: 1, index: 2 });
  });

  test('writing a gap, an old snapshot or one of what is not there into storage', () => {
    const { storage } = follower();
    expectInvariant(() => storage.append(entriesOf(5, 3)), /entries leave a gap/, { ...facts, index: 5 });
    expectInvariant(() => storage.createSnapshot(9), /newer than the last and within the log/, { ...facts, index: 9 });
    storage.createSnapshot(2);
    expectInvariant(() => storage.createSnapshot(2), /newer than the last/, { ...facts, index: 2 });
    expectInvariant(() => storage.applySnapshot(snapshotAt(1, 1)), /older than the one in storage/, {
      ...facts,
      index: 1,
    });
  });
});

describe('settings that make no sense', () => {
  test.each([
    [{ id: id(0) }, /id of its own/],
    [{ heartbeatTick: 0 }, /heartbeatTick/],
    [{ electionTick: 1 }, /electionTick/],
    [{ maxInflightMsgs: 0 }, /maxInflightMsgs/],
    [{ maxInflightBytes: 10, maxSizePerMsg: 20 }, /maxInflightBytes/],
    [{ readOnlyOption: 'lease-based', checkQuorum: false }, /checkQuorum/],
  ] satisfies [Partial<RaftConfig>, RegExp][])('%j', (overrides, reason) => {
    const config = { ...defaultRaftConfig(id(1), new MemoryStorage(ids(1))), ...overrides };
    expectInvariant(() => new RawNode(config), reason, { member: config.id });
  });

  test('a stored commit index that the log does not reach', () => {
    expectInvariant(() => new TestNode(1, { terms: [1], term: 1, commit: 2 }), /stored commit index/, { member: 1 });
  });
});

describe('what may happen is no bad use', () => {
  test('a response from a stranger is an error by value', () => {
    const response = message('MsgAppResp', 9, 1, { term: 3 });
    expect(follower().raw.step(response)).toBe('raft: cannot step as peer not found');
  });

  test('proposals without a leader are dropped', () => {
    expect(new TestNode(1).raw.propose('data', 4)).toBe('raft proposal dropped');
  });
});
