import { invariant } from '../engine/index.js';
import { parseScenario, type ResolvedScenario } from '../scenario/index.js';
import { choicesWith, description, loadPlugIns, type PlugIn, PlugInUse, Pulse } from './plug-ins/index.js';
import { runScenario } from './run.js';
import type { CellResult } from './sweep.js';
import { withTrace } from './trace-file.js';
import type { CellFailure, CellTask } from './worker-pool.js';

/** Errors that are not ours. They are told with the cell in which they came; an error's name is lost between threads. */
const TOLD: ReadonlySet<string> = new Set(['ViolationError', 'PlugInError', 'BadTrace']);

/** Runs one replication of one cell; in a worker thread or in the calling one. */
export default async function runCell(task: CellTask): Promise<CellResult | CellFailure> {
  const { index, cell, replication, version } = task;
  const plugIns = await loadPlugIns(task.plugIns);
  const { scenario, document } = read(task, plugIns);
  const use = new PlugInUse(plugIns, task.pulse && new Pulse(task.pulse));
  try {
    const { result } = runScenario(scenario, { replication, document, version, plugIns: use });
    return { index, cell, replication, metrics: result.metrics };
  } catch (error) {
    if (!(error instanceof Error) || !TOLD.has(error.name)) throw error;
    const where = [...Object.entries(cell).map(([path, value]) => `${path}=${value}`), `replication ${replication}`];
    return { failure: { name: error.name, message: `${error.message}\n  in ${where.join(', ')}` } };
  }
}

let last: { readonly key: string; readonly cell: { scenario: ResolvedScenario; document: unknown } } | undefined;

/** The cell's scenario. Its replications come one after another, and reading a file takes as long as a short run. */
function read({ cell, text, fileName, set, folder }: CellTask, plugIns: readonly PlugIn[]) {
  const key = JSON.stringify([cell, text, fileName, set, folder, plugIns.map(description)]);
  if (last?.key === key) return last.cell;
  const axes = Object.entries(cell).map(([path, value]) => ({ path, value }));
  const choices = choicesWith(plugIns.map(description));
  // One cell has no axes: those of the whole sweep are not checked again and again.
  const parsed = parseScenario(text, fileName, { set: [...set, ...axes, { path: 'sweep', value: '{}' }], choices });
  invariant(parsed.ok, 'a cell of a checked sweep must parse', { cell: JSON.stringify(cell) });
  const found = { scenario: withTrace(parsed.scenario, folder), document: parsed.document };
  last = { key, cell: found };
  return found;
}
