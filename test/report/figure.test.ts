import { describe, expect, test } from 'vitest';
import type { BarFigureSpec, FigureSpec } from '../../src/experiment/result.js';
import { figureSvg } from '../../src/report/figure.js';

const LINES: FigureSpec = {
  title: 'Time & <place>',
  xLabel: 'egress delay',
  xUnit: 'ms',
  yLabel: 'time (s)',
  series: [
    {
      name: 'round robin, simulated',
      points: [
        [0, 26, 25, 27],
        [15, 50, 48, 52],
        [30, 80, 77, 83],
      ],
    },
    {
      name: 'round robin, measured',
      points: [
        [0, 26.5],
        [30, 80.8],
      ],
      measured: true,
    },
    {
      name: 'pick leader, simulated',
      points: [
        [0, 26],
        [30, 64],
      ],
    },
  ],
};

const BARS: BarFigureSpec = {
  title: 'RPCs by member',
  yLabel: 'RPCs (1/s)',
  groups: ['m1', 'm2', 'm3'],
  series: [
    { name: 'round robin', values: [12, 12, 12] },
    { name: 'pick leader', values: [36, 0, 0] },
  ],
};

const count = (svg: string, pattern: RegExp) => svg.match(pattern)?.length ?? 0;

describe('a figure of lines', () => {
  const svg = figureSvg(LINES);

  test('has a line a simulated series, a band where there is an interval, a marker a measured point', () => {
    expect(count(svg, /fill="none" stroke="#/g)).toBe(2);
    expect(count(svg, /<path [^>]*fill-opacity="0\.18"/g)).toBe(1);
    // Two points and the legend's key.
    expect(count(svg, /<circle /g)).toBe(3);
  });

  test('gives what was measured the colour of what simulates it', () => {
    const [first, second] = [...svg.matchAll(/fill="none" stroke="(#\w+)"/g)].map((match) => match[1]);
    expect(first).not.toBe(second);
    expect(svg).toMatch(new RegExp(`<circle [^>]*stroke="${first}"`));
    expect(svg).not.toMatch(new RegExp(`<circle [^>]*stroke="${second}"`));
  });

  test('names everything, escaped, and ticks the points of the sweep', () => {
    for (const words of ['Time &amp; &lt;place&gt;', 'egress delay (ms)', 'time (s)', '>15</text>', '>30</text>']) {
      expect(svg).toContain(words);
    }
    for (const { name } of LINES.series) expect(svg).toContain(`>${name}</text>`);
  });

  test('higher values stand higher', () => {
    const [path] = [...svg.matchAll(/<path d="([^"]*)" fill="none"/g)].map((match) => match[1]!);
    const heights = [...path!.matchAll(/,([\d.]+)/g)].map((match) => Number(match[1]));
    expect(heights).toHaveLength(3);
    expect(heights).toEqual([...heights].sort((a, b) => b - a));
  });

  test.each([[[]], [[{ name: 'empty', points: [] }]], [[{ name: 'one', points: [[0, 0]] as const }]]])(
    'holds no NaN for %j',
    (series) => {
      expect(figureSvg({ ...LINES, series })).not.toMatch(/NaN|Infinity|undefined/);
    },
  );
});

test('a figure of bars has a bar a group and series, as high as its value', () => {
  const svg = figureSvg(BARS);
  const bars = [...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)" fill="(#\w+)"\/>/g)];
  // Six bars and two keys of the legend.
  expect(bars).toHaveLength(8);
  const heights = bars.slice(0, 6).map((match) => Number(match[1]));
  expect(heights[3]! / heights[0]!).toBeCloseTo(3, 1);
  expect(heights.slice(4)).toEqual([0, 0]);
});
