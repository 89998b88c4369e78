import { describe, expect, it } from 'vitest';
import { confidenceInterval, mean, median, quantileSorted, studentT95 } from '../../src/experiment/statistics.js';

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
