import type { DifferenceRow } from './result.js';
import { confidenceInterval, mean } from './statistics.js';
import type { CellResult } from './sweep.js';

export interface Comparison {
  /** Path of the axis whose values are compared. */
  readonly axis: string;
  /** The value that the others are compared with. */
  readonly baseline: string;
  readonly metrics: readonly string[];
}

/**
 * How the values of one axis differ from the baseline, cell by cell of the other axes.
 *
 * Replication r of both ran with the same random numbers, so that differences are taken pair by pair. A count that a
 * replication does not mention is 0; other metrics count where both runs have them.
 *
 * @param results in the sweep's order
 */
export function pairedDifferences(
  scenario: string,
  results: readonly CellResult[],
  comparison: Comparison,
): DifferenceRow[] {
  const { axis, baseline, metrics } = comparison;
  const groups = new Map<string, CellResult[]>();
  for (const result of results) {
    const key = JSON.stringify(without(result.cell, axis));
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const rows: DifferenceRow[] = [];
  for (const group of groups.values()) {
    const values = [...new Set(group.map(({ cell }) => cell[axis]!))];
    for (const metric of metrics) {
      const unit = group.find((result) => result.metrics[metric] !== undefined)?.metrics[metric]?.unit;
      if (unit === undefined) continue;
      for (const value of values) {
        if (value === baseline) continue;
        const pairs = pairsOf(group, { axis, value, baseline, metric, isCount: unit === 'count' });
        if (pairs.length === 0) continue;
        const { mean: difference, ciLow, ciHigh, n } = confidenceInterval(pairs.map(([own, base]) => own - base));
        rows.push({
          scenario,
          cell: without(group[0]!.cell, axis),
          value,
          metric,
          unit,
          mean: mean(pairs.map(([own]) => own)),
          baselineMean: mean(pairs.map(([, base]) => base)),
          difference,
          ciLow,
          ciHigh,
          n,
        });
      }
    }
  }
  return rows;
}

function pairsOf(
  group: readonly CellResult[],
  wanted: {
    readonly axis: string;
    readonly value: string;
    readonly baseline: string;
    readonly metric: string;
    readonly isCount: boolean;
  },
): (readonly [own: number, base: number])[] {
  const { axis, value, baseline, metric, isCount } = wanted;
  const of = (axisValue: string): Map<number, number | undefined> =>
    new Map(
      group
        .filter(({ cell }) => cell[axis] === axisValue)
        .map(({ replication, metrics }) => [replication, metrics[metric]?.value ?? (isCount ? 0 : undefined)]),
    );
  const bases = of(baseline);
  const pairs: (readonly [number, number])[] = [];
  for (const [replication, own] of of(value)) {
    const base = bases.get(replication);
    if (own !== undefined && base !== undefined) pairs.push([own, base]);
  }
  return pairs;
}

function without(cell: Readonly<Record<string, string>>, axis: string): Record<string, string> {
  return Object.fromEntries(Object.entries(cell).filter(([path]) => path !== axis));
}
