import type { ReproduceRow, SuiteResult } from '../experiment/result.js';
import { axesOf, shortNames } from './cells.js';
import { signedPercent, significant } from './numbers.js';
import { type Colors, renderTable } from './table.js';

/** Reality against simulation for a person, a table a suite, with what the suite has to say below it. */
export function reproduceText(suites: readonly SuiteResult[], color: Colors): string {
  return `${suites.map((suite) => suiteText(suite, color)).join('\n\n')}\n`;
}

function suiteText({ suite, skipped, rows, notes }: SuiteResult, color: Colors): string {
  if (skipped !== undefined) return `${color.bold(suite)}  ${color.yellow('skipped')}: ${skipped}`;
  const axes = axesOf(rows);
  const head = ['', ...shortNames(axes), 'measured', 'simulated', '95 % interval', 'unit', 'error', 'accepted', ''];
  const first = axes.length + 1;
  const table = renderTable(
    {
      head,
      rows: rows.map((row) => [
        row.name,
        ...axes.map((axis) => row.cell[axis] ?? ''),
        significant(row.measured),
        significant(row.simulated),
        row.ciLow === row.ciHigh ? '' : `${significant(row.ciLow)} .. ${significant(row.ciHigh)}`,
        row.unit,
        errorText(row),
        toleranceText(row),
        statusText(row, color),
      ]),
      right: [first, first + 1, first + 2, first + 4, first + 5],
    },
    color,
  );
  const parts = [`${color.bold(suite)}  ${summary(rows)}`, table];
  if (notes.length > 0) parts.push(notes.join('\n'));
  return parts.join('\n\n');
}

/** A distance's error is the distance itself: it has no percentage. */
function isDistance(row: ReproduceRow): boolean {
  if (row.measured === 0) return true;
  const relative = (row.simulated - row.measured) / row.measured;
  return Math.abs(relative - row.error) > 1e-6 * Math.max(1, Math.abs(relative));
}

function errorText(row: ReproduceRow): string {
  return isDistance(row) ? significant(row.error, 3) : signedPercent(row.error);
}

function toleranceText(row: ReproduceRow): string {
  return isDistance(row) ? significant(row.tolerance, 3) : `${significant(row.tolerance * 100, 3)} %`;
}

function statusText(row: ReproduceRow, color: Colors): string {
  if (row.status === 'ok') return color.green('ok');
  return row.status === 'miss' ? color.red('miss') : color.yellow('known');
}

function summary(rows: readonly ReproduceRow[]): string {
  const count = (status: ReproduceRow['status']) => rows.filter((row) => row.status === status).length;
  const parts = [`${count('ok')} of ${rows.length} within tolerance`];
  if (count('known') > 0) parts.push(`${count('known')} known to be off`);
  if (count('miss') > 0) parts.push(`${count('miss')} missed`);
  return parts.join(', ');
}
