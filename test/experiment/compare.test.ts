import { describe, expect, it } from 'vitest';
import { type CellResult, leastValues, pairedDifferences } from '../../src/experiment/index.js';
import { differenceFigure } from '../../src/report/difference-figure.js';
import { differenceMap } from '../../src/report/difference-map.js';
import { differenceSummary } from '../../src/report/difference-summary.js';
import { axisLabel, differenceCsv, differenceText, isShown } from '../../src/report/difference-text.js';
import { colors } from '../../src/report/table.js';

const AXIS = 'client.balancer';

/** Replications whose noise is shared by both values; b is better by 1, or not at all. */
function results(better: number): CellResult[] {
  const noise = [100, 130, 90, 160, 120];
  return ['a', 'b'].flatMap((value) =>
    noise.map((shared, replication) => ({
      index: 0,
      cell: { delay: '5ms', [AXIS]: value },
      replication,
      metrics: {
        latency: { value: shared - (value === 'b' ? better + (replication % 2) * 0.1 : 0), unit: 'ms' },
        ...(value === 'b' && replication === 0 ? { errors: { value: 1, unit: 'count' } } : {}),
      },
    })),
  );
}

const comparison = { axis: AXIS, baseline: 'a', metrics: ['latency', 'errors', 'missing'] };

describe('paired differences', () => {
  it('see what the spread between runs would hide', () => {
    const [latency] = pairedDifferences('test', results(1), comparison);
    expect(latency!.difference).toBeCloseTo(-1.04, 10);
    expect(latency!.ciHigh).toBeLessThan(-0.9);
    expect(isShown(latency!)).toBe(true);
    expect(latency!.cell).toEqual({ delay: '5ms' });
    expect(latency!.n).toBe(5);
  });

  it('count what a replication does not mention as 0, and leave out what nobody has', () => {
    const rows = pairedDifferences('test', results(0), comparison);
    expect(rows.map(({ metric }) => metric)).toEqual(['latency', 'errors']);
    expect(rows[1]!.difference).toBeCloseTo(0.2, 10);
    expect(isShown(rows[1]!)).toBe(false);
  });

  it('are said in words where they are not there', () => {
    const rows = pairedDifferences('test', results(1), comparison);
    const text = differenceText(rows, { axis: AXIS, baseline: 'a' }, colors(false));
    expect(text).toContain('No difference to a shown in errors: all others.');
    expect(text).not.toContain('shown in latency');
    expect(text).toMatch(/b +-1\.04 ± /);
    expect(differenceCsv(rows, { axis: AXIS, baseline: 'a' }).split('\n')[0]).toMatch(
      /^scenario,delay,client\.balancer,baseline,metric/,
    );
    expect(differenceFigure(rows.slice(0, 1), 'latency')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  });
});

describe('the least of a cell', () => {
  it('is one value where it is shown to be, and all that are alike where it is not', () => {
    const [better] = leastValues('test', results(1), comparison);
    expect(better).toMatchObject({ value: 'b', alike: ['b'], metric: 'latency', cell: { delay: '5ms' } });
    expect(better!.baselineMean - better!.mean).toBeCloseTo(1.04, 10);
    const [latency, errors] = leastValues('test', results(0), comparison);
    // The tenth of a ms in two pairs of five is chance.
    expect(latency!.alike).toEqual(['b', 'a']);
    expect(errors).toMatchObject({ value: 'a', mean: 0, alike: ['a', 'b'] });
  });

  it('is on the page of who has to choose, beside how often each is better', () => {
    const page = (better: number): string =>
      differenceSummary(
        pairedDifferences('test', results(better), comparison),
        leastValues('test', results(better), comparison),
        { axis: AXIS, baseline: 'a' },
      );
    expect(page(1)).toContain('| b | 1 / 0 | 0 / 0 |');
    expect(page(1)).toContain('| delay 5ms | **119** (120) b | = (0) |');
    expect(page(0)).toContain('| b | 0 / 0 | 0 / 0 |');
    expect(page(0)).toContain('| delay 5ms | = (120) | = (0) |');
    expect(page(-1)).toContain('| b | 0 / 1 | 0 / 0 |');
  });

  it('is on its picture: a box a cell, grey without a difference', () => {
    const picture = (better: number): string =>
      differenceMap(pairedDifferences('test', results(better), comparison).slice(0, 1), 'map');
    expect(picture(30)).toMatch(/fill="#7fbbe3"\/>.*>−25<\/text>/);
    expect(picture(-30)).toMatch(/fill="#f2a673"\/>.*>\+25<\/text>/);
    expect(picture(0)).toMatch(/fill="#f2f2f2"\/>.*>=<\/text>/);
  });
});

describe('labels', () => {
  it.each([
    ['[]', 'none'],
    ['[{ at: 3s, action: crash, target: leader, for: 4s }]', 'crash leader'],
    ['{ name: outlier-detection, interval: 1s }', 'outlier-detection'],
    ['15ms', '15ms'],
  ])('%s is %s', (value, label) => {
    expect(axisLabel(value)).toBe(label);
  });
});
