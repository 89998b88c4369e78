import { colors, renderTable } from './table.js';

const FEATURES = ['WAL bytes', 'client bytes', 'peer bytes', 'heartbeat failures', 'slow applies'];

export interface Importance {
  readonly name: string;
  /** Share of the total gain; of trees only. */
  readonly gain: readonly number[] | undefined;
  /** How much macro F1 falls when the feature's values are dealt out anew. */
  readonly fall: readonly number[];
}

/** A row a model and kind of importance, a column a feature. */
export function importanceText(models: readonly Importance[]): string {
  const rows = models.flatMap(({ name, gain, fall }) => [
    ...(gain === undefined ? [] : [[name, 'share of gain', ...gain.map((value) => value.toFixed(3))]]),
    [name, 'macro F1 lost when shuffled', ...fall.map((value) => value.toFixed(3))],
  ]);
  if (rows.length === 0) return '';
  return `${renderTable({ head: ['model', 'importance', ...FEATURES], rows, right: [2, 3, 4, 5, 6] }, colors(false))}\n`;
}
