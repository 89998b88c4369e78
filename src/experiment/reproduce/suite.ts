import type { SweepAxis } from '../../scenario/config.js';
import type { Setting } from '../../scenario/index.js';
import type { ReproduceRow, SuiteResult } from '../result.js';
import { confidenceInterval, type Interval } from '../statistics.js';
import { type CellResult, runSweep } from '../sweep.js';

export interface SuiteOptions {
  /** Folder of raw reference data; undefined: there is none. */
  readonly reference: string | undefined;
  /** Worker threads. */
  readonly jobs: number;
  readonly version: string;
  /** A scenario that ships, by name. */
  readonly readScenario: (name: string) => { readonly text: string; readonly fileName: string };
  /** A text file, by path. */
  readonly readReference: (path: string) => string;
  readonly onProgress?: (done: number, total: number) => void;
}

/** One phenomenon measured on the real thing, and how the simulation shows it. */
export interface Suite {
  readonly name: string;
  readonly summary: string;
  run(options: SuiteOptions): Promise<SuiteResult>;
}

/** Part of a suite: cells of one scenario. */
export interface CellsWanted {
  readonly scenario: string;
  readonly set?: readonly Setting[];
  /** Instead of the file's, if given. */
  readonly axes?: readonly SweepAxis[];
  readonly replications?: number;
}

type Cell = Readonly<Record<string, string>>;

/** The results of some sweeps, by cell and metric. */
export class Cells {
  private readonly results: readonly CellResult[];

  constructor(results: readonly CellResult[]) {
    this.results = results;
  }

  /** One value a replication, of the cells that agree with `cell` in all that it names. */
  values(cell: Cell, metric: string): number[] {
    const values: number[] = [];
    for (const result of this.results) {
      if (!Object.entries(cell).every(([path, value]) => result.cell[path] === value)) continue;
      const found = result.metrics[metric];
      if (found !== undefined) values.push(found.value);
    }
    if (values.length === 0) throw new Error(`no ${metric} in ${JSON.stringify(cell)}`);
    return values;
  }

  interval(cell: Cell, metric: string): Interval {
    return confidenceInterval(this.values(cell, metric));
  }
}

/** Runs the cells of several sweeps as one piece of work, with one progress bar. */
export async function runCells(options: SuiteOptions, wanted: readonly CellsWanted[]): Promise<Cells[]> {
  const progress = wanted.map(() => ({ done: 0, total: 0 }));
  const tables: Cells[] = [];
  for (const [i, { scenario, set, axes, replications }] of wanted.entries()) {
    const { text, fileName } = options.readScenario(scenario);
    const { cells } = await runSweep({
      text,
      fileName,
      ...(set === undefined ? {} : { set }),
      ...(axes === undefined ? {} : { axes }),
      replications,
      jobs: options.jobs,
      version: options.version,
      onCell: (_result, done, total) => {
        progress[i] = { done, total };
        const all = progress.reduce((sum, part) => sum + part.total, 0);
        options.onProgress?.(
          progress.reduce((sum, part) => sum + part.done, 0),
          // Sweeps that have not begun are taken to be as long as those that have.
          Math.round((all * wanted.length) / (i + 1)),
        );
      },
    });
    tables.push(new Cells(cells));
  }
  return tables;
}

export interface RowParts {
  readonly suite: string;
  readonly name: string;
  readonly cell: Cell;
  readonly unit: string;
  readonly measured: number;
  readonly simulated: Interval | number;
  /** Largest |error| accepted. */
  readonly tolerance: number;
  /** A difference as it is, instead of a relative one: for shares, speedups, distances. */
  readonly absolute?: boolean;
  /** A miss that `docs/model.md` explains. */
  readonly known?: boolean;
}

export function row({ simulated, absolute, known, ...parts }: RowParts): ReproduceRow {
  const interval =
    typeof simulated === 'number' ? { mean: simulated, ciLow: simulated, ciHigh: simulated, n: 1 } : simulated;
  const difference = interval.mean - parts.measured;
  const error = absolute ? difference : difference / parts.measured;
  const ok = Math.abs(error) <= parts.tolerance;
  return {
    suite: parts.suite,
    name: parts.name,
    cell: parts.cell,
    unit: parts.unit,
    measured: parts.measured,
    simulated: interval.mean,
    ciLow: interval.ciLow,
    ciHigh: interval.ciHigh,
    error,
    tolerance: parts.tolerance,
    status: ok ? 'ok' : known ? 'known' : 'miss',
  };
}

/** Least-squares slope of y over x. @param points at least two, with different x */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  let covariance = 0;
  let variance = 0;
  for (const [x, y] of points) {
    covariance += (x - meanX) * (y - meanY);
    variance += (x - meanX) ** 2;
  }
  return covariance / variance;
}

export const DELAY = 'network.members.egress.delay';
export const BALANCER = 'client.balancer';
