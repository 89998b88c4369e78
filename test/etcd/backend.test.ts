import { describe, expect, test } from 'vitest';
import { get, put, TestCluster } from './cluster-fixture.js';

const MS = 1000;

describe('the backend', () => {
  /** One member, whose disk takes 10 ms, and the ends (ms) of puts that one client sends one after the other. */
  function puts(raft = {}) {
    const cluster = TestCluster.settled({ members: 1, fsync: '10ms', raft });
    const client = cluster.client('m1');
    const commits = () => cluster.member('m1').metrics.backendCommit;
    // What the election wrote is committed by now.
    cluster.runFor(500 * MS);
    return { cluster, client, commits };
  }

  test('commits once in 100 ms, with two flushes, only what there is', () => {
    const { cluster, client, commits } = puts();
    const before = commits().count;
    cluster.runFor(1000 * MS);
    expect(commits().count).toBe(before);
    cluster.call(client, put('a'));
    cluster.runFor(150 * MS);
    expect(commits().count).toBe(before + 1);
    expect(commits().sum).toBeCloseTo((before + 1) * 0.02, 2);
  });

  test('holds writes and reads up while it commits', () => {
    const { cluster, client, commits } = puts();
    const before = commits().count;
    cluster.call(client, put('a'));
    cluster.runUntil(() => commits().count > before);
    // Right after a commit nothing waits.
    const read = { ...get('a'), serializable: true };
    const quick = cluster.call(client, read);
    expect(quick.tookUs).toBeLessThan(1 * MS);
    const waits: number[] = [];
    for (let i = 0; i < 300; i++) {
      if (i % 10 === 0) cluster.send(client, put('b'));
      waits.push(cluster.call(client, read).tookUs);
      cluster.runFor(1 * MS);
    }
    const longest = Math.max(...waits);
    expect(longest).toBeGreaterThan(15 * MS);
    // A commit's two flushes, and a log's in front of them.
    expect(longest).toBeLessThanOrEqual(30 * MS);
  });

  test('commits as soon as its batch is full', () => {
    const { cluster, client, commits } = puts({ 'backend-batch-limit': 3, 'backend-batch-interval': '10s' });
    cluster.runFor(10_000 * MS);
    const before = commits().count;
    for (let i = 0; i < 3; i++) cluster.call(client, put(`k${i}`));
    cluster.runFor(30 * MS);
    expect(commits().count).toBe(before + 1);
  });
});
