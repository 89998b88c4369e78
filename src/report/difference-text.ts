import { stringify } from 'csv-stringify/sync';
import type { DifferenceRow } from '../experiment/result.js';
import { axesOf, shortNames } from './cells.js';
import { significant } from './numbers.js';
import { type Colors, renderTable } from './table.js';

/** What a comparison was of. */
export interface ComparedWith {
  readonly axis: string;
  readonly baseline: string;
}

/** Whether the interval of a difference leaves 0 out. */
export function isShown({ ciLow, ciHigh, n }: DifferenceRow): boolean {
  return n > 1 && (ciLow > 0 || ciHigh < 0);
}

/** A value of an axis in few words: `[{at: 3s, action: crash, target: leader}]` is `crash leader`. */
export function axisLabel(value: string): string {
  const actions = [...value.matchAll(/action: ?([\w-]+), ?target: ?([\w-]+)/g)].map(
    ([, action, target]) => `${action} ${target}`,
  );
  if (actions.length > 0) return actions.join(', ');
  if (value.trim() === '[]') return 'none';
  return /^\{ ?name: ?([\w.-]+)/.exec(value)?.[1] ?? value;
}

/** A cell in few words: `balancers, delay 15ms, faults crash leader`. */
export function cellLabel({ scenario, cell }: Pick<DifferenceRow, 'scenario' | 'cell'>): string {
  const paths = Object.keys(cell);
  const names = shortNames(paths);
  return [scenario, ...paths.map((path, i) => `${names[i]} ${axisLabel(cell[path]!)}`)].join(', ');
}

/** Cells one after another: a line a value, a column a metric, each with its difference; then, in words, where none is. */
export function differenceText(
  rows: readonly DifferenceRow[],
  { axis, baseline }: ComparedWith,
  color: Colors,
): string {
  const parts: string[] = [];
  for (const [label, cell] of byCell(rows)) {
    const metrics = [...new Set(cell.map(({ metric }) => metric))];
    const values = [...new Set(cell.map(({ value }) => value))];
    const of = (value: string, metric: string) => cell.find((row) => row.value === value && row.metric === metric);
    const units = metrics.map((metric) => `${metric} (${cell.find((row) => row.metric === metric)!.unit})`);
    const first = metrics.map((metric) => significant(cell.find((row) => row.metric === metric)!.baselineMean));
    const body = values.map((value) => [axisLabel(value), ...metrics.map((metric) => shown(of(value, metric)))]);
    const table = {
      head: [axis, ...units],
      rows: [[axisLabel(baseline), ...first], ...body],
      right: metrics.map((_, i) => i + 1),
    };
    parts.push(`${color.bold(label)}\n${renderTable(table, color)}\n\n${noDifference(cell, baseline).join('\n')}\n`);
  }
  const runs = Math.max(0, ...rows.map(({ n }) => n));
  parts.push(
    color.dim(
      `First line: ${axisLabel(baseline)} itself; below: difference to it, mean of ${runs} pairs with its 95 % interval; ` +
        `"=" where the interval holds 0. One interval in twenty misses by chance.`,
    ),
  );
  return `${parts.join('\n')}\n`;
}

function shown(row: DifferenceRow | undefined): string {
  if (row === undefined) return '-';
  const half = (row.ciHigh - row.ciLow) / 2;
  const sign = row.difference > 0 ? '+' : '';
  const interval = half > 0 ? ` ± ${significant(half, 2)}` : '';
  return `${isShown(row) ? '' : '= '}${sign}${significant(row.difference, 3)}${interval}`;
}

/** Sentences on what does not differ, a metric each. */
function noDifference(cell: readonly DifferenceRow[], baseline: string): string[] {
  const metrics = [...new Set(cell.map(({ metric }) => metric))];
  return metrics.flatMap((metric) => {
    const rows = cell.filter((row) => row.metric === metric);
    const same = rows.filter((row) => !isShown(row)).map(({ value }) => axisLabel(value));
    if (same.length === 0) return [];
    const who = same.length === rows.length ? 'all others' : same.join(', ');
    return [`No difference to ${axisLabel(baseline)} shown in ${metric}: ${who}.`];
  });
}

function byCell(rows: readonly DifferenceRow[]): Map<string, DifferenceRow[]> {
  const cells = new Map<string, DifferenceRow[]>();
  for (const row of rows) {
    const label = cellLabel(row);
    cells.set(label, [...(cells.get(label) ?? []), row]);
  }
  return cells;
}

/** scenario, a column an axis, then value, baseline and the figures. */
export function differenceCsv(rows: readonly DifferenceRow[], { axis, baseline }: ComparedWith): string {
  const axes = axesOf(rows);
  const head = [
    'scenario',
    ...axes,
    axis,
    'baseline',
    'metric',
    'unit',
    'mean',
    'baseline_mean',
    'difference',
    'ci_low',
    'ci_high',
    'n',
    'shown',
  ];
  const body = rows.map((row) => [
    row.scenario,
    ...axes.map((path) => row.cell[path] ?? ''),
    row.value,
    baseline,
    row.metric,
    row.unit,
    row.mean,
    row.baselineMean,
    row.difference,
    row.ciLow,
    row.ciHigh,
    row.n,
    String(isShown(row)),
  ]);
  return stringify([head, ...body]);
}
