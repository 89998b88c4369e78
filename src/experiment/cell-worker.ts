import { invariant } from '../engine/index.js';
import { parseScenario } from '../scenario/index.js';
import { choicesWith, description, loadPlugIns, PlugInUse, Pulse } from './plug-ins/index.js';
import { runScenario } from './run.js';
import type { CellResult } from './sweep.js';
import { withTrace } from './trace-file.js';
import type { CellFailure, CellTask } from './worker-pool.js';

/** Errors that are not ours. They are told with the cell in which they came; an error's name is lost between threads. */
const TOLD: ReadonlySet<string> = new Set(['ViolationError', 'PlugInError', 'BadTrace']);

/** Runs one replication of one cell; in a worker thread or in the calling one. */
export default async function runCell(task: CellTask): Promise<CellResult | CellFailure> {
  const { index, cell, replication, text, fileName, set, version, folder } = task;
  const axes = Object.entries(cell).map(([path, value]) => ({ path, value }));
  const plugIns = await loadPlugIns(task.plugIns);
  const choices = choicesWith(plugIns.map(description));
  // One cell has no axes: those of the whole sweep are not checked again and again.
  const parsed = parseScenario(text, fileName, { set: [...set, ...axes, { path: 'sweep', value: '{}' }], choices });
  invariant(parsed.ok, 'a cell of a checked sweep must parse', { cell: JSON.stringify(cell) });
  const scenario = withTrace(parsed.scenario, folder);
  const use = new PlugInUse(plugIns, task.pulse && new Pulse(task.pulse));
  try {
    const { result } = runScenario(scenario, { replication, document: parsed.document, version, plugIns: use });
    return { index, cell, replication, metrics: result.metrics };
  } catch (error) {
    if (!(error instanceof Error) || !TOLD.has(error.name)) throw error;
    const where = [...Object.entries(cell).map(([path, value]) => `${path}=${value}`), `replication ${replication}`];
    return { failure: { name: error.name, message: `${error.message}\n  in ${where.join(', ')}` } };
  }
}
