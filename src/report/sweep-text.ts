import type { SweepRow } from '../experiment/result.js';
import { axesOf, shortNames, valuesOf } from './cells.js';
import { withInterval } from './numbers.js';
import { type Colors, renderTable } from './table.js';

/** A sweep for a person: a row a metric and cell; with two axes or more, the last one's values stand side by side. */
export function sweepText(rows: readonly SweepRow[], color: Colors): string {
  if (rows.length === 0) return 'no cells\n';
  const axes = axesOf(rows);
  const names = shortNames(axes);
  const across = axes.length >= 2 ? axes[axes.length - 1]! : undefined;
  const down = across === undefined ? axes : axes.slice(0, -1);
  const columns = across === undefined ? [''] : valuesOf(rows, across);
  const lines = new Map<string, { readonly head: readonly string[]; readonly cells: Map<string, string> }>();
  const shown = rows.filter((row) => !isDetail(row.metric));
  for (const row of byMetric(shown.length > 0 ? shown : rows)) {
    const head = [`${row.metric} (${row.unit})`, ...down.map((axis) => row.cell[axis] ?? '')];
    const key = JSON.stringify(head);
    const line = lines.get(key) ?? { head, cells: new Map<string, string>() };
    line.cells.set(across === undefined ? '' : (row.cell[across] ?? ''), withInterval(row));
    lines.set(key, line);
  }
  let metric = '';
  const body = [...lines.values()].map(({ head, cells }) => {
    const named = head[0] === metric ? '' : head[0]!;
    metric = head[0]!;
    return [named, ...head.slice(1), ...columns.map((column) => cells.get(column) ?? '-')];
  });
  const replications = Math.max(...rows.map((row) => row.n));
  const table = renderTable(
    {
      head: ['metric', ...names.slice(0, down.length), ...(across === undefined ? ['mean'] : columns)],
      rows: body,
      right: columns.map((_, i) => down.length + 1 + i),
    },
    color,
  );
  const note =
    replications > 1
      ? `mean ± 95 % interval over ${replications} replications`
      : 'one replication: --replications N gives intervals';
  const more = rows.length > shown.length ? '; shares, CPU, extremes and counts: --format csv or json' : '';
  return `${table}\n\n${color.dim(note + more)}\n`;
}

/** What is left to the other formats, so that a person sees the rest. */
function isDetail(metric: string): boolean {
  return /_(min|max|p99|count)$/.test(metric) || /^(request_share|cpu)_/.test(metric);
}

/** Metrics together, cells in their order. */
function byMetric(rows: readonly SweepRow[]): readonly SweepRow[] {
  const metrics = [...new Set(rows.map((row) => row.metric))];
  return metrics.flatMap((metric) => rows.filter((row) => row.metric === metric));
}
