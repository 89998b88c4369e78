import { describe, expect, test } from 'vitest';
import type { WatchEvent } from '../../src/api/index.js';
import type { EtcdClient, WatchOptions } from '../../src/client/index.js';
import { put, TestCluster } from './cluster-fixture.js';
import { SEEDS } from './seeds.js';

const SECOND_US = 1_000_000;
const ALL = { key: 'k', rangeEnd: 'l' };

function record(client: EtcdClient, options: WatchOptions = ALL) {
  const seen: WatchEvent[] = [];
  const compactions: number[] = [];
  const watch = client.watch(options, {
    events: (events) => void seen.push(...events),
    canceled: (revision) => void compactions.push(revision),
  });
  const revisions = (): number[] => seen.map(({ kv }) => kv.modRevision);
  return { seen, compactions, revisions, watch };
}

function upTo(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function writeMany(cluster: TestCluster, client: EtcdClient, count: number): void {
  for (let i = 0; i < count; i++) cluster.call(client, put(`k${i % 5}`, `${i}`));
}

test('a watch from now on sees what comes, in order, whole transactions together', () => {
  const cluster = TestCluster.settled();
  const client = cluster.client('m1');
  writeMany(cluster, client, 3);
  const { seen, revisions } = record(cluster.client('m2'));
  cluster.runFor(10_000);
  cluster.call(client, { kind: 'txn', compares: [], success: [put('ka'), put('kb'), put('other')], failure: [] });
  cluster.call(client, { kind: 'delete-range', key: 'ka' });
  cluster.runFor(10_000);
  expect(revisions()).toEqual([5, 5, 6]);
  expect(seen.map(({ type, kv }) => [type, kv.key])).toEqual([
    ['put', 'ka'],
    ['put', 'kb'],
    ['delete', 'ka'],
  ]);
});

test('a watch from an old revision gets the past first, then what comes, each once', () => {
  const cluster = TestCluster.settled();
  const client = cluster.client('m1');
  writeMany(cluster, client, 30);
  const { revisions } = record(cluster.client('m3'), { ...ALL, startRevision: 10 });
  for (let i = 0; i < 20; i++) {
    cluster.send(client, put('k1', `${i}`));
    cluster.runFor(20_000);
  }
  cluster.runFor(300_000);
  expect(revisions()).toEqual(upTo(10, 51));
});

test('a watch from a compacted revision ends, and says from where on there is anything', () => {
  const cluster = TestCluster.settled();
  const client = cluster.client('m1');
  writeMany(cluster, client, 20);
  cluster.call(client, { kind: 'compact', revision: 15 });
  const { revisions, compactions } = record(client, { ...ALL, startRevision: 5 });
  cluster.runFor(SECOND_US);
  expect(compactions).toEqual([15]);
  writeMany(cluster, client, 1);
  expect(revisions()).toEqual([]);
});

test('a canceled watch sees no more, the others of its stream go on', () => {
  const cluster = TestCluster.settled();
  const client = cluster.client('m1');
  const [one, other] = [record(client), record(client)];
  cluster.runFor(10_000);
  writeMany(cluster, client, 2);
  one.watch.cancel();
  writeMany(cluster, client, 2);
  cluster.runFor(10_000);
  expect(one.revisions()).toEqual([2, 3]);
  expect(other.revisions()).toEqual([2, 3, 4, 5]);
});

test('a watch stays at its member, and at another one after that one died, from where it was', () => {
  const cluster = TestCluster.settled();
  const { revisions } = record(cluster.client());
  cluster.runFor(10_000);
  const watchedAt = (): string[] =>
    cluster.members.filter(({ metrics, up }) => up && metrics.received('watch').value > 0).map(({ name }) => name);
  expect(watchedAt()).toHaveLength(1);
  const [home] = watchedAt();
  const writer = cluster.client(home === 'm2' ? 'm3' : 'm2');
  writeMany(cluster, writer, 5);
  cluster.strike('crash', cluster.member(home!));
  cluster.runFor(3 * SECOND_US);
  expect(watchedAt()).not.toContain(home);
  expect(watchedAt()).toHaveLength(1);
  writeMany(cluster, writer, 5);
  cluster.runFor(300_000);
  expect(revisions()).toEqual(upTo(2, 11));
});

test('a follower cut off from its peers sends no events, and all of them when it is back', () => {
  const cluster = TestCluster.settled();
  const client = cluster.client('m1');
  const { revisions } = record(cluster.client('m3'));
  cluster.runFor(10_000);
  const heal = cluster.strike('partition', cluster.member('m3'));
  writeMany(cluster, client, 10);
  cluster.runFor(SECOND_US);
  expect(revisions()).toEqual([]);
  heal();
  cluster.runFor(10 * SECOND_US);
  expect(revisions()).toEqual(upTo(2, 11));
});

test('a follower that catches up by a snapshot still tells its watchers every event that is left', () => {
  const cluster = TestCluster.settled({ raft: { 'snapshot-count': 20, 'snapshot-catchup-entries': 5 } });
  const client = cluster.client('m1');
  const { revisions } = record(cluster.client('m3'));
  cluster.runFor(10_000);
  const heal = cluster.strike('partition', cluster.member('m3'));
  writeMany(cluster, client, 100);
  cluster.runFor(10 * SECOND_US);
  heal();
  cluster.runFor(10 * SECOND_US);
  expect(revisions()).toEqual(upTo(2, 101));
});

describe.each(SEEDS)('whatever dies (seed %i)', (seed) => {
  test('watches neither lose nor repeat nor reorder events', () => {
    const cluster = TestCluster.settled({ seed, delay: '1ms', version: '3.4' });
    const draws = cluster.cluster.simulator.streams.stream('test/schedule');
    const watches = Array.from({ length: 4 }, () => record(cluster.client(), { ...ALL, startRevision: 1 }));
    const writer = cluster.client();
    let writing = true;
    const next = (i: number): void => {
      if (!writing) return;
      writer.request(put(`k${i % 7}`, `${i}`), () => cluster.cluster.simulator.schedule(5000, next, i + 1), SECOND_US);
    };
    next(0);
    cluster.runFor(100_000);
    for (let i = 0; i < 6; i++) {
      // The first kills one that certainly has watchers.
      const watched = cluster.members.find(({ metrics }) => metrics.watchers.value > 0)!;
      const victim = i === 0 ? watched : cluster.members[draws.below(3)]!;
      const undo = cluster.strike(i === 0 ? 'crash' : ['crash', 'pause'][draws.below(2)]!, victim);
      cluster.runFor(draws.below(3 * SECOND_US));
      undo();
      cluster.runFor(draws.below(2 * SECOND_US));
    }
    writing = false;
    cluster.runFor(10 * SECOND_US);
    const { revision } = cluster.leader!.store!;
    expect(revision).toBeGreaterThan(100);
    for (const { revisions } of watches) expect(revisions()).toEqual(upTo(2, revision));
    // Sometimes: a stream was opened anew.
    const opened = cluster.members.flatMap(({ incarnations }) => incarnations.map((of) => of.received('watch').value));
    expect(opened.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(watches.length);
  });
});
