import { scaleLinear } from 'd3-scale';
import type { DifferenceRow } from '../experiment/result.js';
import { axisLabel, cellLabel, isShown } from './difference-text.js';
import { escapeXml, lineAt, px, textAt } from './figure-frame.js';

const PANEL = { width: 240, line: 17, head: 40, foot: 30, gap: 60 } as const;
const NAMES_WIDTH = 160;
const COLUMNS = 5;
/** Title and key. */
const TOP = 70;
/** Mean width of the title's characters. */
const TITLE_CHARACTER = 8.6;
const INK = '#222222';
const GRID = '#e3e3e3';
const LESS = '#0072b2';
const MORE = '#d55e00';
const NONE = '#999999';

/**
 * Paired differences of one metric: a panel a cell, a line a value, a dot with its 95 % interval; grey where it holds 0.
 * Each panel has a scale of its own.
 *
 * @param rows of one metric
 */
export function differenceFigure(rows: readonly DifferenceRow[], title: string): string {
  const cells = new Map<string, DifferenceRow[]>();
  for (const row of rows) cells.set(cellLabel(row), [...(cells.get(cellLabel(row)) ?? []), row]);
  const values = [...new Set(rows.map(({ value }) => value))];
  const height = PANEL.head + values.length * PANEL.line + PANEL.foot;
  const columns = Math.min(COLUMNS, cells.size);
  const lines = Math.ceil(cells.size / COLUMNS);
  const panelsWidth = NAMES_WIDTH + columns * (PANEL.width + PANEL.gap);
  const width = Math.max(panelsWidth, 20 + title.length * TITLE_CHARACTER, 660);
  const total = TOP + lines * height;
  const panels = [...cells].map(([label, cell], i) => {
    const left = NAMES_WIDTH + (i % COLUMNS) * (PANEL.width + PANEL.gap);
    const top = TOP + Math.floor(i / COLUMNS) * height;
    return panel(label, cell, values, { left, top, named: i % COLUMNS === 0 });
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${px(width)} ${px(total)}" width="${px(width)}" height="${px(total)}" ` +
    `font-family="Helvetica, Arial, sans-serif" fill="${INK}"><title>${escapeXml(title)}</title>` +
    `<rect width="100%" height="100%" fill="#ffffff"/>${textAt(10, 24, title, { size: 16, bold: true })}${KEY}${panels.join('')}</svg>\n`
  );
}

const KEY = [
  ['less', LESS],
  ['more', MORE],
  ['no difference shown: the 95 % interval holds 0', NONE],
]
  .map(([text, color], i) => {
    const x = 10 + i * 100;
    return (
      lineAt(x, 43, x + 26, 43, color!, 2) +
      `<circle cx="${x + 13}" cy="43" r="3.5" fill="${color}"/>` +
      textAt(x + 34, 47, text!, { size: 12 })
    );
  })
  .join('');

function panel(
  label: string,
  cell: readonly DifferenceRow[],
  values: readonly string[],
  { left, top, named }: { readonly left: number; readonly top: number; readonly named: boolean },
): string {
  const low = cell.reduce((least, row) => Math.min(least, row.ciLow), 0);
  const high = cell.reduce((most, row) => Math.max(most, row.ciHigh), 0);
  const x = scaleLinear()
    .domain(high > low ? [low, high] : [-1, 1])
    .nice(4)
    .range([left, left + PANEL.width]);
  const bottom = top + PANEL.head + values.length * PANEL.line;
  const format = x.tickFormat(4);
  const ticks = x
    .ticks(4)
    .map(
      (value) =>
        `<path d="M${px(x(value))},${px(top + PANEL.head - 4)}V${px(bottom)}" stroke="${value === 0 ? INK : GRID}"/>` +
        textAt(x(value), bottom + 14, format(value), { anchor: 'middle', size: 11 }),
    );
  const body = values.map((value, i) => {
    const y = top + PANEL.head + (i + 0.5) * PANEL.line;
    const name = named ? textAt(NAMES_WIDTH - 10, y + 4, axisLabel(value), { anchor: 'end', size: 12 }) : '';
    const row = cell.find((each) => each.value === value);
    if (row === undefined) return name;
    const color = !isShown(row) ? NONE : row.difference < 0 ? LESS : MORE;
    return (
      `${name}<path d="M${px(x(row.ciLow))},${px(y)}H${px(x(row.ciHigh))}" stroke="${color}" stroke-width="2"/>` +
      `<circle cx="${px(x(row.difference))}" cy="${px(y)}" r="3.5" fill="${color}"/>`
    );
  });
  const [scenario, ...rest] = label.split(', ');
  const heading = rest.length === 0 ? scenario! : rest.join(', ');
  return (
    textAt(left, top + 14, scenario!, { size: 11 }) +
    textAt(left, top + 29, heading, { size: 12, bold: true }) +
    ticks.join('') +
    body.join('')
  );
}
