import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/api/index.js';
import type { EtcdClient, PickerPolicy } from '../../src/client/index.js';
import { get, put, TestCluster } from '../etcd/cluster-fixture.js';
import { SEEDS } from './seeds.js';

const SECOND_US = 1_000_000;

function memberOf(outcome: Outcome | undefined): string | undefined {
  return outcome !== undefined && 'header' in outcome ? outcome.header.member : undefined;
}

/** Who answers one status request after another. */
function answerers(cluster: TestCluster, client: EtcdClient, count: number): (string | undefined)[] {
  return Array.from({ length: count }, () => memberOf(cluster.call(client, { kind: 'status' }).outcome));
}

describe('round robin', () => {
  test.each([1, 3, 5])('gives each of %i members every call in turn', (members) => {
    const cluster = TestCluster.settled({ members });
    const client = cluster.client();
    cluster.runFor(SECOND_US);
    const names = answerers(cluster, client, 4 * members);
    expect(new Set(names.slice(0, members)).size).toBe(members);
    names.forEach((name, i) => {
      expect(name).toBe(names[i % members]);
    });
    // In the endpoints' order, begun somewhere.
    const order = names.slice(0, members).map((name) => Number(name!.slice(1)) - 1);
    order.forEach((place, i) => {
      expect(place).toBe((order[0]! + i) % members);
    });
  });

  test('does not care who leads, nor what the call is', () => {
    const cluster = TestCluster.settled();
    const client = cluster.client();
    cluster.runFor(SECOND_US);
    const outcomes = [put('a'), get('a'), put('b')].map((request) => cluster.call(client, request).outcome);
    expect(outcomes.map(memberOf).sort()).toEqual(['m1', 'm2', 'm3']);
  });

  test.each(SEEDS)('begins at the first of three more often than at the others: 0.59, 0.20, 0.20 (seed %i)', (seed) => {
    const cluster = TestCluster.settled({ seed, cluster: { 'client-cpu': { cores: 64, wake: '0us' } } });
    const program = cluster.cluster.programs[0]!;
    const first = new Map<string, number>();
    const clients = Array.from({ length: 600 }, (_, i) => program.newClient(`c${i}`));
    for (const client of clients) client.dial(() => {});
    cluster.runFor(SECOND_US);
    for (const client of clients) {
      client.request({ kind: 'status' }, (outcome) => {
        const name = memberOf(outcome)!;
        first.set(name, (first.get(name) ?? 0) + 1);
      });
    }
    cluster.runFor(SECOND_US);
    const share = (name: string): number => (first.get(name) ?? 0) / clients.length;
    // Four standard deviations of 600 draws.
    expect(Math.abs(share('m1') - 0.59)).toBeLessThan(0.08);
    expect(Math.abs(share('m2') - 0.2)).toBeLessThan(0.07);
    expect(Math.abs(share('m3') - 0.2)).toBeLessThan(0.07);
  });

  test('leaves a member out while its connection is down', () => {
    const cluster = TestCluster.settled();
    const client = cluster.client();
    cluster.runFor(SECOND_US);
    cluster.strike('crash', cluster.member('m2'));
    cluster.runFor(1000);
    expect(new Set(answerers(cluster, client, 6))).toEqual(new Set(['m1', 'm3']));
  });
});

describe('fixed', () => {
  test.each([
    ['m3', 'm3'],
    ['leader', 'm2'],
    ['follower', 'm1'],
    ['follower-2', 'm3'],
  ])('to %s, with m2 leading, is %s', (to, expected) => {
    const cluster = TestCluster.settled({}, 'm2');
    expect(new Set(answerers(cluster, cluster.client(to), 5))).toEqual(new Set([expected]));
  });

  test('to the leader follows it within a poll of 5 s', () => {
    const cluster = TestCluster.settled();
    const client = cluster.client('leader');
    cluster.leader!.transferLeadership(cluster.member('m3').id);
    cluster.runFor(5.1 * SECOND_US);
    expect(answerers(cluster, client, 1)).toEqual(['m3']);
  });

  test('waits for its member rather than ask another', () => {
    const cluster = TestCluster.settled();
    const client = cluster.client('m3');
    const restart = cluster.strike('crash', cluster.member('m3'));
    cluster.runFor(SECOND_US);
    const held = cluster.send(client, { kind: 'status' });
    cluster.runFor(5 * SECOND_US);
    expect(held.outcome).toBeUndefined();
    restart();
    cluster.runFor(10 * SECOND_US);
    expect(memberOf(held.outcome)).toBe('m3');
  });
});

describe('pick leader', () => {
  const setting = { balancer: 'pick-leader' };

  test('sends everything to the leader', () => {
    const cluster = TestCluster.settled(setting);
    const client = cluster.client();
    cluster.runFor(SECOND_US);
    expect(new Set(answerers(cluster, client, 9))).toEqual(new Set(['m1']));
  });

  test('keeps to the old one for up to 5 s after a change, then follows', () => {
    const cluster = TestCluster.settled(setting);
    const client = cluster.client();
    cluster.runFor(SECOND_US);
    cluster.leader!.transferLeadership(cluster.member('m3').id);
    expect(cluster.runUntil(() => cluster.leader?.name === 'm3')).toBe(true);
    const changedUs = cluster.nowUs;
    expect(answerers(cluster, client, 1)).toEqual(['m1']);
    const followed = cluster.runUntil(() => answerers(cluster, client, 1)[0] === 'm3', 10 * SECOND_US, 10_000);
    expect(followed).toBe(true);
    expect(cluster.nowUs - changedUs).toBeGreaterThan(3 * SECOND_US);
    expect(cluster.nowUs - changedUs).toBeLessThan(5.1 * SECOND_US);
  });

  test('asks as often as it is told', () => {
    const cluster = TestCluster.settled({ balancer: { name: 'pick-leader', 'poll-interval': '500ms' } });
    const client = cluster.client();
    cluster.runFor(SECOND_US);
    cluster.leader!.transferLeadership(cluster.member('m3').id);
    cluster.runFor(700_000);
    expect(answerers(cluster, client, 1)).toEqual(['m3']);
  });

  test('goes round the others while the leader’s connection is down', () => {
    const cluster = TestCluster.settled(setting);
    const client = cluster.client();
    cluster.runFor(SECOND_US);
    cluster.strike('crash', cluster.leader!);
    cluster.runFor(1000);
    expect(new Set(answerers(cluster, client, 6))).toEqual(new Set(['m2', 'm3']));
  });

  test('has one poll a program, however many clients', () => {
    const polled = (clients: number): number => {
      const cluster = TestCluster.settled(setting);
      for (let i = 0; i < clients; i++) cluster.cluster.programs[0]!.newClient(`c${i}`).dial(() => {});
      cluster.runFor(11 * SECOND_US);
      return cluster.member('m1').metrics.received('status').value;
    };
    expect(polled(1)).toBe(3);
    expect(polled(10)).toBe(3);
  });
});

describe('a policy of one’s own is one object', () => {
  /** Writes to the first ready endpoint, all else to the last. */
  const ends: PickerPolicy = {
    name: 'ends',
    summary: 'writes to the first, all else to the last',
    newPicker: (ready) => ({
      pick: ({ mutation }) => ({ kind: 'complete', subconnection: mutation ? ready[0]! : ready[ready.length - 1]! }),
    }),
  };

  test('that sees what is to be sent', () => {
    const cluster = TestCluster.settled();
    const client = cluster.clientWith(ends);
    cluster.runFor(SECOND_US);
    expect(memberOf(cluster.call(client, put('a')).outcome)).toBe('m1');
    expect(memberOf(cluster.call(client, get('a')).outcome)).toBe('m3');
  });

  test('that gets a new picker when a connection comes or goes', () => {
    const sizes: number[] = [];
    const cluster = TestCluster.settled();
    cluster.clientWith({
      ...ends,
      newPicker: (ready, ...rest) => {
        sizes.push(ready.length);
        return ends.newPicker(ready, ...rest);
      },
    });
    cluster.runFor(SECOND_US);
    expect(sizes).toEqual([1, 2, 3]);
    const restart = cluster.strike('crash', cluster.member('m1'));
    cluster.runFor(10_000);
    restart();
    cluster.runFor(3 * SECOND_US);
    expect(sizes).toEqual([1, 2, 3, 2, 3]);
  });

  test('that may keep calls waiting, or refuse them', () => {
    let open = false;
    const cluster = TestCluster.settled();
    const gate: PickerPolicy = {
      ...ends,
      newPicker: (ready, env) => {
        env.after(2 * SECOND_US, () => {
          open = true;
          env.repick();
        });
        return {
          pick({ kind }) {
            if (kind === 'compact') return { kind: 'drop', error: { kind: 'error', code: 'Unavailable', text: 'no' } };
            return open || kind === 'status' ? { kind: 'complete', subconnection: ready[0]! } : { kind: 'queue' };
          },
        };
      },
    };
    const client = cluster.clientWith(gate);
    const held = cluster.send(client, get('a'));
    expect(cluster.call(client, { kind: 'compact', revision: 1 }).outcome).toMatchObject({ text: 'no' });
    cluster.runFor(SECOND_US);
    expect(held.outcome).toBeUndefined();
    cluster.runFor(2 * SECOND_US);
    expect(held.outcome?.kind).toBe('range');
  });

  test('that drops writes: they are sent again if they surely were not sent, else they fail at once', () => {
    const dropping = (times: number, text: string): PickerPolicy => {
      let left = times;
      return {
        name: 'dropping',
        summary: 'drops some calls first',
        newPicker: (ready) => ({
          pick: ({ mutation }) =>
            mutation && left-- > 0
              ? { kind: 'drop', error: { kind: 'error', code: 'Unavailable', text } }
              : { kind: 'complete', subconnection: ready[0]! },
        }),
      };
    };
    const put = (times: number, text: string) => {
      const cluster = TestCluster.settled();
      const client = cluster.clientWith(dropping(times, text));
      cluster.runFor(SECOND_US);
      return cluster.call(client, { kind: 'put', key: 'a', value: { text: 'v', sizeBytes: 1 } }, 10 * SECOND_US);
    };
    for (const text of ['there is no address available', 'there is no connection available']) {
      const { outcome, tookUs } = put(4, text);
      expect(outcome?.kind).toBe('put');
      // A wait of 25 ms, give or take a tenth, after every second attempt of three endpoints.
      expect(tookUs).toBeGreaterThan(2 * 22_500);
      expect(tookUs).toBeLessThan(2 * 27_500 + 5000);
    }
    expect(put(1, 'transport is closing').outcome).toMatchObject({ kind: 'error', text: 'transport is closing' });
    // A hundred attempts, and no more.
    const { outcome, tookUs } = put(1000, 'there is no connection available');
    expect(outcome).toMatchObject({ kind: 'error', text: 'there is no connection available' });
    expect(Math.abs(tookUs / 49 / 25_000 - 1)).toBeLessThan(0.06);
  });

  test('that draws from streams of its own: another seed, other picks; the same seed, the same', () => {
    const picks = (seed: number): string => {
      const cluster = TestCluster.settled({ seed });
      const anyone: PickerPolicy = {
        name: 'anyone',
        summary: 'any ready one',
        newPicker(ready, env) {
          const draws = env.stream('pick');
          return { pick: () => ({ kind: 'complete', subconnection: draws.pickFrom(ready) }) };
        },
      };
      const client = cluster.clientWith(anyone);
      cluster.runFor(SECOND_US);
      return answerers(cluster, client, 20).join(' ');
    };
    expect(picks(1)).toBe(picks(1));
    expect(picks(1)).not.toBe(picks(2));
  });
});
