import { describe, expect, test } from 'vitest';
import { get, put, serializableGet, TestCluster, textOf } from './cluster-fixture.js';
import { SEEDS } from './seeds.js';

const SECOND_US = 1_000_000;

describe.each([1, 3, 5, 7])('a cluster of %i', (members) => {
  test('elects one leader, whom all follow, and serves', () => {
    const cluster = TestCluster.settled({ members });
    expect(cluster.members.filter(({ role }) => role === 'leader').map(({ name }) => name)).toEqual(['m1']);
    expect(cluster.members.every(({ leader }) => leader === 'm1')).toBe(true);
    const client = cluster.client();
    expect(cluster.call(client, put('a')).outcome.kind).toBe('put');
    expect(textOf(cluster.call(client, get('a')).outcome)).toBe('a');
  });

  test('goes on while a minority is down, and stops with the majority', () => {
    const cluster = TestCluster.settled({ members });
    const client = cluster.client('m1');
    const minority = Math.ceil(members / 2) - 1;
    for (const member of cluster.members.slice(1, 1 + minority)) cluster.strike('crash', member);
    expect(cluster.call(client, put('a')).outcome.kind).toBe('put');
    if (members === 1) return;
    cluster.strike('crash', cluster.members[minority + 1]!);
    cluster.runFor(3 * SECOND_US);
    expect(cluster.leader).toBeUndefined();
    expect(cluster.call(client, put('b'), SECOND_US).outcome).toMatchObject({ code: 'DeadlineExceeded' });
    expect(textOf(cluster.call(client, serializableGet('a')).outcome)).toBe('a');
  });
});

describe('when the leader is killed', () => {
  test('a survivor stands between one and two election timeouts after its last heartbeat, and wins in a round trip', () => {
    const electedUs: number[] = [];
    for (let seed = 0; seed < 30; seed++) {
      const cluster = TestCluster.settled({ seed, delay: '1ms' });
      const term = cluster.leader!.term;
      const killedUs = cluster.nowUs;
      cluster.strike('crash', cluster.leader!);
      expect(cluster.runUntil(() => cluster.leader !== undefined)).toBe(true);
      expect(cluster.leader!.term).toBeGreaterThan(term);
      const { atUs } = cluster.reigns[cluster.reigns.length - 1]!;
      // Split votes take longer; PreVote makes them rare.
      if (cluster.leader!.term === term + 1) electedUs.push(atUs - killedUs);
    }
    expect(electedUs.length).toBeGreaterThan(15);
    // The last heartbeat is up to an interval old, and up to a tick passes until it is counted.
    for (const us of electedUs) {
      expect(us).toBeGreaterThan(0.8 * SECOND_US);
      expect(us).toBeLessThan(2.2 * SECOND_US);
    }
    expect(Math.max(...electedUs) - Math.min(...electedUs)).toBeGreaterThan(0.3 * SECOND_US);
  });

  test('a write forwarded to it is proposed by nobody again: its client waits 5 s + 2 election timeouts', () => {
    const cluster = TestCluster.settled({ delay: '5ms' });
    const client = cluster.client('m2');
    const lost = cluster.send(client, put('a'));
    // The call reaches m2 at once; its MsgProp is on the way.
    cluster.runFor(1000);
    cluster.strike('crash', cluster.leader!);
    cluster.runFor(10 * SECOND_US);
    expect(lost.outcome).toMatchObject({ kind: 'error', code: 'Unavailable' });
    expect(lost.endUs - lost.startUs).toBe(7 * SECOND_US + 5000);
    expect(textOf(cluster.call(client, get('a')).outcome)).toBeUndefined();
    expect(cluster.member('m2').metrics.proposalsFailed.value).toBe(1);
    expect(cluster.member('m2').metrics.proposalsPending.value).toBe(0);
  });

  test('what a timeout is blamed on: the old leader if this member took over, else the lost connection', () => {
    const texts = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      const cluster = TestCluster.settled({ seed, delay: '5ms' });
      const lost = cluster.send(cluster.client('m2'), put('a'));
      cluster.runFor(1000);
      cluster.strike('crash', cluster.leader!, {});
      cluster.runFor(10 * SECOND_US);
      const { outcome } = lost;
      if (outcome?.kind !== 'error') throw new Error('the write was not lost');
      texts.add(outcome.text);
      if (cluster.leader!.name === 'm2') {
        expect(outcome.text).toBe('etcdserver: request timed out, possibly due to previous leader failure');
      } else {
        expect(outcome.text).toBe('etcdserver: request timed out');
      }
    }
    expect(texts.size).toBe(2);
  });

  test('a write that comes while nobody leads waits for the next leader', () => {
    const cluster = TestCluster.settled({ delay: '1ms' });
    const client = cluster.client('m2');
    cluster.strike('crash', cluster.leader!);
    cluster.runUntil(() => cluster.member('m2').leader === undefined);
    const write = cluster.send(client, put('a'));
    expect(cluster.runUntil(() => cluster.leader !== undefined)).toBe(true);
    cluster.runFor(100_000);
    expect(write.outcome).toMatchObject({ kind: 'put' });
  });

  test('reads under way end with "leader changed", and are tried again', () => {
    const cluster = TestCluster.settled({ delay: '5ms' });
    const client = cluster.client('m2');
    cluster.call(client, put('a'));
    const read = cluster.send(client, get('a'));
    cluster.runFor(1000);
    cluster.strike('crash', cluster.leader!);
    cluster.runFor(4 * SECOND_US);
    expect(textOf(read.outcome)).toBe('a');
    expect(cluster.member('m2').metrics.failedReadIndexes.value).toBe(1);
    expect(cluster.member('m2').metrics.received('range').value).toBe(2);
  });
});

describe('long delays', () => {
  test('a standing leader survives 600 ms each way, and serves', () => {
    const cluster = TestCluster.settled({ delay: '1ms' });
    const { term } = cluster.leader!;
    for (const member of cluster.members) cluster.strike('egress-delay', member, { delay: 600_000 });
    cluster.runFor(20 * SECOND_US);
    expect(cluster.leader).toMatchObject({ name: 'm1', term });
    expect(cluster.call(cluster.client('m1'), put('a')).outcome.kind).toBe('put');
  });

  test.each([
    [300, true],
    [600, false],
  ])(
    'after its death at %i ms a new one stands: %s (votes come too late once 2 D is the election timeout)',
    (ms, stands) => {
      const cluster = TestCluster.settled({ delay: '1ms', version: '3.4' });
      for (const member of cluster.members) cluster.strike('egress-delay', member, { delay: ms * 1000 });
      cluster.runFor(5 * SECOND_US);
      cluster.strike('crash', cluster.leader!);
      cluster.runFor(20 * SECOND_US);
      let ledUs = 0;
      for (let i = 0; i < 100; i++) {
        if (
          cluster.leader !== undefined &&
          cluster.members.every(({ up, leader }) => !up || leader === cluster.leader!.name)
        ) {
          ledUs += 100_000;
        }
        cluster.runFor(100_000);
      }
      if (stands) expect(ledUs).toBeGreaterThan(9 * SECOND_US);
      else expect(ledUs).toBeLessThan(5 * SECOND_US);
    },
  );

  test('peers have a second and an election timeout to answer a dial', () => {
    const raft = { 'heartbeat-interval': '1s', 'election-timeout': '10s' };
    const cluster = TestCluster.settled({ delay: '800ms', raft });
    expect(cluster.members.map(({ leader }) => leader)).toEqual(['m1', 'm1', 'm1']);
  });
});

describe('partitions', () => {
  test('a leader cut off from the others steps down within two election timeouts, and no term has two leaders', () => {
    const cluster = TestCluster.settled({ members: 5 });
    const old = cluster.leader!;
    const heal = cluster.strike('partition', old);
    expect(cluster.runUntil(() => old.role !== 'leader', 5 * SECOND_US)).toBe(true);
    expect(cluster.runUntil(() => cluster.leader !== undefined)).toBe(true);
    expect(cluster.leader!.name).not.toBe(old.name);
    heal();
    expect(cluster.runUntil(() => cluster.converged && old.role === 'follower')).toBe(true);
    const terms = cluster.reigns.map(({ term }) => term);
    expect(new Set(terms).size).toBe(terms.length);
  });

  test('a write at the cut-off leader is not acknowledged, and gone after the healing', () => {
    const cluster = TestCluster.settled();
    const old = cluster.leader!;
    const [atOld, atOther] = [cluster.client('m1'), cluster.client('m2')];
    const heal = cluster.strike('partition', old);
    const stray = cluster.send(atOld, put('a', 'stray'));
    const read = cluster.send(atOld, get('a'), 5 * SECOND_US);
    cluster.runUntil(() => cluster.leader !== undefined && cluster.leader !== old);
    expect(cluster.call(atOther, put('a', 'kept')).outcome.kind).toBe('put');
    expect(read.outcome?.kind === 'range' && read.outcome.kvs).not.toEqual([]);
    heal();
    cluster.runUntil(() => cluster.converged);
    cluster.runFor(8 * SECOND_US);
    expect(stray.outcome).toMatchObject({ kind: 'error', code: 'Unavailable' });
    expect(textOf(cluster.call(atOld, get('a')).outcome)).toBe('kept');
  });

  test('without CheckQuorum the cut-off leader believes in itself, and still acknowledges nothing', () => {
    const cluster = TestCluster.settled({ raft: { 'check-quorum': false } });
    const old = cluster.leader!;
    const client = cluster.client('m1');
    cluster.strike('partition', old);
    const stray = cluster.send(client, put('a'));
    cluster.runFor(6 * SECOND_US);
    expect(cluster.members.filter(({ role }) => role === 'leader')).toHaveLength(2);
    expect(stray.outcome).toBeUndefined();
  });

  test.each([
    ['3.4', false, true],
    ['3.5', true, false],
  ] as const)(
    'a follower that comes back from a partition: etcd %s (PreVote %s) is disrupted: %s',
    (version, _, disrupted) => {
      const cluster = TestCluster.settled({ version });
      const { term } = cluster.leader!;
      const follower = cluster.member('m3');
      const heal = cluster.strike('partition', follower);
      cluster.runFor(10 * SECOND_US);
      expect(follower.term > term).toBe(disrupted);
      heal();
      cluster.runFor(5 * SECOND_US);
      expect(cluster.converged).toBe(true);
      expect(cluster.leader!.term > term).toBe(disrupted);
    },
  );

  test('one that hears the leader and cannot speak changes nothing; one that cannot hear it does', () => {
    const cluster = TestCluster.settled({ version: '3.4' });
    const { term } = cluster.leader!;
    const undo = cluster.strike('partition', cluster.member('m3'), { direction: 'out' });
    cluster.runFor(5 * SECOND_US);
    expect(cluster.leader!.term).toBe(term);
    undo();
    cluster.strike('partition', cluster.member('m3'), { direction: 'in' });
    cluster.runFor(10 * SECOND_US);
    expect(cluster.member('m3').term).toBeGreaterThan(term);
  });
});

describe('pauses (SIGSTOP)', () => {
  test('a stopped follower answers nothing and is missed by nobody; resumed, it catches up and answers', () => {
    const cluster = TestCluster.settled();
    const { term } = cluster.leader!;
    const [there, elsewhere] = [cluster.client('m3'), cluster.client('m1')];
    const resume = cluster.strike('pause', cluster.member('m3'));
    const held = cluster.send(there, serializableGet('a'));
    for (let i = 0; i < 10; i++) expect(cluster.call(elsewhere, put('a', `${i}`)).outcome.kind).toBe('put');
    cluster.runFor(5 * SECOND_US);
    expect(held.outcome).toBeUndefined();
    resume();
    cluster.runFor(SECOND_US);
    expect(held.outcome).toBeDefined();
    expect(cluster.converged).toBe(true);
    expect(cluster.leader!.term).toBe(term);
  });

  test('a stopped leader is replaced, and follows when it comes back', () => {
    const cluster = TestCluster.settled();
    const old = cluster.leader!;
    const resume = cluster.strike('pause', old);
    expect(cluster.runUntil(() => cluster.leader !== old && cluster.leader !== undefined, 3 * SECOND_US)).toBe(true);
    expect(old.role).toBe('leader');
    const client = cluster.client('m2');
    expect(cluster.call(client, put('a')).outcome.kind).toBe('put');
    resume();
    expect(cluster.runUntil(() => old.role === 'follower', SECOND_US)).toBe(true);
    cluster.runFor(SECOND_US);
    expect(textOf(cluster.call(cluster.client('m1'), get('a')).outcome)).toBe('a');
  });

  test('a pause shorter than the election timeout is a late heartbeat, which is counted', () => {
    const cluster = TestCluster.settled();
    const { term, metrics } = cluster.leader!;
    const resume = cluster.strike('pause', cluster.leader!);
    cluster.runFor(600_000);
    expect(metrics.heartbeatSendFailures.value).toBe(0);
    resume();
    cluster.runFor(SECOND_US);
    expect(metrics.heartbeatSendFailures.value).toBe(2);
    expect(cluster.leader!.term).toBe(term);
  });
});

test('the time between two reigns is no late heartbeat', () => {
  const cluster = TestCluster.settled();
  for (const name of ['m2', 'm1']) {
    cluster.leader!.transferLeadership(cluster.member(name).id);
    cluster.runFor(2 * SECOND_US);
    expect(cluster.leader!.name).toBe(name);
  }
  expect(cluster.members.map(({ metrics }) => metrics.heartbeatSendFailures.value)).toEqual([0, 0, 0]);
});

describe('clocks and disks', () => {
  test('a follower whose clock runs so fast that heartbeats seem late stands again and again, unless PreVote stops it', () => {
    for (const [version, disrupted] of [
      ['3.4', true],
      ['3.5', false],
    ] as const) {
      const cluster = TestCluster.settled({ version });
      const { term } = cluster.leader!;
      cluster.strike('clock-drift', cluster.member('m3'), { rate: 25 });
      cluster.runFor(30 * SECOND_US);
      expect([version, Math.max(...cluster.members.map((member) => member.term)) > term]).toEqual([version, disrupted]);
    }
  });

  test('a slow disk costs nothing at one follower, but its time at the leader, which handles one Ready at a time, or at a majority', () => {
    const cluster = TestCluster.settled({ delay: '1ms' });
    const client = cluster.client('m1');
    const write = (): number => {
      cluster.runFor(500_000);
      return cluster.call(client, put('a')).tookUs;
    };
    const usual = write();
    const undo = cluster.strike('slow-disk', cluster.member('m3'), { extra: 50_000 });
    expect(write()).toBe(usual);
    undo();
    const undoLeader = cluster.strike('slow-disk', cluster.member('m1'), { extra: 50_000 });
    // The followers make the majority without it, but it is not told before its own write has ended.
    expect(write() - usual).toBeGreaterThan(40_000);
    undoLeader();
    for (const name of ['m2', 'm3']) cluster.strike('slow-disk', cluster.member(name), { extra: 50_000 });
    expect(write() - usual).toBeGreaterThanOrEqual(50_000);
  });
});

describe('MoveLeader', () => {
  test('hands over in a few round trips; the request is the leader’s alone', () => {
    const cluster = TestCluster.settled({ delay: '1ms' });
    const [leader, follower] = [cluster.client('m1'), cluster.client('m2')];
    const { term } = cluster.leader!;
    expect(cluster.call(follower, { kind: 'move-leader', target: 'm2' }).outcome).toMatchObject({
      text: 'etcdserver: not leader',
    });
    expect(cluster.call(leader, { kind: 'move-leader', target: 'm9' }).outcome).toMatchObject({
      text: 'etcdserver: bad leader transferee',
    });
    const moved = cluster.call(leader, { kind: 'move-leader', target: 'm2' });
    expect(moved.outcome.kind).toBe('move-leader');
    // Looked at once a heartbeat interval.
    expect(moved.tookUs).toBeLessThan(150_000);
    expect(cluster.leader).toMatchObject({ name: 'm2', term: term + 1 });
  });

  test('to one that cannot take over: the call ends with its deadline, the leader stays', () => {
    const cluster = TestCluster.settled();
    const client = cluster.client('m1');
    cluster.strike('crash', cluster.member('m3'));
    expect(cluster.call(client, { kind: 'move-leader', target: 'm3' }, 3 * SECOND_US).outcome.kind).toBe('error');
    expect(cluster.leader!.name).toBe('m1');
    expect(cluster.call(client, put('a')).outcome.kind).toBe('put');
  });
});

test.each(SEEDS)('no term ever has two leaders, whatever happens to the network (seed %i)', (seed) => {
  const cluster = TestCluster.settled({ seed, members: 5, version: '3.4' });
  const draws = cluster.cluster.simulator.streams.stream('test/schedule');
  for (let i = 0; i < 20; i++) {
    // The first strikes the leader for certain, and long enough.
    const victim = i === 0 ? cluster.leader! : cluster.members[draws.below(5)]!;
    const undo = cluster.strike(draws.below(2) === 0 ? 'partition' : 'pause', victim);
    cluster.runFor(i === 0 ? 5 * SECOND_US : draws.below(4 * SECOND_US));
    undo();
    cluster.runFor(draws.below(2 * SECOND_US));
  }
  expect(cluster.runUntil(() => cluster.converged)).toBe(true);
  const terms = cluster.reigns.map(({ term }) => term);
  expect(new Set(terms).size).toBe(terms.length);
  // Sometimes: the leader changed.
  expect(new Set(cluster.reigns.map(({ member }) => member)).size).toBeGreaterThan(1);
});
