// What a change of 20 % in one parameter does to each suite: npm run sensitivity -- [SUITE...]
// Writes results/sensitivity/sensitivity.csv (for each parameter and suite the mean relative change of the simulated
// figures), and the table of docs/model.md from it. All five suites of docs/model.md take an hour beside other work.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'csv-stringify/sync';
import { parseDocument } from 'yaml';
import { suites } from '../dist/experiment/index.js';
import { CLIENT_DEFAULTS, CPU_COSTS, DISK_PROFILES } from '../dist/scenario/profiles.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STEP = 0.2;
const DEFAULT_SUITES = ['latency', 'apiserver-init', 'throughput', 'crossover'];
const [START, END] = ['<!-- sensitivity: written by npm run sensitivity -->\n', '<!-- /sensitivity -->'];

const us = (value) => `${Math.max(Math.round(value), 1)}us`;

/** A value in µs at a path of its own. */
function at(path, valueUs) {
  return [path, (document, factor) => document.setIn(path.split('.'), us(valueUs * factor))];
}

/** A setting of the virtual disk, in the scenarios that have it. */
function ofDisk(name, changed) {
  const { fsync, syncUs, kernelUs, writeBytesPerSec } = DISK_PROFILES['virtual-disk'];
  return [
    `virtual-disk ${name}`,
    (document, factor) => {
      if (document.getIn(['cluster', 'disk']) !== 'virtual-disk') return;
      const factors = { fsync: 1, sync: 1, kernel: 1, [changed]: factor };
      const mixture = fsync.parts.map(({ weight, of }) => ({
        weight,
        of: { lognormal: { median: us(of.medianUs * factors.fsync), sigma: of.sigma } },
      }));
      const disk = {
        fsync: { mixture },
        'sync-cpu': us(syncUs * factors.sync),
        'kernel-cpu': us(kernelUs * factors.kernel),
        'write-rate': `${writeBytesPerSec / 1e6}MB/s`,
      };
      document.setIn(['cluster', 'disk'], document.createNode(disk));
    },
  ];
}

/** What a scenario has itself, in µs. */
function own(...path) {
  return [
    path.join('.'),
    (document, factor) => {
      const value = document.getIn(path);
      if (value !== undefined) document.setIn(path, us(Number.parseFloat(value) * factor));
    },
  ];
}

/** Names, and how each changes a scenario. */
const PARAMETERS = [
  ofDisk('fsync', 'fsync'),
  ofDisk('sync-cpu', 'sync'),
  ofDisk('kernel-cpu', 'kernel'),
  at('cluster.cpu.costs.loop', CPU_COSTS.loopUs),
  at('cluster.cpu.costs.call', CPU_COSTS.callUs),
  at('cluster.cpu.costs.range', CPU_COSTS.rangeUs),
  at('cluster.cpu.costs.linearizable', CPU_COSTS.linearizableUs),
  at('cluster.cpu.costs.ready', CPU_COSTS.readyUs),
  at('cluster.cpu.costs.apply', CPU_COSTS.applyUs),
  at('cluster.cpu.costs.wake', CPU_COSTS.wakeUs),
  at('cluster.cpu.costs.spin', CPU_COSTS.spinUs),
  at('client.call-cpu', CLIENT_DEFAULTS.callCpuUs),
  at('client.loop-cpu', CLIENT_DEFAULTS.loopCpuUs),
  at('network.base-latency', 100),
  own('cluster', 'switch', 'packet'),
];

async function run(suite, change, factor) {
  const result = await suite.run({
    reference: undefined,
    jobs: availableParallelism(),
    version: 'sensitivity',
    readReference: (path) => readFileSync(path, 'utf8'),
    readScenario(name) {
      const text = readFileSync(join(ROOT, `scenarios/${name}.yaml`), 'utf8');
      const document = parseDocument(text);
      change?.(document, factor);
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

const percent = (change) => `${change < 0 ? '-' : '+'}${Math.abs(change * 100).toFixed(1)}`;

/** A row a parameter, a column a suite: the mean change in percent when it falls, and when it rises. */
function table(lines, names) {
  const find = (parameter, suite, sign) =>
    Number(lines.find(([path, step, name]) => path === parameter && name === suite && step === sign * STEP)[3]);
  const rows = PARAMETERS.map(([name]) => {
    const cells = names.map((suite) => `${percent(find(name, suite, -1))} / ${percent(find(name, suite, 1))}`);
    return `| \`${name}\` | ${cells.join(' | ')} |`;
  });
  return [
    `| 20 % less / more of | ${names.map((name) => `\`${name}\``).join(' | ')} |`,
    `|---|${names.map(() => '---|').join('')}`,
    ...rows,
  ].join('\n');
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

/** After each suite, so that an interrupted run has something to show. */
function write(lines, names) {
  const folder = join(ROOT, 'results/sensitivity');
  mkdirSync(folder, { recursive: true });
  const head = ['parameter', 'change', 'suite', 'mean_change', 'more_rows_off'];
  writeFileSync(join(folder, 'sensitivity.csv'), stringify([head, ...lines]));
  const page = join(ROOT, 'docs/model.md');
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(START) + START.length, text.indexOf(END)];
  writeFileSync(page, `${text.slice(0, from)}\n${table(lines, names)}\n\n${text.slice(to)}`);
}

const lines = [];
for (const [i, suite] of chosen.entries()) {
  const base = await run(suite);
  for (const [name, change] of PARAMETERS) {
    for (const sign of [-1, 1]) {
      const rows = await run(suite, change, 1 + sign * STEP);
      const misses = (all) => all.filter((row) => row.status !== 'ok').length;
      lines.push([name, sign * STEP, suite.name, meanChange(base, rows).toFixed(4), misses(rows) - misses(base)]);
      console.error(lines[lines.length - 1].join(' '));
    }
  }
  write(lines, names.slice(0, i + 1));
}
