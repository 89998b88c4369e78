import type { SweepAxis } from '../scenario/config.js';
import {
  type ParseOptions,
  parseScenario,
  type ResolvedScenario,
  type ScenarioError,
  type Setting,
} from '../scenario/index.js';
import { choicesWith, describePlugIns } from './plug-ins/index.js';
import type { MetricValue, SweepRow } from './result.js';
import { confidenceInterval } from './statistics.js';
import { type CellTask, openPool } from './worker-pool.js';

/** One replication of one cell. Plain data: it is sent between threads and written to files as it is. */
export interface CellResult {
  /** Place among all of the sweep's results: cells in the order of their axes, the first axis slowest; then replications. */
  readonly index: number;
  readonly cell: Readonly<Record<string, string>>;
  readonly replication: number;
  readonly metrics: Readonly<Record<string, MetricValue>>;
}

export interface SweepOptions {
  /** The scenario file's text. */
  readonly text: string;
  readonly fileName: string;
  readonly set?: readonly Setting[];
  /** On top of the file's axes. */
  readonly axes?: readonly SweepAxis[];
  /** Instead of the file's. */
  readonly replications?: number | undefined;
  /** Worker threads; with 1 everything runs in this one. */
  readonly jobs: number;
  /** Only every `of`-th result, from the `index`-th on (1-based). */
  readonly shard?: { readonly index: number; readonly of: number } | undefined;
  /** Results of an earlier, interrupted sweep of the same scenario: not run again. */
  readonly completed?: readonly CellResult[];
  /** Called as results come in, in any order. */
  readonly onCell?: (result: CellResult, done: number, total: number) => void;
  readonly version: string;
  /** Ends the sweep: what is running is finished and reported, the rest is left out. */
  readonly signal?: AbortSignal | undefined;
  /** Files whose plug-ins the scenario may name, absolute. */
  readonly plugIns?: readonly string[] | undefined;
  /** Folder that a trace's relative path starts from. */
  readonly folder?: string | undefined;
}

export interface SweepOutput {
  readonly rows: readonly SweepRow[];
  /** By index. */
  readonly cells: readonly CellResult[];
}

/** A scenario that does not parse was given to `runSweep`. */
export class InvalidScenario extends Error {
  override readonly name = 'InvalidScenario';
  readonly errors: readonly ScenarioError[];

  constructor(errors: readonly ScenarioError[]) {
    super('the scenario is not valid');
    this.errors = errors;
  }
}

/** The sweep was ended by its signal. */
export class SweepAborted extends Error {
  override readonly name = 'AbortError';
}

/**
 * Runs every cell of a sweep, every replication of it; rows come out in the same order whatever the number of workers.
 *
 * Replication r has the same seed in every cell: common random numbers.
 *
 * @throws InvalidScenario, SweepAborted
 */
export async function runSweep(options: SweepOptions): Promise<SweepOutput> {
  const { set = [], jobs, onCell, signal } = options;
  const { plugIns = [] } = options;
  const choices = choicesWith(await describePlugIns(plugIns));
  const scenario = parse(options.text, options.fileName, { set, vary: options.axes ?? [], choices });
  const replications = options.replications ?? scenario.sweep.replications;
  const results = new Map((options.completed ?? []).map((result) => [result.index, result]));
  const tasks = tasksOf(options, scenario.sweep.axes, replications);
  const total = tasks.length;
  const open = tasks.filter((task) => !results.has(task.index));
  const pool = await openPool(Math.min(jobs, open.length), plugIns);
  try {
    await pool.runAll(open, signal, (result) => {
      results.set(result.index, result);
      onCell?.(result, results.size, total);
    });
  } finally {
    await pool.close();
  }
  if (signal?.aborted && tasks.some((task) => !results.has(task.index))) throw new SweepAborted('interrupted');
  const cells = tasks.map((task) => results.get(task.index)!);
  return { rows: summarise(cells), cells };
}

function parse(text: string, fileName: string, options: ParseOptions): ResolvedScenario {
  const parsed = parseScenario(text, fileName, options);
  if (!parsed.ok) throw new InvalidScenario(parsed.errors);
  return parsed.scenario;
}

function tasksOf(options: SweepOptions, axes: readonly SweepAxis[], replications: number): CellTask[] {
  const { text, fileName, set = [], shard, version, folder, plugIns = [] } = options;
  const tasks: CellTask[] = [];
  let index = 0;
  for (const cell of cellsOf(axes)) {
    for (let replication = 0; replication < replications; replication++, index++) {
      if (shard !== undefined && index % shard.of !== shard.index - 1) continue;
      tasks.push({ index, cell, replication, text, fileName, set, version, folder, plugIns });
    }
  }
  return tasks;
}

/** Every combination of the axes' values; the first axis changes slowest. */
export function cellsOf(axes: readonly SweepAxis[]): Record<string, string>[] {
  return axes.reduce<Record<string, string>[]>(
    (cells, { path, values }) => cells.flatMap((cell) => values.map((value) => ({ ...cell, [path]: value }))),
    [{}],
  );
}

/** A row a cell and metric: cells in order, metrics by name. A count that a replication does not mention is 0. */
export function summarise(cells: readonly CellResult[]): SweepRow[] {
  const groups = new Map<string, CellResult[]>();
  for (const result of cells) {
    const key = JSON.stringify(result.cell);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [result]);
    else group.push(result);
  }
  const rows: SweepRow[] = [];
  for (const group of groups.values()) {
    const units = new Map<string, string>();
    for (const { metrics } of group) for (const [name, { unit }] of Object.entries(metrics)) units.set(name, unit);
    for (const metric of [...units.keys()].sort()) {
      const unit = units.get(metric)!;
      const values: number[] = [];
      for (const { metrics } of group) {
        const value = metrics[metric]?.value ?? (unit === 'count' ? 0 : undefined);
        if (value !== undefined) values.push(value);
      }
      rows.push({ cell: group[0]!.cell, metric, unit, ...confidenceInterval(values) });
    }
  }
  return rows;
}
