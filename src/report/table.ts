import Table from 'cli-table3';
import { createColors } from 'picocolors';

export interface TableData {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns with numbers stand right; by place. */
  readonly right: readonly number[];
}

/** Whether a table may use colour, and the colours themselves. */
export type Colors = ReturnType<typeof createColors>;

/** @param enabled from NO_COLOR and whether the output is a terminal */
export function colors(enabled: boolean): Colors {
  return createColors(enabled);
}

const RULES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A table in plain columns, without rules. Ends without a newline. */
export function renderTable({ head, rows, right }: TableData, color: Colors): string {
  const table = new Table({
    head: head.map((cell) => color.bold(cell)),
    chars: RULES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, column) => (right.includes(column) ? 'right' : 'left')),
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}
