import { describe, expect, test } from 'vitest';
import { get, put, TestCluster } from '../etcd/cluster-fixture.js';
import { SEEDS } from './seeds.js';

const SECOND_US = 1_000_000;

/** One client of one endpoint, and when it tried to connect there: seen by whether its calls are answered. */
function dialTimeUs(client: Record<string, unknown>, cluster: Record<string, unknown> = {}): number {
  const test = TestCluster.settled({ members: 1, delay: '10ms', client, cluster });
  const startUs = test.nowUs;
  let upUs = 0;
  test.cluster.programs[0]!.newClient('dialler').dial(() => {
    upUs = test.nowUs;
  });
  test.runUntil(() => upUs > 0);
  return upUs - startUs;
}

describe('a dial', () => {
  test('takes two round trips: TCP, and the settings of HTTP/2', () => {
    expect(dialTimeUs({})).toBe(20_000);
  });

  test.each([
    ['1.3', 3],
    ['1.2', 4],
  ])('and with TLS %s %i of them', (tls, roundTrips) => {
    expect(dialTimeUs({}, { tls })).toBe(roundTrips * 10_000);
  });

  test('and the client’s own work', () => {
    expect(dialTimeUs({ 'connect-cpu': '3ms' })).toBe(23_000);
  });
});

/** Lets a client of one endpoint dial while nobody listens there. @returns when the member was reached, from start to start */
function attemptsUs(seed: number | string, forUs: number): number[] {
  const cluster = TestCluster.settled({ seed, members: 3 });
  const { network } = cluster.cluster;
  const counted = (): number => network.counters('client1').sentPackets;
  const [member] = cluster.members;
  member!.crash();
  cluster.cluster.programs[0]!.newClient('c', { name: 'fixed', options: { to: 'm1' } }).dial(() => {});
  cluster.runFor(100_000);
  const times: number[] = [0];
  let seen = counted();
  const startUs = cluster.nowUs - 100_000;
  while (cluster.nowUs - startUs < forUs) {
    cluster.runFor(1000);
    if (counted() === seen) continue;
    seen = counted();
    times.push(cluster.nowUs - startUs);
  }
  return times;
}

describe.each(SEEDS)('a subconnection whose endpoint refuses (seed %i)', (seed) => {
  test('is dialled again after 1 s, then 1.6 times as long each time, give or take a fifth, at most 2 min', () => {
    const times = attemptsUs(seed, 1200 * SECOND_US);
    const waits = times.slice(1).map((time, i) => (time - times[i]!) / SECOND_US);
    expect(waits.length).toBeGreaterThan(12);
    // The first is not drawn.
    expect(Math.abs(waits[0]! - 1)).toBeLessThan(0.003);
    waits.forEach((wait, i) => {
      const mean = Math.min(120, 1.6 ** i);
      expect(wait).toBeGreaterThan(0.79 * mean);
      expect(wait).toBeLessThan(1.21 * mean);
    });
    // Sometimes: the draws differ.
    expect(new Set(waits.slice(-3).map((wait) => wait.toFixed(2))).size).toBeGreaterThan(1);
  });
});

describe('a member that dies', () => {
  test('its calls end as Unavailable; reads are tried again elsewhere, writes are not', () => {
    const cluster = TestCluster.settled({ delay: '20ms', balancer: 'round-robin' });
    const client = cluster.client();
    cluster.runFor(100_000);
    const reads = [0, 1, 2].map(() => cluster.send(client, get('a')));
    const writes = [0, 1, 2].map((i) => cluster.send(client, put(`k${i}`)));
    cluster.runFor(1000);
    // A follower, so that the others answer at once.
    cluster.strike('crash', cluster.member('m3'));
    cluster.runFor(SECOND_US);
    expect(reads.map(({ outcome }) => outcome?.kind)).toEqual(['range', 'range', 'range']);
    const failed = writes.filter(({ outcome }) => outcome?.kind === 'error');
    expect(failed).toHaveLength(1);
    expect(failed[0]!.outcome).toMatchObject({ code: 'Unavailable', text: 'transport is closing' });
  });

  test('of a Txn even one that only reads is not tried again; a lease’s grant is', () => {
    const cluster = TestCluster.settled({ delay: '20ms' });
    const client = cluster.client();
    cluster.runFor(100_000);
    const txns = [0, 1, 2].map(() =>
      cluster.send(client, { kind: 'txn', compares: [], success: [get('a')], failure: [] }),
    );
    const grants = [0, 1, 2].map(() => cluster.send(client, { kind: 'lease-grant', ttlSec: 60 }));
    cluster.runFor(1000);
    cluster.strike('crash', cluster.member('m3'));
    cluster.runFor(SECOND_US);
    expect(txns.filter(({ outcome }) => outcome?.kind === 'error')).toHaveLength(1);
    expect(grants.map(({ outcome }) => outcome?.kind)).toEqual(['lease', 'lease', 'lease']);
  });

  test('is taken up again once it is back', () => {
    const cluster = TestCluster.settled();
    const client = cluster.client();
    cluster.runFor(SECOND_US);
    const restart = cluster.strike('crash', cluster.member('m3'));
    cluster.runFor(100_000);
    restart();
    cluster.runFor(3 * SECOND_US);
    for (let i = 0; i < 9; i++) cluster.call(client, { kind: 'status' });
    expect(cluster.member('m3').metrics.received('status').value).toBe(3);
  });
});

describe('while no member can be reached', () => {
  test('calls wait until one can, and then go through', () => {
    const cluster = TestCluster.settled();
    const client = cluster.client();
    for (const member of cluster.members) member.crash();
    cluster.runFor(SECOND_US);
    const write = cluster.send(client, put('a'));
    const read = cluster.send(client, get('a'));
    cluster.runFor(5 * SECOND_US);
    expect([write.outcome, read.outcome]).toEqual([undefined, undefined]);
    for (const member of cluster.members) member.start();
    cluster.runFor(20 * SECOND_US);
    expect(write.outcome?.kind).toBe('put');
    expect(read.outcome?.kind).toBe('range');
  });

  test('up to their deadline', () => {
    const cluster = TestCluster.settled();
    const client = cluster.client();
    for (const member of cluster.members) member.crash();
    cluster.runFor(SECOND_US);
    const { outcome, tookUs } = cluster.call(client, put('a'), 3 * SECOND_US);
    expect(outcome).toMatchObject({ code: 'DeadlineExceeded', text: 'context deadline exceeded' });
    expect(tookUs).toBe(3 * SECOND_US);
  });
});

describe('deadlines', () => {
  test('a caller’s own goes before the client’s; without any a call waits', () => {
    const cluster = TestCluster.settled({ client: { 'request-timeout': '2s' } });
    const client = cluster.client('m1');
    cluster.strike('pause', cluster.member('m1'));
    const calls = [
      cluster.send(client, get('a')),
      cluster.send(client, get('a'), 500_000),
      cluster.send(client, get('a'), 0),
    ];
    cluster.runFor(60 * SECOND_US);
    expect(calls.map(({ endUs, startUs }) => (endUs < 0 ? -1 : endUs - startUs))).toEqual([2 * SECOND_US, 500_000, -1]);
  });

  test('retries count as one call: its deadline covers them all, and the caller hears of it once', () => {
    const cluster = TestCluster.settled();
    const client = cluster.client('m1');
    for (const name of ['m2', 'm3']) cluster.strike('crash', cluster.member(name));
    const before = cluster.operations.length;
    const read = cluster.call(client, get('a'), 20 * SECOND_US);
    expect(read.outcome).toMatchObject({ code: 'DeadlineExceeded' });
    expect(cluster.operations.length).toBe(before + 1);
    // Each of its attempts at the member took 7 s.
    expect(cluster.member('m1').metrics.received('range').value).toBe(3);
  });
});

describe('keepalive', () => {
  const client = { 'keepalive-time': '10s', 'keepalive-timeout': '5s' };

  test('notices a member whose packets no longer come, after its time and its timeout', () => {
    const cluster = TestCluster.settled({ client });
    const etcd = cluster.client('m3');
    // A stream, since a connection without one is not asked after.
    etcd.watch({ key: 'a' }, { events: () => {} });
    cluster.runFor(1000);
    const call = cluster.send(etcd, get('a'));
    cluster.runFor(100_000);
    expect(call.outcome?.kind).toBe('range');
    cluster.strike('partition', cluster.member('m3'), { from: 'clients' });
    const held = cluster.send(etcd, put('a'));
    cluster.runFor(40 * SECOND_US);
    expect(held.outcome).toMatchObject({ code: 'Unavailable', text: 'transport is closing' });
    expect((held.endUs - held.startUs) / SECOND_US).toBeCloseTo(15, 0);
  });

  test('notices a stopped member, and does not take its kernel for a sign of life', () => {
    const cluster = TestCluster.settled({ client, balancer: 'round-robin' });
    const etcd = cluster.client();
    const resume = cluster.strike('pause', cluster.member('m3'));
    const calls = [0, 1, 2].map(() => cluster.send(etcd, { kind: 'status' }));
    cluster.runFor(40 * SECOND_US);
    // The stopped one's call was moved on to another, and none is sent there since: its connection cannot come up.
    expect(calls.map(({ outcome }) => outcome?.kind)).toEqual(['status', 'status', 'status']);
    const before = cluster.nowUs;
    for (let i = 0; i < 6; i++) cluster.call(etcd, { kind: 'status' });
    expect(cluster.nowUs - before).toBeLessThan(20_000);
    resume();
    cluster.runFor(150 * SECOND_US);
    for (let i = 0; i < 3; i++) cluster.call(etcd, { kind: 'status' });
    expect(cluster.member('m3').metrics.received('status').value).toBeGreaterThan(1);
  });

  test('off, a client waits for ever', () => {
    const cluster = TestCluster.settled();
    const etcd = cluster.client('m3');
    cluster.strike('pause', cluster.member('m3'));
    const held = cluster.send(etcd, put('a'));
    cluster.runFor(300 * SECOND_US);
    expect(held.outcome).toBeUndefined();
  });

  test('leaves a connection without calls or streams alone, and asks at once when there is one again', () => {
    const cluster = TestCluster.settled({ client });
    const etcd = cluster.client('m3');
    const { network } = cluster.cluster;
    cluster.runFor(30 * SECOND_US);
    const quiet = network.counters('client1').sentPackets;
    cluster.runFor(100 * SECOND_US);
    expect(network.counters('client1').sentPackets).toBe(quiet);
    cluster.strike('pause', cluster.member('m3'));
    const held = cluster.send(etcd, put('a'));
    cluster.runFor(20 * SECOND_US);
    expect(held.outcome).toMatchObject({ text: 'transport is closing' });
    expect((held.endUs - held.startUs) / SECOND_US).toBeCloseTo(5, 0);
  });
});

test('a closed client ends what waits, and takes nothing more', () => {
  const cluster = TestCluster.settled();
  const client = cluster.client('m1');
  cluster.strike('pause', cluster.member('m1'));
  const held = cluster.send(client, put('a'));
  client.close();
  const late = cluster.send(client, put('b'));
  cluster.runFor(SECOND_US);
  expect(held.outcome?.kind).toBe('error');
  expect(late.outcome).toMatchObject({ code: 'Canceled', text: 'context canceled' });
});
