import { describe, expect, test } from 'vitest';
import { get, put, TestCluster, textOf } from './cluster-fixture.js';

const SECOND_US = 1_000_000;

/** So many callers, each with one write in flight all the time, at the leader. @returns what a second of it gave */
function closedLoop(callers: number, fsync: string) {
  // The backend's commits, which take a slow disk's time too, come after it all.
  const cluster = TestCluster.settled({ fsync, raft: { 'backend-batch-interval': '1h' } });
  const client = cluster.client('m1');
  const { metrics } = cluster.member('m1');
  cluster.runFor(SECOND_US);
  let writes = 0;
  const next = (caller: number): void => {
    client.request(put(`k${caller}`), (outcome) => {
      if (outcome.kind === 'put') writes++;
      next(caller);
    });
  };
  const before = metrics.walFsync.count;
  for (let caller = 0; caller < callers; caller++) next(caller);
  cluster.runFor(SECOND_US);
  return { writes, entriesPerFsync: writes / (metrics.walFsync.count - before) };
}

describe('group commit', () => {
  test('one caller gets one entry a fsync; many share one, so that throughput grows with them', () => {
    const runs = [1, 8, 64].map((callers) => closedLoop(callers, '1ms'));
    expect(runs[0]!.entriesPerFsync).toBeCloseTo(1, 1);
    for (let i = 1; i < runs.length; i++) {
      expect(runs[i]!.entriesPerFsync).toBeGreaterThan(1.2 * runs[i - 1]!.entriesPerFsync);
      expect(runs[i]!.writes).toBeGreaterThan(1.5 * runs[i - 1]!.writes);
    }
    expect(runs[2]!.entriesPerFsync).toBeGreaterThan(8);
  });

  test('a disk ten times as slow takes ten times as long for the same batches', () => {
    const [fast, slow] = [closedLoop(64, '1ms'), closedLoop(64, '10ms')];
    expect(fast.writes / slow.writes).toBeGreaterThan(8);
    expect(fast.writes / slow.writes).toBeLessThan(12);
    expect(slow.entriesPerFsync / fast.entriesPerFsync).toBeCloseTo(1, 0);
  });

  test('a follower answers all the MsgApp of one Ready at once', () => {
    const disks = [{ name: 'm1', disk: { fsync: '10us' } }, 'm2', 'm3'];
    const answered = (writes: number): number => {
      const cluster = TestCluster.settled({ fsync: '20ms', cluster: { members: disks } });
      const client = cluster.client('m1');
      cluster.runFor(SECOND_US);
      const before = cluster.member('m2').metrics.peerSentBytes('m1').value;
      for (let i = 0; i < writes; i++) {
        cluster.send(client, put(`k${i}`));
        cluster.runFor(100);
      }
      cluster.runFor(SECOND_US - writes * 100);
      return cluster.member('m2').metrics.peerSentBytes('m1').value - before;
    };
    // Answers of 30 bytes: one for the first write's Ready, one for all that came during its fsync.
    expect(answered(80) - answered(20)).toBeLessThan(100);
  });
});

describe('ReadIndex', () => {
  test('one round serves all reads that came before it began; later ones wait for the next', () => {
    const cluster = TestCluster.settled({ delay: '10ms' });
    const client = cluster.client('m1');
    cluster.runFor(200_000);
    const { metrics } = cluster.member('m1');
    const before = metrics.readIndexes.value;
    const first = cluster.send(client, get('a'));
    cluster.runFor(1000);
    const rest = Array.from({ length: 20 }, () => {
      const read = cluster.send(client, get('a'));
      cluster.runFor(500);
      return read;
    });
    cluster.runFor(200_000);
    expect(metrics.readIndexes.value - before).toBe(2);
    expect(first.endUs - first.startUs).toBeLessThan(30_100);
    // The next round began when the first ended, 20 ms in; it takes another 20 ms.
    const ends = new Set(rest.map(({ endUs }) => endUs));
    expect(ends.size).toBe(1);
    expect([...ends][0]! - first.startUs).toBeGreaterThanOrEqual(50_000);
    expect([...ends][0]! - first.startUs).toBeLessThan(50_100);
  });

  test('at a rate the mean rises from 3 D towards 4 D', () => {
    const meanAt = (gapUs: number): number => {
      const cluster = TestCluster.settled({ delay: '10ms' });
      const client = cluster.client('m1');
      cluster.runFor(200_000);
      const reads = Array.from({ length: 200 }, () => {
        const read = cluster.send(client, get('a'));
        cluster.runFor(gapUs);
        return read;
      });
      cluster.runFor(SECOND_US);
      return reads.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0) / reads.length;
    };
    expect(meanAt(100_000)).toBeLessThan(30_100);
    expect(meanAt(700)).toBeGreaterThan(38_000);
    expect(meanAt(700)).toBeLessThan(42_000);
  });

  test('a read sees every write that was acknowledged before it began, at any member', () => {
    const cluster = TestCluster.settled({ delay: '3ms' });
    const writer = cluster.client('m2');
    const readers = cluster.members.map(({ name }) => cluster.client(name));
    for (let i = 0; i < 20; i++) {
      expect(cluster.call(writer, put('a', `${i}`)).outcome.kind).toBe('put');
      for (const reader of readers) expect(textOf(cluster.call(reader, get('a')).outcome)).toBe(`${i}`);
    }
  });

  test('a follower without a leader lets its reads wait, and serves them when there is one', () => {
    const cluster = TestCluster.settled({ version: '3.4' });
    const client = cluster.client('m2');
    cluster.call(client, put('a'));
    cluster.strike('crash', cluster.leader!);
    cluster.runUntil(() => cluster.member('m2').leader === undefined);
    const read = cluster.send(client, get('a'));
    cluster.runUntil(() => cluster.leader !== undefined);
    cluster.runFor(600_000);
    expect(textOf(read.outcome)).toBe('a');
  });

  test('a read whose question is lost ends after 5 s + 2 election timeouts, and is counted as slow', () => {
    const cluster = TestCluster.settled({ raft: { 'check-quorum': false }, client: { retry: { attempts: 1 } } });
    const client = cluster.client('m1');
    cluster.strike('partition', cluster.member('m1'));
    const read = cluster.call(client, get('a'));
    expect(read.outcome).toMatchObject({ code: 'Unavailable', text: 'etcdserver: request timed out' });
    expect(read.tookUs).toBe(7 * SECOND_US);
    expect(cluster.member('m1').metrics.slowReadIndexes.value).toBe(1);
  });
});

describe('overload', () => {
  test('a member that is far behind in applying turns requests away', () => {
    const cluster = TestCluster.settled({ costs: { applyUs: 5000 } });
    const client = cluster.client('m1');
    expect(cluster.call(client, put('early')).outcome.kind).toBe('put');
    for (let i = 0; i < 8000; i++) cluster.send(client, put(`k${i}`));
    cluster.runUntil(() => cluster.leader!.commitIndex > cluster.leader!.appliedIndex + 5000, 5 * SECOND_US);
    const late = cluster.call(client, put('late'));
    expect(late.outcome).toMatchObject({ code: 'ResourceExhausted', text: 'etcdserver: too many requests' });
  });

  test('an apply or a read that a pause holds up for long is counted as slow, a large batch is not', () => {
    const cluster = TestCluster.settled({ costs: { applyUs: 1000 } });
    const client = cluster.client('m1');
    const { slowApply } = cluster.member('m1').metrics;
    const calls = Array.from({ length: 500 }, (_, i) => cluster.send(client, put(`k${i}`)));
    cluster.runUntil(() => calls.every(({ outcome }) => outcome !== undefined));
    expect(slowApply.value).toBe(0);
    cluster.send(client, put('a'));
    // Two fsyncs of 100 µs, then a millisecond of applying.
    cluster.runFor(600);
    const resume = cluster.strike('pause', cluster.member('m1'));
    cluster.runFor(300_000);
    resume();
    cluster.runFor(SECOND_US);
    expect(slowApply.value).toBe(1);
  });
});
