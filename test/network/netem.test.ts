import { describe, expect, test } from 'vitest';
import { Streams } from '../../src/engine/index.js';
import { NETEM_OFF, type NetemConfig } from '../../src/network/index.js';
import { LOST, Netem } from '../../src/network/netem.js';
import { correlation, draw, moments, quantiles } from '../engine/moments.js';
import { SEEDS } from './seeds.js';

const COUNT = 60_000;
/** Packets come so far apart that none waits for another. */
const APART_US = 1_000_000;

function discipline(config: Partial<NetemConfig>, seed: number | string = 1): Netem {
  return new Netem('network/m1/egress', new Streams(String(seed)), { ...NETEM_OFF, ...config });
}

/** Delays of packets that come one after the other; LOST for lost ones. */
function delays(config: Partial<NetemConfig>, seed: number, count = COUNT): Float64Array {
  const netem = discipline(config, seed);
  let nowUs = 0;
  return draw(count, () => {
    nowUs += APART_US;
    const leavesUs = netem.enter(nowUs, 100);
    return leavesUs === LOST ? LOST : leavesUs - nowUs;
  });
}

function share(values: Float64Array, holds: (value: number) => boolean): number {
  return values.filter(holds).length / values.length;
}

/** 5 standard errors of a share. */
function shareError(of: number, count = COUNT): number {
  return 5 * Math.sqrt((of * (1 - of)) / count);
}

describe.each(SEEDS)('delay and jitter with seed %i', (seed) => {
  const base = { delayUs: 50_000, jitterUs: 10_000 };

  test('uniform: delay +- jitter', () => {
    const values = delays({ ...base, distribution: 'uniform' }, seed);
    const { mean, sd, meanError } = moments(values);
    expect(Math.abs(mean - 50_000)).toBeLessThan(5 * meanError);
    expect(Math.abs(sd / (10_000 / Math.sqrt(3)) - 1)).toBeLessThan(0.02);
    expect(values.every((value) => value >= 40_000 && value <= 60_000)).toBe(true);
  });

  test('normal: the jitter is the standard deviation, cut at 4 of them', () => {
    const values = delays({ ...base, distribution: 'normal' }, seed);
    const { mean, sd, meanError } = moments(values);
    expect(Math.abs(mean - 50_000)).toBeLessThan(5 * meanError + 20);
    expect(Math.abs(sd / 10_000 - 1)).toBeLessThan(0.02);
    const [low, middle, high] = quantiles(values, [0.025, 0.5, 0.975]);
    expect(Math.abs(low! - (50_000 - 19_600))).toBeLessThan(400);
    expect(Math.abs(middle! - 50_000)).toBeLessThan(300);
    expect(Math.abs(high! - (50_000 + 19_600))).toBeLessThan(400);
    expect(values.every((value) => value >= 10_000 && value <= 90_000)).toBe(true);
  });

  test('pareto: shape 3 shifted to mean 0, cut at 4 jitters', () => {
    const values = delays({ ...base, distribution: 'pareto' }, seed);
    // X = 4/3 (U^(-1/3) - 3/2) cut at c = 32767/8192: u0 = (3/2 + 3c/4)^-3 is the share that is cut.
    const c = 32767 / 8192;
    const u0 = (1.5 + 0.75 * c) ** -3;
    const expected = (4 / 3) * (1.5 * (1 - u0 ** (2 / 3)) - 1.5 * (1 - u0)) + c * u0;
    const squares = (16 / 9) * (3 * (1 - u0 ** (1 / 3)) - 3 * 1.5 * (1 - u0 ** (2 / 3)) + 2.25 * (1 - u0)) + c * c * u0;
    const { mean, sd, meanError } = moments(values);
    expect(Math.abs(mean - (50_000 + 10_000 * expected))).toBeLessThan(5 * meanError + 20);
    expect(Math.abs(sd / (10_000 * Math.sqrt(squares - expected ** 2)) - 1)).toBeLessThan(0.03);
    const [low, middle] = quantiles(values, [0.001, 0.5]);
    expect(Math.abs(low! - (50_000 - 20_000 / 3))).toBeLessThan(30);
    expect(Math.abs(middle! - (50_000 + 10_000 * (4 / 3) * (2 ** (1 / 3) - 1.5)))).toBeLessThan(200);
  });

  test('paretonormal: a quarter normal, three quarters Pareto of the same quantile', () => {
    const values = delays({ ...base, distribution: 'paretonormal' }, seed);
    const [low, middle, high] = quantiles(values, [0.025, 0.5, 0.975]);
    const at = (normal: number, probability: number): number =>
      50_000 + 10_000 * (0.25 * normal + 0.75 * (4 / 3) * ((1 - probability) ** (-1 / 3) - 1.5));
    expect(Math.abs(low! - at(-1.96, 0.025))).toBeLessThan(200);
    expect(Math.abs(middle! - at(0, 0.5))).toBeLessThan(200);
    expect(Math.abs(high! - at(1.96, 0.975))).toBeLessThan(1000);
    const { mean, meanError } = moments(values);
    expect(Math.abs(mean - 50_000)).toBeLessThan(5 * meanError + 300);
  });

  test('never below 0, whatever the jitter', () => {
    const values = delays({ delayUs: 1000, jitterUs: 10_000, distribution: 'normal' }, seed, 5000);
    expect(Math.min(...values)).toBe(0);
    // Phi(-0.1)
    expect(Math.abs(share(values, (value) => value === 0) - 0.46)).toBeLessThan(shareError(0.46, 5000));
  });

  test.each([0.25, 0.5, 0.9])('correlation %d binds successive delays and narrows them', (rho) => {
    const values = delays({ ...base, delayCorrelation: rho }, seed);
    const spread = 5 / Math.sqrt(COUNT * (1 - rho));
    expect(Math.abs(correlation(values.subarray(1), values.subarray(0, -1)) - rho)).toBeLessThan(spread);
    expect(Math.abs(correlation(values.subarray(2), values.subarray(0, -2)) - rho * rho)).toBeLessThan(2 * spread);
    // v' = (1 - rho) u + rho v has variance (1 - rho) / (1 + rho) of u's.
    const expected = (10_000 / Math.sqrt(3)) * Math.sqrt((1 - rho) / (1 + rho));
    expect(Math.abs(moments(values).sd / expected - 1)).toBeLessThan(0.06);
  });

  test('without correlation successive delays are independent', () => {
    const values = delays(base, seed);
    expect(Math.abs(correlation(values.subarray(1), values.subarray(0, -1)))).toBeLessThan(5 / Math.sqrt(COUNT));
  });
});

/** Lengths of runs of lost packets. */
function lossRuns(values: Float64Array): number[] {
  const runs: number[] = [];
  let run = 0;
  for (const value of values) {
    if (value === LOST) run++;
    else if (run > 0) {
      runs.push(run);
      run = 0;
    }
  }
  return runs;
}

describe.each(SEEDS)('loss with seed %i', (seed) => {
  test('independent: the ratio, and runs as long as chance makes them', () => {
    const values = delays({ lossRatio: 0.1 }, seed);
    expect(Math.abs(share(values, (value) => value === LOST) - 0.1)).toBeLessThan(shareError(0.1));
    const { mean, meanError } = moments(lossRuns(values));
    expect(Math.abs(mean - 1 / 0.9)).toBeLessThan(5 * meanError);
  });

  test('correlated: fewer small losses, in longer runs, as sch_netem does it', () => {
    const plain = delays({ lossRatio: 0.3 }, seed);
    const bound = delays({ lossRatio: 0.3, lossCorrelation: 0.5 }, seed);
    const [lost, lostBound] = [plain, bound].map((values) => share(values, (value) => value === LOST));
    // (u + v) / 2 < 0.3 with v's own law: below the plain ratio, far above 0.
    expect(lostBound!).toBeLessThan(lost! * 0.8);
    expect(lostBound!).toBeGreaterThan(0.05);
    expect(moments(lossRuns(bound)).mean).toBeGreaterThan(1.2 / (1 - lostBound!));
  });

  test.each([
    ['simple Gilbert', { p: 0.02, r: 0.25, lossInBad: 1, lossInGood: 0 }],
    ['Gilbert', { p: 0.05, r: 0.4, lossInBad: 0.5, lossInGood: 0 }],
    ['Gilbert-Elliott', { p: 0.01, r: 0.1, lossInBad: 0.7, lossInGood: 0.02 }],
  ])('%s: stationary rate and length of bursts', (_, gilbertElliott) => {
    const { p, r, lossInBad, lossInGood } = gilbertElliott;
    const values = delays({ gilbertElliott }, seed);
    const bad = p / (p + r);
    const rate = bad * lossInBad + (1 - bad) * lossInGood;
    // The states' memory 1 - p - r makes the sample worth fewer independent ones.
    const memory = (2 - p - r) / (p + r);
    expect(Math.abs(share(values, (value) => value === LOST) - rate)).toBeLessThan(
      shareError(rate) * Math.sqrt(memory),
    );
    if (lossInGood > 0) return;
    // After a loss the state has moved on: the next is lost if it stayed bad, with lossInBad.
    const { mean, meanError } = moments(lossRuns(values));
    expect(Math.abs(mean - 1 / (1 - (1 - r) * lossInBad))).toBeLessThan(5 * meanError);
  });
});

describe.each(SEEDS)('copies and reordering with seed %i', (seed) => {
  test('duplicate: the ratio', () => {
    const netem = discipline({ duplicateRatio: 0.2, delayUs: 100 }, seed);
    let copies = 0;
    let punctual = 0;
    for (let i = 1; i <= COUNT; i++) {
      if (netem.enter(i * APART_US, 100) === i * APART_US + 100) punctual++;
      if (netem.copyUs === i * APART_US + 100) copies++;
    }
    expect(punctual).toBe(COUNT);
    expect(Math.abs(copies / COUNT - 0.2)).toBeLessThan(shareError(0.2));
  });

  test('duplicate and loss: one of two lost still arrives', () => {
    const netem = discipline({ duplicateRatio: 0.5, lossRatio: 0.5 }, seed);
    const arrivals = [0, 0, 0];
    for (let i = 1; i <= COUNT; i++) {
      const first = netem.enter(i * APART_US, 100) === LOST ? 0 : 1;
      arrivals[first + (netem.copyUs === LOST ? 0 : 1)]!++;
    }
    // Lost and not doubled: none. Neither lost and doubled, and the copy not lost either: two.
    for (const [count, expected] of [
      [arrivals[0]!, 0.25],
      [arrivals[1]!, 0.625],
      [arrivals[2]!, 0.125],
    ] as const) {
      expect(Math.abs(count / COUNT - expected)).toBeLessThan(shareError(expected));
    }
  });

  test('reorder: its share skips the delay', () => {
    const values = delays({ delayUs: 10_000, reorderRatio: 0.25 }, seed);
    expect(Math.abs(share(values, (value) => value === 0) - 0.25)).toBeLessThan(shareError(0.25));
    expect(values.every((value) => value === 0 || value === 10_000)).toBe(true);
  });

  test('reorder with a gap: only every so manieth may', () => {
    const certain = delays({ delayUs: 10_000, reorderRatio: 1, reorderGap: 5 }, seed, 20);
    expect([...certain].map((value, i) => (value === 0 ? i : -1)).filter((i) => i >= 0)).toEqual([4, 9, 14, 19]);
    const config = { delayUs: 10_000, reorderRatio: 0.5, reorderGap: 4 };
    const some = delays(config, seed);
    expect(Math.abs(share(some, (value) => value === 0) - 1 / (3 + 1 / 0.5))).toBeLessThan(shareError(0.2));
    expect(discipline(config).typicalDelayUs).toBeCloseTo(8000, 9);
  });
});

describe('rate and queue', () => {
  test('a burst of full segments leaves one serialisation time apart', () => {
    // 1514 bytes at 10 Mbit/s: 1211.2 µs
    const netem = discipline({ rateBitsPerSec: 10_000_000, delayUs: 500 });
    const leaving = Array.from({ length: 5 }, () => netem.enter(0, 1448));
    leaving.forEach((leavesUs, i) => {
      expect(leavesUs).toBeCloseTo(500 + 1211.2 * (i + 1), 6);
    });
    // A pause, and the line is free again.
    expect(netem.enter(1_000_000, 34)).toBeCloseTo(1_000_500 + 80, 6);
  });

  test('a message as a group takes what its packets take', () => {
    const [grouped, single] = [discipline({ rateBitsPerSec: 1e8 }), discipline({ rateBitsPerSec: 1e8 })];
    let last = 0;
    for (const bytes of [1448, 1448, 104]) last = single.enter(0, bytes);
    expect(grouped.enterGroup(0, 3000)).toBeCloseTo(last, 9);
    expect(grouped.queuedAt(0)).toBe(3);
  });

  test('a full queue drops, and takes packets again when some have left', () => {
    const netem = discipline({ delayUs: 1000, limitPackets: 3 });
    expect([0, 10, 20, 30].map((nowUs) => netem.enter(nowUs, 100))).toEqual([1000, 1010, 1020, LOST]);
    expect([netem.queuedAt(30), netem.queuedAt(1000), netem.queuedAt(1015)]).toEqual([3, 2, 1]);
    expect(netem.enter(1016, 100)).toBe(2016);
  });

  test('a group that does not fit enters not at all', () => {
    const netem = discipline({ delayUs: 1000, limitPackets: 3 });
    expect(netem.enterGroup(0, 1448 * 2)).toBe(1000);
    expect(netem.enterGroup(0, 1448 * 2)).toBe(LOST);
    expect(netem.queuedAt(0)).toBe(2);
    expect(netem.enterGroup(0, 1448)).toBe(1000);
  });

  test.each(SEEDS)('with jitter the queue is what has not left yet (seed %i)', (seed) => {
    const netem = discipline({ delayUs: 5000, jitterUs: 4000, limitPackets: 40 }, seed);
    let held: number[] = [];
    let dropped = 0;
    for (let i = 0; i < 3000; i++) {
      const nowUs = i * 110;
      held = held.filter((leavesUs) => leavesUs > nowUs);
      expect(netem.queuedAt(nowUs)).toBe(held.length);
      const leavesUs = netem.enter(nowUs, 100);
      expect(leavesUs === LOST).toBe(held.length >= 40);
      if (leavesUs === LOST) dropped++;
      else held.push(leavesUs);
    }
    expect(dropped).toBeGreaterThan(100);
    expect(dropped).toBeLessThan(2900);
  });
});

describe('everything at once', () => {
  const all: Partial<NetemConfig> = {
    delayUs: 20_000,
    jitterUs: 5000,
    distribution: 'normal',
    lossRatio: 0.1,
    duplicateRatio: 0.1,
    reorderRatio: 0.2,
    rateBitsPerSec: 1e8,
  };

  test.each(SEEDS)('each share is what it is alone (seed %i)', (seed) => {
    const values = delays(all, seed);
    const lost = 0.1 * 0.9;
    expect(Math.abs(share(values, (value) => value === LOST) - lost)).toBeLessThan(shareError(lost));
    const skipped = share(values, (value) => value === 0) / (1 - lost);
    expect(Math.abs(skipped - 0.2)).toBeLessThan(shareError(0.2) * 1.5);
    const delayed = values.filter((value) => value > 0);
    // With a rate nothing overtakes, so a packet waits for its own copy, which was queued first: the later of two normals
    // comes sd / sqrt(pi) after the mean. Copies: doubled, neither lost, of those that arrive; and not reordered.
    const behindCopy = ((0.1 * 0.9 * 0.9) / (1 - lost)) * 0.8 * (5000 / Math.sqrt(Math.PI) + 13.28);
    expect(Math.abs(moments(delayed).mean - 20_000 - 13.28 - behindCopy)).toBeLessThan(
      5 * moments(delayed).meanError + 20,
    );
  });

  test('the same seed, the same packets', () => {
    expect(delays(all, 9, 500)).toEqual(delays(all, 9, 500));
    expect(delays(all, 9, 500)).not.toEqual(delays(all, 10, 500));
  });

  test('a change of one feature leaves the draws of the others', () => {
    const [without, with_] = [delays({ ...all, lossRatio: 0 }, 9, 500), delays({ ...all, jitterUs: 0 }, 9, 500)];
    const reordered = (values: Float64Array): number[] => [...values].map((value) => (value === 0 ? 1 : 0));
    // Losses take packets out of the reordering, so compare where none is lost.
    expect(reordered(without)).toEqual(reordered(delays({ ...all, lossRatio: 0, jitterUs: 0 }, 9, 500)));
    expect([...with_].map((value) => value === LOST)).toEqual([...delays(all, 9, 500)].map((value) => value === LOST));
  });

  test('switched off it does nothing', () => {
    const netem = discipline(all);
    expect([netem.idle, netem.lossless]).toEqual([false, false]);
    netem.configure(NETEM_OFF);
    expect([netem.idle, netem.lossless, netem.enter(5, 100), netem.typicalDelayUs]).toEqual([true, true, 5, 0]);
  });
});
