// npm run results: makes everything in results/ again, each part by one command that anyone can run.
// npm run results -- NAME...: only those parts. npm run results -- --check: into a temporary folder, and compares.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refresh } from './notebooks.mjs';
import { withFigures } from './readme-figures.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The real recording, if raw reference data is there. */
const RECORDING =
  process.env.ETCDSIM_REFERENCE && join(process.env.ETCDSIM_REFERENCE, 'groundtruth/forecast-windows.csv');

/** What etcdsim is called with, but for --out results/NAME; or several calls, each for a folder in there. */
export const PARTS = {
  reproduce: ['reproduce'],
  'leader-crash': ['sweep', 'leader-crash'],
  balancers: [
    'compare',
    ...['balancers', 'balancers-zones', 'balancers-stacked'],
    ...['balancers-init', 'balancers-far-init', 'balancers-zones-init', 'balancers-stacked-init'],
  ],
  atlas: ['atlas'],
  forecast: {
    thesis: ['forecast', 'evaluate', '--setting', 'thesis', '--episodes', '24'],
    recorded: ['forecast', 'evaluate', '--setting', 'recorded'],
    regimes: ['forecast', 'evaluate', '--setting', 'regimes', '--windows', 'clean'],
    ...(RECORDING ? { recording: ['forecast', 'evaluate', '--setting', 'recorded', '--data', RECORDING] } : {}),
    value: ['forecast', 'value'],
  },
};

/** Made only where the raw reference data are (ETCDSIM_REFERENCE): without them they stay as they are, unchecked. */
const NEEDS_REFERENCE = /^raft-paper\./;
const hasReference = process.env.ETCDSIM_REFERENCE !== undefined;

/** Differs from machine to machine. */
const LEFT_OUT = new Set(['machine.json']);

function make(name, folder) {
  const part = PARTS[name];
  if (Array.isArray(part)) call([...part, '--out', folder]);
  else for (const [sub, args] of Object.entries(part)) call([...args, '--out', join(folder, sub)]);
}

function call(args) {
  console.log(`etcdsim ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // 1: a figure misses its tolerance. The table says so itself.
  if (status !== 0 && status !== 1) throw new Error(`etcdsim ended with ${status}`);
}

function filesBelow(folder) {
  const found = [];
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) found.push(...filesBelow(path));
    else if (!LEFT_OUT.has(entry)) found.push(path);
  }
  return found.sort();
}

/** Differences between two folders, a line each. */
export function differences(expected, actual) {
  const names = (folder) => filesBelow(folder).map((path) => relative(folder, path));
  const [wanted, there] = [names(expected), names(actual)];
  const lines = [];
  for (const name of wanted) {
    if (there.includes(name)) continue;
    if (hasReference || !NEEDS_REFERENCE.test(name)) lines.push(`${name}: not made`);
    else console.log(`${name}: not checked, it needs the raw data that ETCDSIM_REFERENCE names`);
  }
  for (const name of there) if (!wanted.includes(name)) lines.push(`${name}: not in results`);
  for (const name of wanted.filter((each) => there.includes(each))) {
    if (!readFileSync(join(expected, name)).equals(readFileSync(join(actual, name)))) lines.push(`${name}: differs`);
  }
  return lines;
}

function main(args) {
  const check = args.includes('--check');
  const names = args.filter((arg) => arg !== '--check');
  const unknown = names.filter((name) => PARTS[name] === undefined);
  if (unknown.length > 0) {
    console.error(`error: no part ${unknown.join(', ')} of the results; there are ${Object.keys(PARTS).join(', ')}`);
    process.exit(2);
  }
  let differ = 0;
  for (const name of names.length > 0 ? names : Object.keys(PARTS)) {
    const committed = join('results', name);
    if (!check) {
      make(name, committed);
      continue;
    }
    const folder = mkdtempSync(join(tmpdir(), 'etcdsim-results-'));
    make(name, folder);
    const lines = differences(join(ROOT, committed), folder).filter(
      (line) => RECORDING || !line.startsWith('recording/'),
    );
    for (const line of lines) console.log(`results/${name}/${line}`);
    differ += lines.length;
    rmSync(folder, { recursive: true });
  }
  const readme = readFileSync('README.md', 'utf8');
  if (!check) {
    writeFileSync('README.md', withFigures(readme));
    refresh();
  } else if (withFigures(readme) !== readme) {
    console.log('README.md: its figures are not those of results/');
    differ++;
  }
  if (check) console.log(differ === 0 ? 'all results are as they would be made' : `${differ} files differ`);
  process.exit(differ === 0 ? 0 : 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(ROOT);
  main(process.argv.slice(2));
}
