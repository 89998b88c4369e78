// Writes the README's figures from results/: the thesis's table, and a line for each suite.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [START, END] = ['<!-- figures: written by npm run results -->\n', '<!-- /figures -->'];
const [DELAY, BALANCER] = ['network.members.egress.delay', 'client.balancer'];

const percent = (ratio) => `${ratio < 0 ? '-' : '+'}${Math.abs(ratio * 100).toFixed(1)} %`;

function suiteOf(name) {
  return JSON.parse(readFileSync(join(ROOT, `results/reproduce/${name}.json`), 'utf8'));
}

/** Table 6.1, measured and simulated. */
function thesisTable() {
  const { rows } = suiteOf('thesis-init');
  const find = (name, cell) =>
    rows.find((row) => row.name === name && Object.entries(cell).every(([path, value]) => row.cell[path] === value));
  const delays = [...new Set(rows.flatMap((row) => row.cell[DELAY] ?? []))];
  const lines = delays.map((delay) => {
    const cells = ['round-robin', 'pick-leader'].map((balancer) => {
      const row = find('initialisation time', { [DELAY]: delay, [BALANCER]: balancer });
      return `${row.measured.toFixed(1)} s | ${row.simulated.toFixed(1)} s | ${percent(row.error)}`;
    });
    const speedup = find('speedup', { [DELAY]: delay });
    return `| ${delay} | ${cells.join(' | ')} | ${speedup.measured.toFixed(2)} | ${speedup.simulated.toFixed(2)} |`;
  });
  return [
    '| egress delay | round robin, thesis | simulated | error | pick leader, thesis | simulated | error | speedup, thesis | simulated |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/** A line a suite: how many figures are within their tolerance, and the typical error. */
function suiteTable() {
  const names = readdirSync(join(ROOT, 'results/reproduce'))
    .filter((file) => file.endsWith('.manifest.json'))
    .map((file) => file.slice(0, -'.manifest.json'.length))
    .sort();
  const lines = names.map((name) => {
    const { rows } = suiteOf(name);
    const count = (status) => rows.filter((row) => row.status === status).length;
    const errors = rows.filter((row) => row.measured !== 0).map((row) => Math.abs(row.simulated / row.measured - 1));
    const typical = errors.sort((a, b) => a - b)[Math.floor(errors.length / 2)] ?? 0;
    const known = count('known') > 0 ? `, ${count('known')} known to be off` : '';
    return `| \`${name}\` | ${rows.length} | ${count('ok')}${known} | ${(typical * 100).toFixed(1)} % |`;
  });
  return ['| suite | figures | within tolerance | median error |', '|---|---|---|---|', ...lines].join('\n');
}

/** The README with its figures brought up to date. */
export function withFigures(readme) {
  const from = readme.indexOf(START) + START.length;
  const to = readme.indexOf(END);
  if (from < START.length || to < 0) throw new Error('README.md has no place for the figures');
  return `${readme.slice(0, from)}\n${thesisTable()}\n\n${suiteTable()}\n\n${readme.slice(to)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = join(ROOT, 'README.md');
  writeFileSync(path, withFigures(readFileSync(path, 'utf8')));
}
