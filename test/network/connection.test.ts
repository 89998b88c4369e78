import { describe, expect, test } from 'vitest';
import { INITIAL_WINDOW_BYTES, SEGMENT_BYTES } from '../../src/network/index.js';
import { BASE_US, connect, type End, setting } from './setting.js';

type World = ReturnType<typeof setting>;

/** What an end hears, with times from now on. */
function hearing({ simulator }: World, end: End): [unknown, number][] {
  const startUs = simulator.nowUs;
  const heard: [unknown, number][] = [];
  end.onMessage = (message) => void heard.push([message, simulator.nowUs - startUs]);
  end.onClose = (reason) => void heard.push([reason, simulator.nowUs - startUs]);
  return heard;
}

const FAR = { a: { delayUs: 15_000 }, b: { delayUs: 30_000 } };
const THERE_US = 15_000 + BASE_US;
const BACK_US = 30_000 + BASE_US;
const RTT_US = THERE_US + BACK_US;

describe('a connection on a clean path', () => {
  test('a message takes the base latency and the sender egress, and one event', () => {
    const world = setting(FAR);
    const { dialling, accepting } = connect(world);
    const { simulator } = world;
    const openedUs = simulator.nowUs;
    expect(openedUs).toBe(2 * RTT_US);
    const heard: [string, number][] = [];
    accepting.onMessage = (message) => {
      heard.push([`b ${String(message)}`, simulator.nowUs - openedUs]);
      accepting.send('pong', 100);
    };
    dialling.onMessage = (message) => heard.push([`a ${String(message)}`, simulator.nowUs - openedUs]);
    const before = simulator.eventCount;
    expect(dialling.send('ping', 100)).toBe(true);
    simulator.run();
    expect(heard).toEqual([
      ['b ping', THERE_US],
      ['a pong', RTT_US],
    ]);
    expect(simulator.eventCount - before).toBe(2);
  });

  test('names its hosts and counts what is not acknowledged', () => {
    const world = setting(FAR);
    const { dialling, accepting } = connect(world);
    expect([dialling.localHost, dialling.remoteHost]).toEqual(['a', 'b']);
    expect([accepting.localHost, accepting.remoteHost]).toEqual(['b', 'a']);
    const { simulator } = world;
    dialling.send('x', 700);
    expect(dialling.unsentBytes).toBe(700);
    simulator.run(simulator.nowUs + RTT_US - 1);
    expect(dialling.unsentBytes).toBe(700);
    simulator.run(simulator.nowUs + 1);
    expect(dialling.unsentBytes).toBe(0);
  });

  test.each([1, 2, 3])('keeps order under jitter (seed %i)', (seed) => {
    const world = setting({ a: { delayUs: 5000, jitterUs: 5000 }, b: {} }, { seed });
    const { dialling, accepting } = connect(world);
    const { simulator } = world;
    const heard = hearing(world, accepting);
    const alone: number[] = [];
    for (let i = 0; i < 500; i++) {
      simulator.schedule(
        i * 300,
        () => {
          dialling.send(i, 100);
          world.network.datagram('a', 'b', 100, () => void alone.push(i));
        },
        undefined,
      );
    }
    simulator.run();
    expect(heard.map(([message]) => message)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    // Datagrams over the same path overtake each other: the order above is not the path's doing.
    expect(alone).not.toEqual([...alone].sort((a, b) => a - b));
  });

  test('a large answer takes a round trip for each doubling of the window', () => {
    const world = setting(FAR);
    const rounds = (bytes: number): number => {
      const { dialling, accepting } = connect(world);
      const heard = hearing(world, accepting);
      dialling.send('large', bytes);
      world.simulator.run();
      return (heard[0]![1] - THERE_US) / RTT_US;
    };
    const w = INITIAL_WINDOW_BYTES;
    expect([w, w + 1, 3 * w, 3 * w + 1, 7 * w, 7 * w + 1, 31 * w].map(rounds)).toEqual([0, 1, 1, 2, 2, 3, 4]);
  });

  test('a warm window is kept, and halves for each timeout without sending', () => {
    const world = setting(FAR);
    const { dialling, accepting } = connect(world);
    const { simulator } = world;
    const bytes = 7 * INITIAL_WINDOW_BYTES;
    /** Rounds that the message takes; goes on `idleUs` after the last of it was sent. */
    const take = (idleUs: number): number => {
      const startUs = simulator.nowUs;
      const heard = hearing(world, accepting);
      dialling.send('large', bytes);
      simulator.run(startUs + 3 * RTT_US);
      const rounds = (heard[0]![1] - THERE_US) / RTT_US;
      simulator.run(startUs + rounds * RTT_US + idleUs);
      return rounds;
    };
    const timeoutUs = RTT_US + 200_000;
    // 1 + 2 + 4 initial windows, which leaves a window of 8.
    expect(take(timeoutUs - 1)).toBe(2);
    // All at once, which leaves 15; two timeouts make 3.75 of it.
    expect(take(2 * timeoutUs + 1)).toBe(0);
    expect(take(60_000_000)).toBe(1);
    // Never below the initial one.
    expect(take(RTT_US)).toBe(2);
    expect(take(RTT_US)).toBe(0);
  });

  test('equal answers with a timeout of idleness between them come to travel in one go', () => {
    // Linux lets the window grow to twice what was in flight, and a timeout without sending halves it.
    const world = setting(FAR);
    const { dialling, accepting } = connect(world);
    const { simulator } = world;
    const roundsOf = (bytes: number): number[] =>
      Array.from({ length: 12 }, () => {
        const startUs = simulator.nowUs;
        const heard = hearing(world, accepting);
        dialling.send('answer', bytes);
        simulator.run(startUs + 20 * RTT_US);
        const rounds = Math.round((heard[0]![1] - THERE_US) / RTT_US);
        simulator.run(startUs + rounds * RTT_US + RTT_US + 250_000);
        return rounds;
      });
    const rounds = roundsOf(700_100);
    expect(rounds[0]).toBe(5);
    expect(rounds.at(-1)).toBe(0);
  });

  test('a message behind a large one waits for it', () => {
    const world = setting(FAR);
    const { dialling, accepting } = connect(world);
    const heard = hearing(world, accepting);
    dialling.send('large', 3 * INITIAL_WINDOW_BYTES);
    dialling.send('small', 10);
    dialling.close();
    world.simulator.run();
    expect(heard.map(([what]) => what)).toEqual(['large', 'small', 'closed']);
    expect(heard[1]![1]).toBeGreaterThanOrEqual(heard[0]![1]);
  });

  test('a rate serialises what is sent at once', () => {
    // 10 Mbit/s: a full segment takes 1514 * 8 / 10 = 1211.2 µs.
    const world = setting({ a: { rateBitsPerSec: 10_000_000 }, b: {} });
    const { dialling, accepting } = connect(world);
    const heard = hearing(world, accepting);
    for (let i = 0; i < 5; i++) dialling.send(i, SEGMENT_BYTES);
    world.simulator.run();
    expect(heard.map(([, at]) => at)).toEqual([1, 2, 3, 4, 5].map((n) => Math.round(n * 1211.2) + BASE_US));
  });

  test('a large message fills the line, whatever the window', () => {
    const world = setting({ a: { rateBitsPerSec: 100_000_000, delayUs: 2000 }, b: { delayUs: 2000 } });
    const { dialling, accepting } = connect(world);
    const heard = hearing(world, accepting);
    const segments = 1000;
    dialling.send('large', segments * SEGMENT_BYTES);
    world.simulator.run();
    const lineUs = segments * 121.12;
    expect(heard[0]![1]).toBeGreaterThan(lineUs);
    // Slow start costs a few round trips of some 4 ms before the line is full.
    expect(heard[0]![1]).toBeLessThan(lineUs + 6 * 4400);
  });
});

describe('closing', () => {
  test('in order: what was sent arrives, then the end', () => {
    const world = setting(FAR);
    const { dialling, accepting } = connect(world);
    const [a, b] = [hearing(world, dialling), hearing(world, accepting)];
    dialling.send('last', 10);
    dialling.close();
    expect([dialling.open, dialling.send('late', 10)]).toEqual([false, false]);
    dialling.close();
    world.simulator.run();
    expect([a, b]).toEqual([
      [],
      [
        ['last', THERE_US],
        ['closed', THERE_US],
      ],
    ]);
    expect([accepting.open, accepting.send('late', 10)]).toEqual([false, false]);
  });

  test('from both ends at once is told to neither', () => {
    const world = setting(FAR);
    const { dialling, accepting } = connect(world);
    const [a, b] = [hearing(world, dialling), hearing(world, accepting)];
    dialling.close();
    accepting.close();
    world.simulator.run();
    expect([a, b, world.simulator.pendingCount]).toEqual([[], [], 0]);
  });

  test('a killed process: its kernel resets, its own end hears nothing', () => {
    const world = setting(FAR);
    const { dialling, accepting } = connect(world);
    const [a, b] = [hearing(world, dialling), hearing(world, accepting)];
    world.network.resetHost('b');
    expect([accepting.open, accepting.send('late', 10)]).toEqual([false, false]);
    world.simulator.run();
    expect([a, b]).toEqual([[['reset', BACK_US]], []]);
    expect(dialling.open).toBe(false);
  });

  test('a reset that gets lost is answered when something is sent', () => {
    const world = setting(FAR);
    const { dialling } = connect(world);
    const heard = hearing(world, dialling);
    world.network.block('b', 'a');
    world.network.resetHost('b');
    world.network.unblock('b', 'a');
    world.simulator.schedule(1_000_000, () => dialling.send('anyone?', 10), undefined);
    world.simulator.run(world.simulator.nowUs + 3_000_000);
    expect(heard).toEqual([['reset', 1_000_000 + RTT_US]]);
  });

  test('only one process of a host may be meant', () => {
    const world = setting({ a: {}, b: {} });
    const client = connect(world, { from: 'a', to: 'b' });
    const peer = connect(world, { from: 'b', to: 'a', port: 'peer' });
    const heard = [hearing(world, client.accepting), hearing(world, peer.dialling)];
    world.network.resetHost('a', 'client');
    world.simulator.run();
    expect(heard).toEqual([[['reset', BASE_US]], []]);
    world.network.resetHost('a', 'member');
    world.simulator.run();
    expect(heard[1]!.map(([reason]) => reason)).toEqual(['reset']);
  });

  test('a client on the host of a killed member lives on and is told', () => {
    const world = setting({ a: {}, b: {} });
    const local = connect(world, { from: 'a', to: 'a' });
    const heard = hearing(world, local.dialling);
    world.network.resetHost('a');
    world.simulator.run();
    expect(heard.map(([reason]) => reason)).toEqual(['reset']);
  });
});

describe('a power cut', () => {
  test('is silent; the answer is a reset once the host is back', () => {
    const world = setting(FAR);
    const { simulator, network } = world;
    const { dialling } = connect(world);
    const heard = hearing(world, dialling);
    network.silenceHost('b');
    dialling.send('anyone?', 10);
    simulator.run(simulator.nowUs + 400_000);
    expect([heard, dialling.open]).toEqual([[], true]);
    network.listen('b', 'client', () => {});
    simulator.run();
    // Retransmissions at 245.2 ms and 735.6 ms; the second finds a host that knows nothing.
    expect(heard).toEqual([['reset', 3 * (RTT_US + 200_000) + RTT_US]]);
  });

  test('what was on its way from the dead host still arrives', () => {
    const world = setting(FAR);
    const { dialling, accepting } = connect(world);
    const heard = hearing(world, dialling);
    accepting.send('last words', 10);
    world.network.silenceHost('b');
    world.simulator.run(world.simulator.nowUs + 1_000_000);
    expect(heard).toEqual([['last words', BACK_US]]);
  });
});

describe('a retransmission that is lost too', () => {
  test('goes out again once something is acknowledged that was sent after it, before the timeout', () => {
    const world = setting(FAR);
    const { simulator, network } = world;
    const { dialling, accepting } = connect(world);
    const heard = hearing(world, accepting);
    const at = (ms: number, run: () => void): void => void simulator.schedule(ms * 1000, run, undefined);
    // One message every 5 ms; the first is lost, and its retransmission, which the acknowledgement of the fourth starts.
    network.block('a', 'b');
    for (let i = 0; i < 60; i++) at(5 * i, () => dialling.send(i, 100));
    at(2, () => network.unblock('a', 'b'));
    const retransmittedMs = 15 + RTT_US / 1000;
    at(retransmittedMs - 0.05, () => network.block('a', 'b'));
    at(retransmittedMs + 0.05, () => network.unblock('a', 'b'));
    simulator.run();
    expect(heard.map(([message]) => message)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    // What was sent just after it is acknowledged a round trip later.
    const againUs = retransmittedMs * 1000 + RTT_US;
    expect(heard[0]![1]).toBeGreaterThanOrEqual(againUs + THERE_US);
    expect(heard[0]![1]).toBeLessThan(againUs + THERE_US + 10_000);
  });
});

describe('a partition', () => {
  const RTO_US = RTT_US + 200_000;

  test.each([
    ['100 ms', 100_000, 1],
    ['300 ms', 300_000, 3],
    ['1 s', 1_000_000, 7],
    ['3 s', 3_000_000, 15],
  ])('of %s delays a message until the next retransmission', (_, blockedUs, timeouts) => {
    const world = setting(FAR);
    const { simulator, network } = world;
    const { dialling, accepting } = connect(world);
    const heard = hearing(world, accepting);
    network.block('a', 'b');
    dialling.send('message', 100);
    simulator.schedule(blockedUs, () => network.unblock('a', 'b'), undefined);
    simulator.run();
    expect(heard).toEqual([['message', timeouts * RTO_US + THERE_US]]);
  });

  test('one way: messages pass against it, but are repeated until an acknowledgement gets through', () => {
    const world = setting(FAR);
    const { simulator, network } = world;
    const { dialling, accepting } = connect(world);
    const [a, b] = [hearing(world, dialling), hearing(world, accepting)];
    const before = network.counters('a').sentPackets;
    network.block('b', 'a');
    dialling.send('there', 100);
    accepting.send('back', 100);
    simulator.schedule(1_000_000, () => network.unblock('b', 'a'), undefined);
    simulator.run();
    expect(b).toEqual([['there', THERE_US]]);
    expect(a).toEqual([['back', 7 * RTO_US + BACK_US]]);
    // At 0, 1, 3 and 7 timeouts, and the acknowledgement of what came back.
    expect(network.counters('a').sentPackets - before).toBe(4 + 1);
    expect(dialling.unsentBytes).toBe(0);
  });

  test('keeps the order of what was sent before, in and after it', () => {
    const world = setting(FAR);
    const { simulator, network } = world;
    const { dialling, accepting } = connect(world);
    const heard = hearing(world, accepting);
    for (let i = 0; i < 100; i++) simulator.schedule(i * 20_000, () => dialling.send(i, 4000), undefined);
    simulator.schedule(500_000, () => network.block('a', 'b'), undefined);
    simulator.schedule(1_200_000, () => network.unblock('a', 'b'), undefined);
    simulator.run();
    expect(heard.map(([message]) => message)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(dialling.unsentBytes).toBe(0);
  });

  test('for good: TCP breaks after its retries, once', () => {
    const world = setting(FAR);
    const { simulator, network } = world;
    const { dialling, accepting } = connect(world);
    const [a, b] = [hearing(world, dialling), hearing(world, accepting)];
    network.block('a', 'b');
    dialling.send('message', 100);
    simulator.run();
    // Timeouts double up to 120 s; the first one at or after 924.6 s ends it.
    let elapsedUs = 0;
    for (let timeoutUs = RTO_US; elapsedUs < 924_600_000; timeoutUs *= 2) elapsedUs += Math.min(timeoutUs, 120_000_000);
    expect(a).toEqual([['timed-out', elapsedUs]]);
    expect(b).toEqual([]);
    expect([dialling.open, dialling.send('late', 1)]).toEqual([false, false]);
    // The other end knows nothing; it learns when it speaks.
    expect(accepting.open).toBe(true);
    network.unblock('a', 'b');
    accepting.send('hello?', 10);
    simulator.run();
    expect(b.map(([reason]) => reason)).toEqual(['reset']);
  });

  test('with nothing to send is never noticed', () => {
    const world = setting(FAR);
    const { dialling } = connect(world);
    world.network.block('a', 'b');
    world.network.block('b', 'a');
    world.simulator.run(world.simulator.nowUs + 3_600_000_000);
    expect(dialling.open).toBe(true);
  });
});

describe('loss', () => {
  test.each([1, 2, 3])('everything arrives once and in order, some of it late (seed %i)', (seed) => {
    const lossy = { delayUs: 5000, jitterUs: 1000, lossRatio: 0.05, duplicateRatio: 0.02, reorderRatio: 0.02 };
    const world = setting({ a: lossy, b: lossy }, { seed });
    const { simulator } = world;
    const { dialling, accepting } = connect(world);
    const [a, b] = [hearing(world, dialling), hearing(world, accepting)];
    const count = 1000;
    const startUs = simulator.nowUs;
    for (let i = 0; i < count; i++) {
      simulator.schedule(
        i * 20_000,
        () => {
          dialling.send(i, 100 + ((i * 997) % 3000));
          accepting.send(i, 50);
        },
        undefined,
      );
    }
    simulator.run();
    const all = Array.from({ length: count }, (_, i) => i);
    expect(a.map(([message]) => message)).toEqual(all);
    expect(b.map(([message]) => message)).toEqual(all);
    expect([dialling.unsentBytes, accepting.unsentBytes]).toEqual([0, 0]);
    const waits = b.map(([message, at]) => at - (message as number) * 20_000).sort((x, y) => x - y);
    expect(simulator.nowUs - startUs).toBeGreaterThan((count - 1) * 20_000);
    expect(waits[count / 2]).toBeLessThan(10_000);
    expect(waits[count - 1]).toBeGreaterThan(15_000);
  });

  test('a hole with enough behind it is filled after a round trip, not a timeout', () => {
    const world = setting({ a: { delayUs: 5000 }, b: { delayUs: 5000 } });
    const { simulator, network } = world;
    const { dialling, accepting } = connect(world);
    const heard = hearing(world, accepting);
    network.block('a', 'b');
    dialling.send(0, 1000);
    network.unblock('a', 'b');
    for (let i = 1; i <= 5; i++) simulator.schedule(i * 1000, () => dialling.send(i, 1000), undefined);
    simulator.run();
    const roundTripUs = 10_000 + 2 * BASE_US;
    // The third one behind the hole is acknowledged a round trip after it was sent, at 3 ms.
    expect(heard).toEqual([0, 1, 2, 3, 4, 5].map((i) => [i, 3000 + roundTripUs + 5000 + BASE_US]));
  });

  test('a full queue drops, and TCP makes it good', () => {
    const world = setting({ a: { delayUs: 5000, limitPackets: 8 }, b: { delayUs: 5000 } });
    const { dialling, accepting } = connect(world);
    const heard = hearing(world, accepting);
    for (let i = 0; i < 30; i++) dialling.send(i, SEGMENT_BYTES);
    world.simulator.run();
    expect(heard.map(([message]) => message)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(world.network.counters('a').droppedPackets).toBeGreaterThan(0);
  });

  test('the same seed loses the same packets', () => {
    const arrivals = (seed: number): [unknown, number][] => {
      const world = setting({ a: { delayUs: 5000, lossRatio: 0.1 }, b: {} }, { seed });
      const { dialling, accepting } = connect(world);
      const heard = hearing(world, accepting);
      for (let i = 0; i < 200; i++) world.simulator.schedule(i * 3000, () => dialling.send(i, 500), undefined);
      world.simulator.run();
      return heard;
    };
    expect(arrivals(5)).toEqual(arrivals(5));
    expect(arrivals(5)).not.toEqual(arrivals(6));
  });
});
