// npm run models: makes the data sets, trains every model that ships, writes its card, and records what the libraries
// themselves say, for the tests. npm run models -- SETTING...: only those of thesis and recorded. Needs xgboost's command
// line (apt-get install xgboost) and TensorFlow.js (npm install --prefix training).

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SETTINGS = ['thesis', 'recorded'];
const KINDS = ['xgboost', 'ann', 'threshold-rule', 'nearest-neighbour'];
const WITH_LIBRARY = ['xgboost', 'ann'];

function etcdsim(...args) {
  console.log(`etcdsim ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

process.chdir(ROOT);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !SETTINGS.includes(name));
if (unknown.length > 0) {
  console.error(`error: no setting ${unknown.join(', ')} that models are trained on; there are ${SETTINGS.join(', ')}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'etcdsim-models-'));
try {
  for (const setting of wanted.length > 0 ? wanted : SETTINGS) {
    const data = join(folder, setting);
    etcdsim('forecast', 'dataset', '--setting', setting, '--out', data);
    for (const kind of KINDS) {
      const name = `${setting}-${kind}`;
      const args = ['--model', kind, '--data', join(data, 'windows.csv'), '--out', `models/${name}.json`];
      const record = WITH_LIBRARY.includes(kind) ? ['--predictions', `test/forecast/recorded/${name}.csv`] : [];
      etcdsim('forecast', 'train', ...args, ...record);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
