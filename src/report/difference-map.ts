import type { DifferenceRow } from '../experiment/result.js';
import { axisLabel, cellLabel, isShown } from './difference-text.js';
import { escapeXml, px, textAt } from './figure-frame.js';

const BOX = { width: 46, height: 17, head: 104, gap: 26 } as const;
/** Cells side by side; more of them go into further lines. */
const MOST_COLUMNS = 30;
const NAMES_WIDTH = 160;
const TOP = 56;
const TITLE_CHARACTER = 8.6;
const INK = '#222222';
/** Less and more, from hardly to much. */
const LESS = ['#eaf4fb', '#bcdcf1', '#7fbbe3', '#3d94cb', '#0072b2'] as const;
const MORE = ['#fdeee3', '#f9cfae', '#f2a673', '#e67f3b', '#d55e00'] as const;
const NONE = '#f2f2f2';
/** From which share of the baseline on a colour counts. */
const STEPS = [0, 0.05, 0.15, 0.3, 0.6] as const;

/**
 * All differences on one page: a block a metric, a line a value, a box a cell with the difference in per cent of the
 * baseline; "=" on grey where none is shown.
 *
 * @param rows of several metrics, in the order of the blocks
 */
export function differenceMap(rows: readonly DifferenceRow[], title: string): string {
  const family = familyOf([...new Set(rows.map(({ scenario }) => scenario))]);
  let y = TOP;
  let width = 20 + title.length * TITLE_CHARACTER;
  const blocks: string[] = [];
  for (const metric of new Set(rows.map((row) => row.metric))) {
    const own = rows.filter((row) => row.metric === metric);
    const cells = [...new Set(own.map(cellLabel))];
    for (let from = 0; from < cells.length; from += MOST_COLUMNS) {
      const columns = cells.slice(from, from + MOST_COLUMNS);
      const { svg, right, bottom } = block(own, columns, { heading: `${metric} (${own[0]!.unit})`, family, top: y });
      blocks.push(svg);
      y = bottom + BOX.gap;
      width = Math.max(width, right + 20);
    }
  }
  const words =
    'Per cent of the baseline (or ± the count, where it has none); blue: less, orange: more; "=": no difference shown.';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${px(width)} ${px(y)}" width="${px(width)}" height="${px(y)}" ` +
    `font-family="Helvetica, Arial, sans-serif" fill="${INK}"><title>${escapeXml(title)}</title>` +
    `<rect width="100%" height="100%" fill="#ffffff"/>${textAt(10, 24, title, { size: 16, bold: true })}` +
    `${textAt(10, 44, words, { size: 12 })}${blocks.join('')}</svg>\n`
  );
}

/** The name that the others begin with; empty if there is none. */
function familyOf(scenarios: readonly string[]): string {
  const shortest = scenarios.reduce((least, name) => (name.length < least.length ? name : least), scenarios[0] ?? '');
  return scenarios.length > 1 && scenarios.every((name) => name.startsWith(shortest)) ? shortest : '';
}

interface BlockPlace {
  readonly heading: string;
  /** What the scenarios' names begin with. */
  readonly family: string;
  readonly top: number;
}

function block(rows: readonly DifferenceRow[], cells: readonly string[], { heading, family, top }: BlockPlace) {
  const values = [...new Set(rows.map(({ value }) => value))];
  const firstLine = top + BOX.head;
  const left = (column: number): number => NAMES_WIDTH + column * BOX.width;
  const names = cells.map((label) => headOf(label, family));
  const heads = names.flatMap(({ group, leaf }, i) => [
    textAt(left(i) + BOX.width / 2, firstLine - 6, leaf, { size: 10, turn: -35 }),
    ...(group === names[i - 1]?.group || group === ''
      ? []
      : [
          textAt(left(i) + 4, top + 34, group, { size: 11, bold: true }),
          `<path d="M${px(left(i))},${px(top + 24)}V${px(firstLine + values.length * BOX.height)}" stroke="${INK}"/>`,
        ]),
  ]);
  const lines = values.map((value, line) => {
    const y = firstLine + line * BOX.height;
    const boxes = cells.map((label, i) => {
      const row = rows.find((each) => each.value === value && cellLabel(each) === label);
      return row === undefined ? '' : box(row, left(i), y);
    });
    return textAt(NAMES_WIDTH - 8, y + 13, axisLabel(value), { anchor: 'end', size: 12 }) + boxes.join('');
  });
  return {
    svg: textAt(10, top + 14, heading, { size: 13, bold: true }) + heads.join('') + lines.join(''),
    // The last head leans over the edge.
    right: left(cells.length) + 60,
    bottom: firstLine + values.length * BOX.height,
  };
}

function box(row: DifferenceRow, x: number, y: number): string {
  const ratio = row.baselineMean === 0 ? Number.NaN : row.difference / row.baselineMean;
  const shown = isShown(row) && row.difference !== 0;
  const depth = Number.isNaN(ratio) ? 2 : STEPS.findLastIndex((step) => Math.abs(ratio) >= step);
  const fill = shown ? (row.difference < 0 ? LESS : MORE)[depth]! : NONE;
  const ink = shown && depth >= 3 ? '#ffffff' : shown ? INK : '#888888';
  const text = shown ? signed(Number.isNaN(ratio) ? row.difference : ratio * 100) : '=';
  return (
    `<rect x="${px(x + 0.5)}" y="${px(y + 0.5)}" width="${BOX.width - 1}" height="${BOX.height - 1}" fill="${fill}"/>` +
    `<text x="${px(x + BOX.width / 2)}" y="${px(y + 12.5)}" text-anchor="middle" font-size="10.5" fill="${ink}">${escapeXml(text)}</text>`
  );
}

/** Whole numbers, but for what would be 0. */
function signed(value: number): string {
  const size = Math.abs(value);
  const text = size >= 0.95 ? Math.round(size).toString() : size < 0.05 ? '<0.1' : size.toFixed(1);
  return `${value < 0 ? '−' : '+'}${text}`;
}

/** `balancers-zones, faults crash leader` of the family balancers is `crash leader` of the group `zones`. */
function headOf(label: string, family: string): { readonly group: string; readonly leaf: string } {
  const [scenario, ...axes] = label.split(', ');
  const own = scenario!.startsWith(family) ? scenario!.slice(family.length).replace(/^-/, '') : scenario!;
  const leaf = axes.at(-1)?.startsWith('faults ') ? axes.pop()!.slice('faults '.length) : '';
  const group = [own, ...axes].filter((piece) => piece !== '').join(', ');
  // Without a trouble there is one column, too narrow for a name across.
  return leaf === '' ? { group: '', leaf: group } : { group: group === '' ? scenario! : group, leaf };
}
