import { describe, expect, test } from 'vitest';
import { get, put, serializableGet, TestCluster, textOf } from './cluster-fixture.js';

const DELAY_US = 15_000;
const FSYNC_US = 100;

/** Nothing but the delays and one fsync takes time here, but a tick may come in between (2 µs of CPU). */
const SLACK_US = 10;

function expectUs(tookUs: number, expectedUs: number): void {
  expect(tookUs).toBeGreaterThanOrEqual(expectedUs);
  expect(tookUs).toBeLessThanOrEqual(expectedUs + SLACK_US);
}

describe.each([3, 5])('what a request costs with a delay D on each of %i members', (members) => {
  const setting = { members, delay: '15ms', fsync: `${FSYNC_US}us` };

  test.each([
    ['leader', 3],
    ['follower', 5],
  ] as const)('a write and a linearizable read through the %s: %i D', (to, delays) => {
    const cluster = TestCluster.settled(setting);
    const client = cluster.client(to);
    // A write's fsyncs: the leader's goes on while the followers', the slower side, counts.
    expectUs(cluster.call(client, put('a')).tookUs, delays * DELAY_US + FSYNC_US);
    cluster.runFor(50_000);
    const read = cluster.call(client, get('a'));
    expectUs(read.tookUs, delays * DELAY_US);
    expect(textOf(read.outcome)).toBe('a');
    cluster.runFor(50_000);
    expectUs(
      cluster.call(client, { kind: 'txn', compares: [], success: [put('b')], failure: [] }).tookUs,
      delays * DELAY_US + FSYNC_US,
    );
  });

  test('a serializable read: 1 D, wherever', () => {
    const cluster = TestCluster.settled(setting);
    for (const { name } of cluster.members) {
      const client = cluster.client(name);
      expectUs(cluster.call(client, serializableGet('a')).tookUs, DELAY_US);
    }
  });

  test.each([
    ['m1', 'm1', 3],
    ['m1', 'm2', 4],
    ['m2', 'm1', 4],
    ['m2', 'm2', 5],
    ['m2', 'm3', 5],
  ] as const)(
    'an event of a write at %s (m1 leads) reaches its watcher at %s after %i D',
    (writeAt, watchAt, delays) => {
      const cluster = TestCluster.settled(setting);
      let seenUs = -1;
      const events = (): void => {
        seenUs = cluster.nowUs;
      };
      cluster.client(watchAt).watch({ key: 'a' }, { events });
      const writer = cluster.client(writeAt);
      cluster.runFor(200_000);
      const startUs = cluster.nowUs;
      cluster.send(writer, put('a'));
      cluster.runFor(200_000);
      expectUs(seenUs - startUs, delays * DELAY_US + FSYNC_US);
    },
  );
});

test('with unequal delays a write takes the leader’s twice and the smallest that completes a majority', () => {
  const delays = [5, 20, 50];
  const hosts = Object.fromEntries(delays.map((ms, i) => [`m${i + 1}`, { egress: { delay: `${ms}ms` } }]));
  const cluster = TestCluster.settled({ network: { hosts } });
  const through = (name: string): number => {
    cluster.runFor(300_000);
    return cluster.call(cluster.client(name), put('a')).tookUs;
  };
  expectUs(through('m1'), (2 * 5 + 20) * 1000 + FSYNC_US);
  expectUs(through('m2'), (2 * 20 + 2 * 5 + 20) * 1000 + FSYNC_US);
  expectUs(through('m3'), (2 * 50 + 2 * 5 + 20) * 1000 + FSYNC_US);
});

describe('one request after another', () => {
  test('put, range, delete, compact and status answer like etcd', () => {
    const cluster = TestCluster.settled();
    const client = cluster.client();
    const outcomeOf = (request: Parameters<typeof cluster.call>[1]) => cluster.call(client, request).outcome;
    expect(outcomeOf(put('a', 'one'))).toMatchObject({ kind: 'put', header: { revision: 2 } });
    expect(outcomeOf(put('a', 'two'))).toMatchObject({ kind: 'put', header: { revision: 3 } });
    expect(outcomeOf({ ...get('a'), revision: 2 })).toMatchObject({ kvs: [{ value: { text: 'one' }, version: 1 }] });
    expect(outcomeOf({ kind: 'delete-range', key: 'a' })).toMatchObject({ deleted: 1, header: { revision: 4 } });
    expect(outcomeOf(get('a'))).toMatchObject({ count: 0, kvs: [] });
    expect(outcomeOf({ kind: 'compact', revision: 3 })).toMatchObject({ kind: 'compact' });
    expect(outcomeOf({ ...get('a'), revision: 2 })).toMatchObject({
      kind: 'error',
      code: 'OutOfRange',
      text: 'etcdserver: mvcc: required revision has been compacted',
    });
    expect(outcomeOf({ ...get('a'), revision: 99 })).toMatchObject({
      text: 'etcdserver: mvcc: required revision is a future revision',
    });
    const { commitIndex } = cluster.leader!;
    expect(outcomeOf({ kind: 'status' })).toMatchObject({
      kind: 'status',
      leader: 'm1',
      raftAppliedIndex: commitIndex,
    });
  });

  test('a create-if-absent happens once, whoever is asked', () => {
    const cluster = TestCluster.settled();
    const create = (text: string) =>
      ({
        kind: 'txn',
        compares: [{ key: 'a', target: 'create', result: '=', operand: 0 }],
        success: [put('a', text)],
        failure: [get('a')],
      }) as const;
    const calls = ['m1', 'm2', 'm3'].map((name) => cluster.send(cluster.client(name), create(name)));
    cluster.runFor(1_000_000);
    const succeeded = calls.map(({ outcome }) => outcome?.kind === 'txn' && outcome.succeeded);
    expect(succeeded.filter((won) => won)).toHaveLength(1);
    const winner = ['m1', 'm2', 'm3'][succeeded.indexOf(true)];
    expect(textOf(cluster.call(cluster.client(), get('a')).outcome)).toBe(winner);
  });

  test('a request that is too large is refused, and not proposed', () => {
    const cluster = TestCluster.settled({ raft: { 'max-request-bytes': '1KiB' } });
    const client = cluster.client();
    const { commitIndex } = cluster.leader!;
    expect(cluster.call(client, put('a', 'a', 2000)).outcome).toMatchObject({
      code: 'InvalidArgument',
      text: 'etcdserver: request is too large',
    });
    expect(cluster.call(client, put('a', 'a', 500)).outcome.kind).toBe('put');
    expect(cluster.leader!.commitIndex).toBe(commitIndex + 1);
  });

  test('a Txn that writes a key twice is refused', () => {
    const cluster = TestCluster.settled();
    const txn = { kind: 'txn', compares: [], success: [put('a'), put('a')], failure: [] } as const;
    expect(cluster.call(cluster.client(), txn).outcome).toMatchObject({
      text: 'etcdserver: duplicate key given in txn request',
    });
  });
});
