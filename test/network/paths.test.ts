import { describe, expect, test } from 'vitest';
import { NETEM_OFF, type NetemConfig } from '../../src/network/index.js';
import { BASE_US, connect, setting } from './setting.js';

type World = ReturnType<typeof setting>;

/** How long one datagram takes; undefined if it does not arrive. */
function crossing(world: World, from: string, to: string, sizeBytes = 100): number | undefined {
  const { simulator, network } = world;
  const sentUs = simulator.nowUs;
  let arrivedUs: number | undefined;
  network.datagram(from, to, sizeBytes, () => {
    arrivedUs = simulator.nowUs;
  });
  simulator.run(sentUs + 10_000_000);
  return arrivedUs === undefined ? undefined : arrivedUs - sentUs;
}

const netem = (config: Partial<NetemConfig>): NetemConfig => ({ ...NETEM_OFF, ...config });

describe('the way between two hosts', () => {
  test('is the sender egress and the base latency, each way its own', () => {
    const world = setting({ a: { delayUs: 15_000 }, b: { delayUs: 30_000 }, c: {} });
    expect(crossing(world, 'a', 'b')).toBe(15_000 + BASE_US);
    expect(crossing(world, 'b', 'a')).toBe(30_000 + BASE_US);
    expect(crossing(world, 'c', 'a')).toBe(BASE_US);
  });

  test('to itself is the loopback, past any discipline and zone', () => {
    const world = setting({ a: { delayUs: 15_000, lossRatio: 1 } });
    expect(crossing(world, 'a', 'a')).toBeLessThan(BASE_US);
  });

  test('between zones takes longer, by direction', () => {
    const zoneLatencyUs = { west: { east: 3000, west: 10 }, east: { west: 4000 } };
    const zones = { a: 'west', b: 'east', c: 'west' };
    const world = setting({ a: {}, b: {}, c: {}, d: {} }, { config: { zoneLatencyUs }, zones });
    expect(crossing(world, 'a', 'b')).toBe(3000 + BASE_US);
    expect(crossing(world, 'b', 'a')).toBe(4000 + BASE_US);
    expect(crossing(world, 'a', 'c')).toBe(10 + BASE_US);
    expect(crossing(world, 'a', 'd')).toBe(BASE_US);
    expect(crossing(world, 'd', 'b')).toBe(BASE_US);
  });

  test('over a link with a discipline of its own adds that, one way', () => {
    const world = setting({ a: { delayUs: 1000 }, b: {} }, { config: { links: { 'a->b': netem({ delayUs: 200 }) } } });
    expect(crossing(world, 'a', 'b')).toBe(1200 + BASE_US);
    expect(crossing(world, 'b', 'a')).toBe(BASE_US);
    world.network.setLink('a', 'b', netem({ delayUs: 700 }));
    expect(crossing(world, 'a', 'b')).toBe(1700 + BASE_US);
    world.network.setLink('a', 'b', undefined);
    expect(crossing(world, 'a', 'b')).toBe(1000 + BASE_US);
  });

  test('follows a changed egress; what is under way keeps its time', () => {
    const world = setting({ a: { delayUs: 10_000 }, b: {} });
    const { simulator, network } = world;
    const arrived: number[] = [];
    const note = (): void => void arrived.push(simulator.nowUs);
    network.datagram('a', 'b', 100, note);
    simulator.schedule(
      1000,
      () => {
        network.setEgress('a', netem({ delayUs: 2000 }));
        network.datagram('a', 'b', 100, note);
      },
      undefined,
    );
    simulator.run();
    expect(arrived).toEqual([3000 + BASE_US, 10_000 + BASE_US]);
    expect(network.egress('a').delayUs).toBe(2000);
  });

  test('may be slow: a base latency with spread is drawn for each packet', () => {
    const world = setting({ a: {}, b: {} }, { config: { baseLatency: { kind: 'uniform', minUs: 100, maxUs: 300 } } });
    const taken = Array.from({ length: 200 }, () => crossing(world, 'a', 'b')!);
    expect(Math.min(...taken)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...taken)).toBeLessThanOrEqual(300);
    expect(new Set(taken).size).toBeGreaterThan(50);
  });
});

describe('datagrams', () => {
  test('get lost and doubled as netem says', () => {
    const world = setting({ a: { lossRatio: 0.3, duplicateRatio: 0.2, delayUs: 50 }, b: {} });
    const { simulator, network } = world;
    let arrived = 0;
    const sent = 20_000;
    for (let i = 0; i < sent; i++) {
      simulator.schedule(i * 1000, () => network.datagram('a', 'b', 100, () => arrived++), undefined);
    }
    simulator.run();
    // Not doubled 0.8 * 0.7; doubled: 0.3 once, 0.7 * 0.3 once, 0.7 * 0.7 twice.
    const expected = 0.8 * 0.7 + 0.2 * (0.3 + 0.21 + 2 * 0.49);
    expect(Math.abs(arrived / sent - expected)).toBeLessThan(0.02);
    // A loss that a copy makes good is none.
    expect(network.counters('a').droppedPackets / sent).toBeCloseTo(0.8 * 0.3, 1);
  });

  test('do not cross a block, nor reach a host without power', () => {
    const world = setting({ a: {}, b: {} });
    world.network.block('a', 'b');
    expect([world.network.isBlocked('a', 'b'), world.network.isBlocked('b', 'a')]).toEqual([true, false]);
    expect(crossing(world, 'a', 'b')).toBeUndefined();
    expect(crossing(world, 'b', 'a')).toBe(BASE_US);
    world.network.unblock('a', 'b');
    expect(crossing(world, 'a', 'b')).toBe(BASE_US);
    world.network.silenceHost('b');
    expect(crossing(world, 'a', 'b')).toBeUndefined();
    world.network.listen('b', 'client', () => {});
    expect(crossing(world, 'a', 'b')).toBe(BASE_US);
  });
});

describe('counters', () => {
  test('count payload and packets at both ends', () => {
    const world = setting({ a: {}, b: {} });
    const { dialling } = connect(world);
    const { simulator, network } = world;
    const { sentBytes, sentPackets } = network.counters('a');
    const { receivedBytes } = network.counters('b');
    dialling.send('small', 100);
    dialling.send('large', 3000);
    simulator.run();
    expect(network.counters('a').sentBytes - sentBytes).toBe(3100);
    expect(network.counters('a').sentPackets - sentPackets).toBe(1 + 3);
    expect(network.counters('b').receivedBytes - receivedBytes).toBe(3100);
    expect(network.counters('a').droppedPackets).toBe(0);
  });

  test('a retransmission counts again, a lost packet as dropped', () => {
    const world = setting({ a: {}, b: {} });
    const { dialling } = connect(world);
    const { simulator, network } = world;
    const before = { ...network.counters('a') };
    network.block('a', 'b');
    dialling.send('message', 100);
    simulator.schedule(250_000, () => network.unblock('a', 'b'), undefined);
    simulator.run();
    // At 0 and 200.2 ms into the block, at 600.6 ms through.
    expect(network.counters('a').sentPackets - before.sentPackets).toBe(3);
    expect(network.counters('a').droppedPackets - before.droppedPackets).toBe(2);
  });

  test('hosts are named in the order of their adding, once', () => {
    const { network } = setting({ b: {}, a: {} });
    expect(network.hostNames()).toEqual(['b', 'a']);
    expect(() => network.addHost({ name: 'a', egress: NETEM_OFF })).toThrow('host added twice');
    expect(() => network.counters('c')).toThrow('no such host');
  });
});
