import { describe, expect, test } from 'vitest';
import { get, put, TestCluster, textOf } from './cluster-fixture.js';
import { SEEDS } from './seeds.js';

const SECOND_US = 1_000_000;

/** Writes one after another, each with a name of its own, for ever. @returns the names that were acknowledged */
function writeOn(cluster: TestCluster, to: string, timeoutUs: number): { acknowledged: string[]; unsure: string[] } {
  const client = cluster.client(to);
  const result = { acknowledged: [] as string[], unsure: [] as string[] };
  const next = (i: number): void => {
    const key = `${to}/${i}`;
    client.request(
      put(key),
      (outcome) => {
        (outcome.kind === 'put' ? result.acknowledged : result.unsure).push(key);
        cluster.cluster.simulator.schedule(1000, next, i + 1);
      },
      timeoutUs,
    );
  };
  next(0);
  return result;
}

function keysAt(cluster: TestCluster, name: string): Set<string> {
  const range = cluster.member(name).store!.range({ kind: 'range', key: 'm', rangeEnd: 'n' });
  if (range.kind !== 'range') throw new Error('the store has no range');
  return new Set(range.kvs.map(({ key }) => key));
}

describe.each(SEEDS)('under random kills and partitions (seed %i)', (seed) => {
  test('nothing that was acknowledged is lost, and all members end up equal', () => {
    const cluster = TestCluster.settled({
      seed,
      delay: '1ms',
      fsync: '500us',
      raft: { 'snapshot-count': 200, 'snapshot-catchup-entries': 50 },
    });
    const draws = cluster.cluster.simulator.streams.stream('test/schedule');
    const writers = cluster.members.map(({ name }) => writeOn(cluster, name, 2 * SECOND_US));
    cluster.runFor(SECOND_US);
    let leaderKills = 0;
    for (let i = 0; i < 8; i++) {
      // The first strikes the leader for certain, and long enough.
      const victim = i === 0 ? cluster.leader! : cluster.members[draws.below(3)]!;
      if (victim === cluster.leader) leaderKills++;
      const undo = cluster.strike(['crash', 'partition', 'crash'][draws.below(3)]!, victim);
      cluster.runFor(i === 0 ? 4 * SECOND_US : draws.below(3 * SECOND_US));
      undo();
      cluster.runFor(draws.below(2 * SECOND_US));
    }
    cluster.runFor(8 * SECOND_US);
    const acknowledged = writers.flatMap((writer) => writer.acknowledged);
    for (const { name } of cluster.members) {
      const there = keysAt(cluster, name);
      const missing = acknowledged.filter((key) => !there.has(key));
      // What came in just now may be on its way to followers.
      expect(missing.length).toBeLessThan(10);
      if (name === cluster.leader!.name) expect(missing).toEqual([]);
    }
    // Sometimes: the leader was struck, it changed, and a write's fate stayed open.
    expect(leaderKills).toBeGreaterThan(0);
    expect(cluster.reigns.length).toBeGreaterThan(1);
    expect(writers.flatMap((writer) => writer.unsure).length).toBeGreaterThan(0);
    expect(acknowledged.length).toBeGreaterThan(100);
  });
});

test('a write that no disk held when its leader was killed is gone', () => {
  const cluster = TestCluster.settled({ fsync: '20ms' });
  const lost = cluster.send(cluster.client('m1'), put('a'));
  cluster.runFor(5000);
  for (const member of cluster.members) cluster.strike('crash', member);
  cluster.runFor(SECOND_US);
  for (const member of cluster.members) member.start();
  expect(cluster.runUntil(() => cluster.leader !== undefined)).toBe(true);
  expect(textOf(cluster.call(cluster.client(), get('a')).outcome)).toBeUndefined();
  expect(lost.outcome).toMatchObject({ kind: 'error', code: 'Unavailable' });
});

test('a write that one disk held may come back: its client was told nothing for sure', () => {
  const cluster = TestCluster.settled({ fsync: '100us', delay: '10ms' });
  const open = cluster.send(cluster.client('m1'), put('a'));
  // The leader's own fsync is over, and no follower has heard of it yet.
  cluster.runFor(1000);
  for (const member of cluster.members) cluster.strike('crash', member);
  cluster.runFor(SECOND_US);
  for (const name of ['m1', 'm2']) cluster.member(name).start();
  expect(cluster.runUntil(() => cluster.leader !== undefined)).toBe(true);
  // Only m1 has the longest log, so only m1 can win.
  expect(cluster.leader!.name).toBe('m1');
  expect(textOf(cluster.call(cluster.client('m1'), get('a')).outcome)).toBe('a');
  expect(open.outcome).toMatchObject({ kind: 'error' });
});

test('after the restart of all members all is there', () => {
  const cluster = TestCluster.settled();
  const client = cluster.client();
  for (let i = 0; i < 30; i++) cluster.call(client, put(`k${i}`));
  cluster.call(client, { kind: 'delete-range', key: 'k7' });
  const before = cluster.leader!.store!.range({ kind: 'range', key: 'k', rangeEnd: 'l' });
  for (const member of cluster.members) cluster.strike('crash', member);
  for (const member of cluster.members) member.start();
  expect(cluster.runUntil(() => cluster.converged)).toBe(true);
  for (const { store } of cluster.members) {
    expect(store!.range({ kind: 'range', key: 'k', rangeEnd: 'l' })).toEqual(before);
  }
});

describe('a restarted member', () => {
  test('does not take an entry of its earlier life for a new request', () => {
    const cluster = TestCluster.settled({ delay: '20ms' });
    const old = cluster.member('m1');
    // In m1's log alone when it dies.
    const before = cluster.client('m1');
    const early = ['a', 'b', 'c'].map((key) => cluster.send(before, put(key)));
    cluster.runFor(1000);
    for (const member of cluster.members) cluster.strike('crash', member);
    old.start();
    // Taken in before the old entries are applied, with m1 as the only one that can lead.
    const client = cluster.client('m1');
    const fresh = ['x', 'y', 'z'].map((key) => cluster.send(client, put(key)));
    cluster.runFor(100_000);
    cluster.member('m2').start();
    expect(cluster.runUntil(() => fresh.every(({ outcome }) => outcome !== undefined))).toBe(true);
    for (const key of ['x', 'y', 'z']) expect(textOf(cluster.call(client, get(key)).outcome)).toBe(key);
    const revisions = fresh.map(({ outcome }) => (outcome?.kind === 'put' ? outcome.header.revision : 0));
    // Theirs, and not those of a, b and c before them.
    expect(Math.min(...revisions)).toBeGreaterThan(4);
    expect(early.every(({ outcome }) => outcome?.kind === 'error')).toBe(true);
  });

  test('does not grant a lease under an id of its earlier life', () => {
    const cluster = TestCluster.settled();
    const grant = { kind: 'lease-grant', ttlSec: 60 } as const;
    const first = cluster.call(cluster.client('m2'), grant).outcome;
    cluster.strike('crash', cluster.member('m2'));
    cluster.member('m2').start();
    cluster.runFor(SECOND_US);
    const second = cluster.call(cluster.client('m2'), grant).outcome;
    expect(first.kind).toBe('lease');
    expect(second.kind).toBe('lease');
    expect(first.kind === 'lease' && first.leaseId).not.toBe(second.kind === 'lease' && second.leaseId);
  });

  test('catches up by the log if the leader still has it', () => {
    const cluster = TestCluster.settled();
    const client = cluster.client('m1');
    const restart = cluster.strike('crash', cluster.member('m3'));
    for (let i = 0; i < 50; i++) cluster.call(client, put(`k${i}`));
    restart();
    expect(cluster.runUntil(() => cluster.converged, 2 * SECOND_US)).toBe(true);
    expect(cluster.member('m3').store!.revision).toBe(51);
  });

  test('catches up by a snapshot if not, and its counters begin at 0', () => {
    const raft = { 'snapshot-count': 20, 'snapshot-catchup-entries': 5 };
    const cluster = TestCluster.settled({ raft, delay: '5ms' });
    const client = cluster.client('m1');
    const sent = () => cluster.member('m1').metrics.peerSentBytes('m3').value;
    const big = cluster.call(client, put('big', 'big', 100_000));
    expect(big.outcome.kind).toBe('put');
    const restart = cluster.strike('crash', cluster.member('m3'));
    for (let i = 0; i < 100; i++) cluster.call(client, put(`k${i}`));
    // What it knew of before has been compacted away; the snapshot has the big value in it once more.
    const before = sent();
    restart();
    expect(cluster.member('m3').metrics.putTotal.value).toBe(0);
    expect(cluster.runUntil(() => cluster.converged, 5 * SECOND_US)).toBe(true);
    expect(sent() - before).toBeGreaterThan(100_000);
    // One snapshot is enough.
    expect(sent() - before).toBeLessThan(200_000);
    expect(cluster.member('m3').store!.revision).toBe(102);
    expect(cluster.member('m3').metrics.putTotal.value).toBeLessThan(50);
  });
});
