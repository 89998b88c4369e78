import { stringify } from 'csv-stringify/sync';
import type { ReproduceRow, RunResult, SweepRow } from '../experiment/result.js';
import { axesOf } from './cells.js';

function csv(head: readonly string[], rows: readonly (readonly (string | number | boolean)[])[]): string {
  return stringify([[...head], ...rows.map((row) => [...row])], { cast: { boolean: String } });
}

/** A column an axis, then metric, unit, mean, ci_low, ci_high, n. */
export function sweepCsv(rows: readonly SweepRow[]): string {
  const axes = axesOf(rows);
  return csv(
    [...axes, 'metric', 'unit', 'mean', 'ci_low', 'ci_high', 'n'],
    rows.map((row) => [
      ...axes.map((axis) => row.cell[axis] ?? ''),
      row.metric,
      row.unit,
      row.mean,
      row.ciLow,
      row.ciHigh,
      row.n,
    ]),
  );
}

/** metric, unit, value. */
export function runCsv(result: RunResult): string {
  const rows = Object.entries(result.metrics).map(([metric, { unit, value }]) => [metric, unit, value]);
  return csv(['metric', 'unit', 'value'], rows);
}

/** suite, name, a column a path of the cells, then the figures. */
export function reproduceCsv(rows: readonly ReproduceRow[]): string {
  const axes = axesOf(rows);
  return csv(
    ['suite', 'name', ...axes, 'unit', 'measured', 'simulated', 'ci_low', 'ci_high', 'error', 'tolerance', 'status'],
    rows.map((row) => [
      row.suite,
      row.name,
      ...axes.map((axis) => row.cell[axis] ?? ''),
      row.unit,
      row.measured,
      row.simulated,
      row.ciLow,
      row.ciHigh,
      row.error,
      row.tolerance,
      row.status,
    ]),
  );
}

/** series, unit, time_ms, value: the points of a run's figures. */
export function seriesCsv(result: RunResult): string {
  const rows = result.series.flatMap((series) =>
    series.points.map(([timeMs, value]) => [series.name, series.unit, timeMs, value]),
  );
  return csv(['series', 'unit', 'time_ms', 'value'], rows);
}
