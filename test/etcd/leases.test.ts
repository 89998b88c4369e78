import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/api/index.js';
import { get, put, TestCluster, textOf } from './cluster-fixture.js';

const SECOND_US = 1_000_000;

/** Grants a lease and attaches a key to it. */
function leased(cluster: TestCluster, ttlSec: number, to = 'm1') {
  const client = cluster.client(to);
  const granted = cluster.call(client, { kind: 'lease-grant', ttlSec }).outcome;
  const grantedUs = cluster.nowUs;
  if (granted.kind !== 'lease') throw new Error('no lease was granted');
  cluster.call(client, { ...put('k'), leaseId: granted.leaseId });
  const { leaseId } = granted;
  const renew = (): Outcome => cluster.call(client, { kind: 'lease-keep-alive', leaseId }).outcome;
  return { leaseId, client, grantedUs, renew };
}

function ttlOf(outcome: Outcome): number | string {
  return outcome.kind === 'lease' ? outcome.ttlSec : JSON.stringify(outcome);
}

function isThere(cluster: TestCluster): boolean {
  return textOf(cluster.leader!.store!.range(get('k')) as Outcome) !== undefined;
}

describe('a lease', () => {
  test('ends its time after the last sign of life, within a second, and takes its keys with it everywhere', () => {
    const cluster = TestCluster.settled();
    leased(cluster, 5);
    cluster.runFor(4.9 * SECOND_US);
    expect(isThere(cluster)).toBe(true);
    cluster.runFor(0.7 * SECOND_US);
    expect(isThere(cluster)).toBe(false);
    cluster.runFor(200_000);
    for (const { store } of cluster.members) expect(store!.range(get('k'))).toMatchObject({ count: 0 });
  });

  test.each(['m1', 'm2'])('lives on with keep-alives through %s', (to) => {
    const cluster = TestCluster.settled({ delay: '5ms' });
    const lease = leased(cluster, 5, to);
    for (let i = 0; i < 5; i++) {
      cluster.runFor(3 * SECOND_US);
      expect(ttlOf(lease.renew())).toBe(5);
    }
    expect(isThere(cluster)).toBe(true);
  });

  test('a keep-alive costs a round trip at the leader, and one more through a follower', () => {
    const cluster = TestCluster.settled({ delay: '10ms' });
    for (const [to, tookUs] of [
      ['m1', 10_000],
      ['m2', 30_000],
    ] as const) {
      const { leaseId, client } = leased(cluster, 5, to);
      cluster.runFor(100_000);
      expect(cluster.call(client, { kind: 'lease-keep-alive', leaseId }).tookUs).toBe(tookUs);
    }
  });

  test('that does not exist has no time to live', () => {
    const cluster = TestCluster.settled();
    for (const to of ['m1', 'm2']) {
      const client = cluster.client(to);
      expect(ttlOf(cluster.call(client, { kind: 'lease-keep-alive', leaseId: 12345 }).outcome)).toBe(0);
    }
    expect(cluster.call(cluster.client(), { kind: 'lease-revoke', leaseId: 12345 }).outcome).toMatchObject({
      text: 'etcdserver: requested lease not found',
    });
    expect(cluster.call(cluster.client(), { ...put('k'), leaseId: 12345 }).outcome).toMatchObject({
      text: 'etcdserver: requested lease not found',
    });
  });

  test.each(['m1', 'm2'])(
    'whose time ran out keeps a keep-alive through %s waiting for the revoke, and then is gone',
    (to) => {
      const cluster = TestCluster.settled();
      const { grantedUs, leaseId, client } = leased(cluster, 5, to);
      // Expired leases are looked for twice a second: this one's turn is still to come.
      cluster.runFor(grantedUs + 5 * SECOND_US + 1000 - cluster.nowUs);
      expect(isThere(cluster)).toBe(true);
      const late = cluster.call(client, { kind: 'lease-keep-alive', leaseId });
      expect(ttlOf(late.outcome)).toBe(0);
      expect(late.tookUs).toBeGreaterThan(0);
      expect(late.tookUs).toBeLessThan(0.6 * SECOND_US);
      expect(isThere(cluster)).toBe(false);
    },
  );

  test('gets at least one and a half election timeouts', () => {
    const cluster = TestCluster.settled();
    const granted = cluster.call(cluster.client(), { kind: 'lease-grant', ttlSec: 1 }).outcome;
    expect(ttlOf(granted)).toBe(2);
  });

  test('is revoked by request, with its keys', () => {
    const cluster = TestCluster.settled();
    const { leaseId, client } = leased(cluster, 60);
    expect(cluster.call(client, { kind: 'lease-revoke', leaseId }).outcome.kind).toBe('lease');
    expect(isThere(cluster)).toBe(false);
  });
});

describe('a change of leader', () => {
  test('gives every lease its whole time anew', () => {
    const cluster = TestCluster.settled();
    leased(cluster, 5);
    cluster.runFor(4 * SECOND_US);
    cluster.strike('crash', cluster.leader!);
    cluster.runUntil(() => cluster.leader !== undefined);
    const electedUs = cluster.nowUs;
    cluster.runFor(5 * SECOND_US);
    expect(isThere(cluster)).toBe(true);
    // And an election timeout more, then half a second until it is looked at.
    expect(cluster.runUntil(() => !isThere(cluster), 3 * SECOND_US)).toBe(true);
    expect(cluster.nowUs - electedUs).toBeGreaterThan(6 * SECOND_US - 100_000);
    expect(cluster.nowUs - electedUs).toBeLessThan(7 * SECOND_US);
  });

  test('does not make a keep-alive say that the lease is gone: it waits for the new leader', () => {
    const cluster = TestCluster.settled({ delay: '1ms' });
    const { leaseId, client } = leased(cluster, 10, 'm2');
    cluster.strike('crash', cluster.leader!);
    const early = cluster.send(client, { kind: 'lease-keep-alive', leaseId });
    cluster.runUntil(() => cluster.member('m2').leader === undefined);
    const during = cluster.send(client, { kind: 'lease-keep-alive', leaseId });
    cluster.runFor(6 * SECOND_US);
    expect(ttlOf(early.outcome!)).toBe(10);
    expect(ttlOf(during.outcome!)).toBe(10);
  });

  test('while there is no leader for long, a keep-alive ends with an error, not with a lost lease', () => {
    const cluster = TestCluster.settled({ client: { retry: { attempts: 1 } } });
    const { leaseId, client } = leased(cluster, 10, 'm2');
    for (const name of ['m1', 'm3']) cluster.strike('crash', cluster.member(name));
    cluster.runUntil(() => cluster.member('m2').leader === undefined);
    expect(cluster.call(client, { kind: 'lease-keep-alive', leaseId }).outcome).toMatchObject({
      kind: 'error',
      code: 'Unavailable',
      text: 'etcdserver: no leader',
    });
  });

  test('a lease survives the restart of all members', () => {
    const cluster = TestCluster.settled();
    leased(cluster, 60);
    for (const member of cluster.members) cluster.strike('crash', member);
    for (const member of cluster.members) member.start();
    cluster.runUntil(() => cluster.converged);
    cluster.runFor(50 * SECOND_US);
    expect(isThere(cluster)).toBe(true);
    cluster.runFor(14 * SECOND_US);
    expect(isThere(cluster)).toBe(false);
  });
});
