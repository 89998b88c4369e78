/*
 * All that `npm test` checks: lint, types, and every test. Its last line is `N passed, N failed`, with `, N skipped` where
 * some were; those are named above it. Lint and types count as a test each.
 *
 *   node test/run.mjs [what vitest takes, such as a part of a path]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = createRequire(import.meta.url);

/** The script behind a package's command. */
function script(name, command = name) {
  const manifest = packages.resolve(`${name}/package.json`);
  const { bin } = packages(manifest);
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[command]);
}

function node(args) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

const count = { passed: 0, failed: 0, skipped: 0 };
const failed = [];
const skipped = [];

function step(name, args) {
  console.log(`\n${name}`);
  if (node(args) === 0) {
    count.passed++;
  } else {
    count.failed++;
    failed.push(name);
  }
}

/** vitest's own report, test by test, read back from its JSON. */
function vitest(filters) {
  const folder = mkdtempSync(join(tmpdir(), 'etcdsim-tests-'));
  try {
    const file = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const status = node([script('vitest'), 'run', ...reporters, ...filters]);
    const before = count.failed;
    for (const { name, status: fileStatus, assertionResults } of readReport(file)) {
      const path = relative(root, name);
      for (const test of assertionResults) {
        const title = `${path} > ${test.fullName}`;
        if (test.status === 'passed') {
          count.passed++;
        } else if (test.status === 'failed') {
          count.failed++;
          failed.push(title);
        } else {
          count.skipped++;
          skipped.push(title);
        }
      }
      // A file that does not load has no tests, and has failed.
      if (fileStatus === 'failed' && !assertionResults.some((test) => test.status === 'failed')) {
        count.failed++;
        failed.push(path);
      }
    }
    if (status !== 0 && count.failed === before) {
      count.failed++;
      failed.push('vitest itself: see above');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults;
  } catch {
    return [];
  }
}

const filters = process.argv.slice(2);
if (filters.length === 0) {
  step('lint', [script('@biomejs/biome', 'biome'), 'check', '--error-on-warnings', '.']);
  step('types', [script('typescript', 'tsc'), '--noEmit', '-p', 'tsconfig.json']);
}
vitest(filters);

for (const title of skipped) console.log(`skipped: ${title}`);
for (const title of failed) console.log(`failed: ${title}`);
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
process.exitCode = count.failed > 0 ? 1 : 0;
