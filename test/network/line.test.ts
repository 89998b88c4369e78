import { describe, expect, test } from 'vitest';
import { NETEM_OFF, type NetemConfig, SEGMENT_BYTES } from '../../src/network/index.js';
import { Flow, Line } from '../../src/network/line.js';
import { autosizedBytes } from '../../src/network/tcp.js';
import { connect, type End, setting } from './setting.js';

const GBIT = 1e9;
/** Payload that a wire of 1 Gbit/s carries: 1448 of 1538 bytes. */
const CARRIED_BYTES_PER_SEC = (GBIT / 8) * (SEGMENT_BYTES / (SEGMENT_BYTES + 90));

describe('a wire', () => {
  test('sends one packet after another, with the headers of every segment', () => {
    const line = new Line(GBIT);
    expect(line.leaves(0, SEGMENT_BYTES, 'behind')).toBeCloseTo((1538 * 8) / 1000, 9);
    expect(line.leaves(0, 2 * SEGMENT_BYTES, 'behind')).toBeCloseTo((3 * 1538 * 8) / 1000, 9);
    expect(line.leaves(1000, SEGMENT_BYTES, 'behind')).toBeCloseTo(1000 + (1538 * 8) / 1000, 9);
  });

  test('lets a packet go ahead, and what comes later waits for it', () => {
    const line = new Line(GBIT);
    const packetUs = (1538 * 8) / 1000;
    for (let i = 0; i < 100; i++) line.leaves(0, SEGMENT_BYTES, 'behind');
    expect(line.leaves(0, SEGMENT_BYTES, 'ahead')).toBeCloseTo(packetUs, 9);
    expect(line.leaves(0, SEGMENT_BYTES, 'ahead')).toBeCloseTo(2 * packetUs, 9);
    expect(line.leaves(0, SEGMENT_BYTES, 'behind')).toBeCloseTo(103 * packetUs, 9);
  });

  test('is free at once where what it waited for is behind a delay that is gone', () => {
    const line = new Line(GBIT);
    line.leaves(300_000, SEGMENT_BYTES, 'behind');
    line.letGo(1000);
    expect(line.leaves(1000, SEGMENT_BYTES, 'behind')).toBeCloseTo(1000 + (1538 * 8) / 1000, 9);
  });

  test('a connection is held while two of its packets are there', () => {
    const flow = new Flow();
    flow.add(50);
    expect(flow.heldUntilUs(0)).toBe(0);
    flow.add(80);
    expect([flow.heldUntilUs(0), flow.heldUntilUs(50)]).toEqual([50, 50]);
  });
});

/** Bulk transfers from `a` to `b` and a message every 10 ms from `a` to `c`; what got through in the second second. */
function shared(delayUs: number, options: { segments?: number | 'auto'; connections?: number } = {}) {
  const { simulator, network } = setting(
    { b: {}, c: {} },
    { config: { segmentsPerPacket: options.segments ?? 'auto' } },
  );
  network.addHost({ name: 'a', egress: NETEM_OFF, lineRateBitsPerSec: GBIT });
  const bulk = Array.from({ length: options.connections ?? 50 }, () => connect({ simulator, network }));
  const thin = connect({ simulator, network }, { to: 'c' });
  if (delayUs > 0) network.setEgress('a', { ...NETEM_OFF, delayUs });
  let bytes = 0;
  const waitsUs: number[] = [];
  for (const { accepting } of bulk)
    accepting.onMessage = () => {
      bytes += 100_000;
    };
  thin.accepting.onMessage = (sentUs) => void waitsUs.push(simulator.nowUs - (sentUs as number));
  const keepFull = (): void => {
    for (const { dialling } of bulk) while (dialling.unsentBytes < 4_000_000) dialling.send('bulk', 100_000);
    simulator.schedule(10_000, keepFull, undefined);
  };
  const beat = (): void => {
    thin.dialling.send(simulator.nowUs, 200);
    simulator.schedule(10_000, beat, undefined);
  };
  keepFull();
  beat();
  const startUs = simulator.nowUs;
  simulator.run(startUs + 4_000_000);
  bytes = 0;
  waitsUs.length = 0;
  simulator.run(startUs + 6_000_000);
  return { bytesPerSec: bytes / 2, waitsUs, dropped: network.counters('a').droppedPackets };
}

describe('an interface that many connections share', () => {
  test.each([
    ['auto', 'auto' as const],
    ['one segment a packet', 1],
  ])('is full, and a thin stream passes: %s', (_name, segments) => {
    const { bytesPerSec, waitsUs } = shared(0, { segments });
    expect(bytesPerSec).toBeGreaterThan(0.97 * CARRIED_BYTES_PER_SEC);
    expect(bytesPerSec).toBeLessThan(1.01 * CARRIED_BYTES_PER_SEC);
    expect(waitsUs.length).toBeGreaterThan(150);
    expect(Math.max(...waitsUs)).toBeLessThan(1000);
  });

  test('with a delay all share a queue of 1000 packets, which overflows and slows everybody down', () => {
    const { bytesPerSec, waitsUs, dropped } = shared(100_000);
    // 1000 packets of two segments or a little more in the time of a delay.
    expect(bytesPerSec).toBeGreaterThan(10e6);
    expect(bytesPerSec).toBeLessThan(45e6);
    expect(dropped).toBeGreaterThan(100);
    expect(Math.min(...waitsUs)).toBeGreaterThanOrEqual(100_000);
    // Some of the thin stream's packets are among those that are dropped.
    expect(Math.max(...waitsUs)).toBeGreaterThan(200_000);
  });

  test('shares are even', () => {
    const { simulator, network } = setting({ b: {} }, { config: { segmentsPerPacket: 'auto' } });
    network.addHost({ name: 'a', egress: NETEM_OFF, lineRateBitsPerSec: GBIT });
    const ends = Array.from({ length: 10 }, () => connect({ simulator, network }));
    const got = new Map<End, number>();
    for (const { dialling, accepting } of ends) {
      accepting.onMessage = () => void got.set(accepting, (got.get(accepting) ?? 0) + 1);
      for (let i = 0; i < 1000; i++) dialling.send(i, 50_000);
    }
    simulator.run(simulator.nowUs + 2_000_000);
    const counts = [...got.values()];
    expect(counts).toHaveLength(10);
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.1);
  });

  test('what arrives does so in order, whatever happens to the delay', () => {
    const { simulator, network } = setting({ b: {} }, { config: { segmentsPerPacket: 'auto' } });
    network.addHost({ name: 'a', egress: NETEM_OFF, lineRateBitsPerSec: GBIT / 100 });
    const { dialling, accepting } = connect({ simulator, network });
    const got: unknown[] = [];
    accepting.onMessage = (message) => void got.push(message);
    for (let i = 0; i < 300; i++) {
      simulator.schedule(i * 5000, () => dialling.send(i, (i * 7919) % 40_000), undefined);
    }
    for (let i = 0; i < 10; i++) {
      const delayUs = i % 2 === 0 ? 50_000 : 0;
      simulator.schedule(i * 150_000, () => network.setEgress('a', { ...NETEM_OFF, delayUs }), undefined);
    }
    simulator.run(simulator.nowUs + 60_000_000);
    expect(got).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });
});

describe('a wire behind netem', () => {
  function behind(egress: Partial<NetemConfig>, rate = GBIT) {
    const { simulator, network } = setting({ b: {} }, { config: { segmentsPerPacket: 'auto' } });
    network.addHost({ name: 'a', egress: NETEM_OFF, lineRateBitsPerSec: rate });
    const ends = connect({ simulator, network });
    network.setEgress('a', { ...NETEM_OFF, ...egress });
    return { simulator, network, ...ends };
  }

  test('jitter stays what it is: a datagram does not wait for one that is due later', () => {
    const { simulator, network } = behind({ delayUs: 20_000, jitterUs: 20_000 });
    const tookUs: number[] = [];
    const startUs = simulator.nowUs;
    for (let i = 0; i < 500; i++) {
      simulator.schedule(
        i * 100,
        () => {
          const sentUs = simulator.nowUs;
          network.datagram('a', 'b', 100, () => tookUs.push(simulator.nowUs - sentUs));
        },
        undefined,
      );
    }
    simulator.run(startUs + 1_000_000);
    expect(tookUs).toHaveLength(500);
    const mean = tookUs.reduce((sum, us) => sum + us, 0) / 500;
    expect(mean).toBeGreaterThan(18_000);
    expect(mean).toBeLessThan(22_500);
    expect(Math.min(...tookUs)).toBeLessThan(2000);
  });

  test('what skips a delay does not wait for it at the wire', () => {
    const { simulator, network } = behind({ delayUs: 50_000, reorderRatio: 0.5 });
    const tookUs: number[] = [];
    for (let i = 0; i < 200; i++) {
      simulator.schedule(
        i * 1000,
        () => {
          const sentUs = simulator.nowUs;
          network.datagram('a', 'b', 100, () => tookUs.push(simulator.nowUs - sentUs));
        },
        undefined,
      );
    }
    simulator.run();
    const soon = tookUs.filter((us) => us < 1000).length;
    expect(soon).toBeGreaterThan(70);
    expect(soon).toBeLessThan(130);
  });

  test("netem's own rate and an equal one of the wire: one rate, not half of it", () => {
    const { simulator, network } = setting({ b: {} });
    const egress = { ...NETEM_OFF, rateBitsPerSec: 10e6 };
    network.addHost({ name: 'a', egress, lineRateBitsPerSec: 10e6 });
    const { dialling, accepting } = connect({ simulator, network });
    const startUs = simulator.nowUs;
    let tookUs = 0;
    accepting.onMessage = () => {
      tookUs = simulator.nowUs - startUs;
    };
    // Ten segments: the first window.
    dialling.send('x', 10 * SEGMENT_BYTES);
    simulator.run();
    const wireUs = 10 * 1538 * 0.8;
    expect(tookUs).toBeGreaterThan(wireUs);
    expect(tookUs).toBeLessThan(1.2 * wireUs);
  });

  test('a loss that comes and goes while the interface is full gives nobody the wire twice', () => {
    const { simulator, network, dialling, accepting } = behind({}, 10e6);
    let bytes = 0;
    accepting.onMessage = () => {
      bytes += 10_000;
    };
    for (let i = 0; i < 1000; i++) dialling.send(i, 10_000);
    const startUs = simulator.nowUs;
    for (let i = 0; i < 100; i++) {
      simulator.schedule(i * 20_000, () => network.setEgress('a', { ...NETEM_OFF, lossRatio: i % 2 ? 0 : 1e-9 }), 0);
    }
    simulator.run(startUs + 2_000_000);
    expect(bytes / 2).toBeGreaterThan(0.9 * (CARRIED_BYTES_PER_SEC / 100));
    expect(bytes / 2).toBeLessThan(1.01 * (CARRIED_BYTES_PER_SEC / 100));
  });

  test.each(['close', 'reset', 'silence'] as const)('a connection that waits for the wire ends with a %s', (end) => {
    const { simulator, network, dialling, accepting } = behind({}, 1e6);
    const heard: unknown[] = [];
    accepting.onMessage = (message) => heard.push(message);
    accepting.onClose = (reason) => heard.push(reason);
    for (let i = 0; i < 20; i++) dialling.send(i, 10_000);
    simulator.schedule(
      500_000,
      () => {
        if (end === 'close') dialling.close();
        else if (end === 'reset') network.resetHost('a');
        else network.silenceHost('a');
      },
      undefined,
    );
    simulator.run(simulator.nowUs + 30_000_000);
    const inOrder = Array.from({ length: 20 }, (_, i) => i as unknown);
    // 125,000 bytes a second: some six messages in the first half.
    if (end === 'close') expect(heard).toEqual([...inOrder, 'closed']);
    else {
      const messages = heard.filter((each) => typeof each === 'number');
      expect(messages).toEqual(inOrder.slice(0, messages.length));
      expect(messages.length).toBeGreaterThan(3);
      expect(messages.length).toBeLessThan(10);
      expect(heard.filter((each) => typeof each !== 'number')).toEqual(end === 'reset' ? ['reset'] : []);
    }
  });

  test('an answer that is queued behind another, while that is under way, finds the window as it is', () => {
    const { simulator, dialling } = behind({ delayUs: 300_000, limitPackets: 100_000 });
    const { window } = dialling as unknown as { window: { cwndBytes: number } };
    dialling.send('warms up', 12_000_000);
    simulator.run();
    dialling.send('second', 12_000_000);
    // More than two timeouts later.
    simulator.run(simulator.nowUs + 1_150_000);
    const before = window.cwndBytes;
    expect(before).toBeGreaterThan(2_000_000);
    expect(dialling.unsentBytes).toBeGreaterThan(1_000_000);
    dialling.send('third', 12_000_000);
    expect(window.cwndBytes).toBe(before);
  });
});

test('a slow wire without other traffic: a message takes what its bytes take', () => {
  const { simulator, network } = setting({ b: {} });
  network.addHost({ name: 'a', egress: NETEM_OFF, lineRateBitsPerSec: 10e6 });
  const { dialling, accepting } = connect({ simulator, network });
  let arrivedUs = 0;
  accepting.onMessage = () => {
    arrivedUs = simulator.nowUs;
  };
  const startUs = simulator.nowUs;
  dialling.send('x', 1_000_000);
  simulator.run();
  const wireUs = (1_000_000 + Math.ceil(1_000_000 / SEGMENT_BYTES) * 90) * 0.8;
  expect(arrivedUs - startUs).toBeGreaterThanOrEqual(wireUs);
  expect(arrivedUs - startUs).toBeLessThan(wireUs * 1.01);
});

test.each([
  // cwnd, ssthresh, round trip in µs, segments
  [10 * SEGMENT_BYTES, Number.POSITIVE_INFINITY, 300_000, 2],
  [1000 * SEGMENT_BYTES, Number.POSITIVE_INFINITY, 200_000, 9],
  [1000 * SEGMENT_BYTES, 1000 * SEGMENT_BYTES, 200_000, 5],
  [1000 * SEGMENT_BYTES, Number.POSITIVE_INFINITY, 500, 44],
  [30 * SEGMENT_BYTES, Number.POSITIVE_INFINITY, 500, 10],
])('a window of %i bytes (threshold %d) over %i µs goes in packets of segments', (cwnd, ssthresh, srttUs, segments) => {
  expect(autosizedBytes(cwnd, ssthresh, srttUs)).toBe(segments * SEGMENT_BYTES);
});
