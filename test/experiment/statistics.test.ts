import { describe, expect, it } from 'vitest';
import { Streams } from '../../src/engine/index.js';
import {
  confidenceInterval,
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  mean,
  median,
  quantileSorted,
  studentT95,
} from '../../src/experiment/statistics.js';

describe('statistics', () => {
  it('interpolates quantiles between order statistics, as type 7 of R does', () => {
    const sorted = [1, 2, 4, 8];
    expect([0, 0.25, 0.5, 0.75, 1].map((q) => quantileSorted(sorted, q))).toEqual([1, 1.75, 3, 5, 8]);
    expect(median([8, 1, 4])).toBe(4);
    expect(mean([1, 2, 6])).toBe(3);
  });

  it("knows Student's t from the table and beyond it", () => {
    expect(studentT95(1)).toBeCloseTo(12.7062, 4);
    expect(studentT95(30)).toBeCloseTo(2.0423, 4);
    // Printed tables: 40, 60, 120 degrees.
    for (const [degrees, t] of [
      [40, 2.0211],
      [60, 2.0003],
      [120, 1.9799],
    ] as const) {
      expect(studentT95(degrees)).toBeCloseTo(t, 3);
    }
    for (let degrees = 1; degrees < 200; degrees++)
      expect(studentT95(degrees)).toBeGreaterThan(studentT95(degrees + 1));
  });

  it('gives the 95 % interval of a mean, and for one value that value', () => {
    const { mean: centre, ciLow, ciHigh, n } = confidenceInterval([10, 12, 14]);
    // s = 2, t(2) = 4.3027, half = 4.3027 * 2 / sqrt(3).
    expect([centre, n]).toEqual([12, 3]);
    expect(ciHigh - centre).toBeCloseTo(4.9684, 3);
    expect(centre - ciLow).toBeCloseTo(4.9684, 3);
    expect(confidenceInterval([7])).toEqual({ mean: 7, ciLow: 7, ciHigh: 7, n: 1 });
  });
});

describe('the Kolmogorov-Smirnov test', () => {
  it('gives the largest distance of two distribution functions, ties and order aside', () => {
    expect(kolmogorovSmirnov([3, 1, 2], [2, 3, 1])).toBe(0);
    expect(kolmogorovSmirnov([1, 2], [3, 4, 5])).toBe(1);
    expect(kolmogorovSmirnov([1, 1, 1, 5], [1, 5, 5, 5])).toBeCloseTo(0.5, 12);
    // R: ks.test(c(0.1, 0.4, 0.7, 1.1), c(0.5, 0.6, 1.2, 1.3, 1.4)) has D = 0.6.
    expect(kolmogorovSmirnov([0.1, 0.4, 0.7, 1.1], [0.5, 0.6, 1.2, 1.3, 1.4])).toBeCloseTo(0.6, 12);
  });

  it('has the limits of the printed tables', () => {
    // One sample (against very many): n = 5, 10, 14, 20, 35.
    for (const [n, limit] of [
      [5, 0.563],
      [10, 0.409],
      [14, 0.349],
      [20, 0.294],
      [35, 0.224],
    ] as const) {
      expect(Math.abs(kolmogorovSmirnovLimit(n, 1e9) / limit - 1)).toBeLessThan(0.01);
    }
    expect(kolmogorovSmirnovLimit(14, 40)).toBeCloseTo(kolmogorovSmirnovLimit(40, 14), 12);
  });

  it('rejects about one pair in twenty of the same distribution, and tells shifted ones apart', () => {
    const stream = new Streams('kolmogorov-smirnov').stream('draws');
    const draw = (n: number, shift = 0) => Array.from({ length: n }, () => stream.uniform() + shift);
    let same = 0;
    let shifted = 0;
    for (let i = 0; i < 1000; i++) {
      if (kolmogorovSmirnov(draw(14), draw(40)) > kolmogorovSmirnovLimit(14, 40)) same++;
      if (kolmogorovSmirnov(draw(14), draw(40, 0.5)) > kolmogorovSmirnovLimit(14, 40)) shifted++;
    }
    expect(same).toBeGreaterThan(20);
    expect(same).toBeLessThan(65);
    expect(shifted).toBeGreaterThan(900);
  });
});
