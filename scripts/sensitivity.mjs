// What a change of 20 % in one parameter does to each suite: npm run sensitivity -- [SUITE...]
// Writes results/sensitivity/sensitivity.csv: for each parameter and suite the mean relative change of the simulated figures.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'csv-stringify/sync';
import { parseDocument } from 'yaml';
import { suites } from '../dist/experiment/index.js';
import { CLIENT_DEFAULTS, CPU_COSTS } from '../dist/scenario/profiles.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STEP = 0.2;
const DEFAULT_SUITES = ['latency', 'apiserver-init', 'throughput'];

/** Path in a scenario, and the default value in µs. */
const PARAMETERS = [
  ['cluster.cpu.costs.loop', CPU_COSTS.loopUs],
  ['cluster.cpu.costs.call', CPU_COSTS.callUs],
  ['cluster.cpu.costs.range', CPU_COSTS.rangeUs],
  ['cluster.cpu.costs.linearizable', CPU_COSTS.linearizableUs],
  ['cluster.cpu.costs.ready', CPU_COSTS.readyUs],
  ['cluster.cpu.costs.apply', CPU_COSTS.applyUs],
  ['cluster.cpu.costs.wake', CPU_COSTS.wakeUs],
  ['cluster.cpu.costs.spin', CPU_COSTS.spinUs],
  ['client.call-cpu', CLIENT_DEFAULTS.callCpuUs],
  ['client.loop-cpu', CLIENT_DEFAULTS.loopCpuUs],
  ['network.base-latency', 100],
];

async function run(suite, change) {
  const result = await suite.run({
    reference: undefined,
    jobs: availableParallelism(),
    version: 'sensitivity',
    readReference: (path) => readFileSync(path, 'utf8'),
    readScenario(name) {
      const text = readFileSync(join(ROOT, `scenarios/${name}.yaml`), 'utf8');
      const document = parseDocument(text);
      if (change !== undefined) document.setIn(change.path.split('.'), `${change.us}us`);
      return { text: document.toString(), fileName: `${name}.yaml` };
    },
  });
  return result.rows;
}

/** Mean over the figures of (changed - base) / base; those that are 0 or measure an error are left out. */
function meanChange(base, changed) {
  const changes = base
    .map((row, i) => [row.simulated, changed[i].simulated, row.measured])
    .filter(([before, , measured]) => before !== 0 && measured !== 0)
    .map(([before, after]) => (after - before) / before);
  return changes.reduce((sum, change) => sum + change, 0) / changes.length;
}

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : DEFAULT_SUITES;
const chosen = names.map((name) => {
  const suite = suites.find((each) => each.name === name);
  if (suite === undefined) {
    console.error(`error: no suite ${name}; there are ${suites.map((each) => each.name).join(', ')}`);
    process.exit(2);
  }
  return suite;
});

const lines = [];
for (const suite of chosen) {
  const base = await run(suite, undefined);
  for (const [path, us] of PARAMETERS) {
    for (const sign of [-1, 1]) {
      const rows = await run(suite, { path, us: Math.max(Math.round(us * (1 + sign * STEP)), 1) });
      const misses = (all) => all.filter((row) => row.status !== 'ok').length;
      const change = meanChange(base, rows);
      lines.push([path, sign * STEP, suite.name, change.toFixed(4), misses(rows) - misses(base)]);
      console.error(lines[lines.length - 1].join(' '));
    }
  }
}
const folder = join(ROOT, 'results/sensitivity');
mkdirSync(folder, { recursive: true });
const head = ['parameter', 'change', 'suite', 'mean_change', 'more_rows_off'];
writeFileSync(join(folder, 'sensitivity.csv'), stringify([head, ...lines]));
