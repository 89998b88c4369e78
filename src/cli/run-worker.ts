import { parentPort, workerData } from 'node:worker_threads';
import {
  choicesWith,
  description,
  loadPlugIns,
  numbered,
  PlugInUse,
  Pulse,
  runScenario,
  withTrace,
} from '../experiment/index.js';
import { openMetrics } from '../report/open-metrics.js';
import { parseScenario } from '../scenario/index.js';
import { BadScenario } from './failure.js';
import { version } from './package-info.js';
import type { RunAnswer, WatchedOrder } from './run-in-worker.js';

/** The other end of `run-in-worker.ts`: reads the scenario again, since it crosses threads best as its text. */
const { bytes, fileName, folder, set, plugIns: files, pulse, tla } = workerData as WatchedOrder;
const plugIns = await loadPlugIns(files);
const parsed = parseScenario(bytes, fileName, { set, choices: choicesWith(plugIns.map(description)) });
if (!parsed.ok) throw new BadScenario(parsed.errors);
const {
  result,
  registries,
  tla: trace,
} = runScenario(withTrace(parsed.scenario, folder), {
  replication: 0,
  document: parsed.document,
  version: version(),
  tla,
  plugIns: new PlugInUse(plugIns, pulse && new Pulse(pulse)),
});
const answer: RunAnswer = {
  result,
  openMetrics: openMetrics(
    registries.map(({ member, registry }) => ({ labels: { member }, samples: registry.samples() })),
  ),
  tla: trace === undefined ? undefined : { lines: numbered(trace.lines), end: trace.end },
};
parentPort?.postMessage(answer);
