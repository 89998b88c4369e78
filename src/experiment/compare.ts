import type { DifferenceRow, LeastRow } from './result.js';
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
  const rows: DifferenceRow[] = [];
  for (const group of groupsOf(results, axis)) {
    const values = [...new Set(group.map(({ cell }) => cell[axis]!))];
    for (const metric of metrics) {
      const unit = unitOf(group, metric);
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

/** Which values of the axis have the least of each metric, cell by cell of the other axes: those that nobody is shown to beat. */
export function leastValues(
  scenario: string,
  results: readonly CellResult[],
  { axis, baseline, metrics }: Comparison,
): LeastRow[] {
  const rows: LeastRow[] = [];
  for (const group of groupsOf(results, axis)) {
    const values = [...new Set(group.map(({ cell }) => cell[axis]!))];
    for (const metric of metrics) {
      const unit = unitOf(group, metric);
      if (unit === undefined) continue;
      const isCount = unit === 'count';
      const meanOf = (value: string): number => {
        const own = pairsOf(group, { axis, value, baseline: value, metric, isCount }).map(([figure]) => figure);
        return own.length === 0 ? Number.POSITIVE_INFINITY : mean(own);
      };
      const inOrder = values.map((value) => ({ value, mean: meanOf(value) })).sort((a, b) => a.mean - b.mean);
      const least = inOrder[0]!;
      const alike = inOrder.filter(({ value }) => {
        if (value === least.value) return true;
        const pairs = pairsOf(group, { axis, value, baseline: least.value, metric, isCount });
        if (pairs.length < 2) return false;
        return confidenceInterval(pairs.map(([own, other]) => own - other)).ciLow <= 0;
      });
      rows.push({
        scenario,
        cell: without(group[0]!.cell, axis),
        metric,
        unit,
        value: least.value,
        mean: least.mean,
        baselineMean: meanOf(baseline),
        alike: alike.map(({ value }) => value),
      });
    }
  }
  return rows;
}

/** Results by the cell that they have in common but for the axis, in order. */
function groupsOf(results: readonly CellResult[], axis: string): readonly CellResult[][] {
  const groups = new Map<string, CellResult[]>();
  for (const result of results) {
    const key = JSON.stringify(without(result.cell, axis));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [result]);
    else group.push(result);
  }
  return [...groups.values()];
}

function unitOf(group: readonly CellResult[], metric: string): string | undefined {
  return group.find((result) => result.metrics[metric] !== undefined)?.metrics[metric]?.unit;
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
