import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A project that has the package, as npm packs it, and nothing of this repository but its dependencies. */
let project = '';

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'etcdsim-package-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', project], { cwd: ROOT, stdio: 'pipe' });
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!;
  execFileSync('tar', ['xzf', tarball], { cwd: project });
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'package/node_modules'));
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
  symlinkSync('../package', join(project, 'node_modules/etcdsim'));
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

const CONSUMER = `
import { type Parsed, parseScenario, type PickerPolicy, runScenario } from 'etcdsim';

const text = 'name: mine\\ndescription: mine\\nworkload: { kind: sequential, operations: put, count: 5 }\\n';
const parsed: Parsed = parseScenario(text, 'mine.yaml');
if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => message).join());
const { result } = runScenario(parsed.scenario, { replication: 0, document: parsed.document, version: 'mine' });
export const first: PickerPolicy = {
  name: 'first',
  summary: 'the first ready member',
  newPicker: (ready) => ({ pick: () => ({ kind: 'complete', subconnection: ready[0]! }) }),
};
console.log(result.metrics['operations']!.value, result.members.length, first.name);
`;

describe('the package as it is published', () => {
  test('is a library whose types a strict project can use', () => {
    writeFileSync(join(project, 'consumer.ts'), CONSUMER);
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--types', 'node'];
    const target = ['--target', 'es2022', '--module', 'nodenext'];
    const args = [tsc, ...strict, ...target, 'consumer.ts'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
    expect(stdout).toBe('');
    const printed = execFileSync(process.execPath, ['consumer.js'], { cwd: project, encoding: 'utf8' });
    expect(printed).toBe('5 3 first\n');
  });

  test('runs from any folder, with its scenarios and trained models', () => {
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [join(project, 'package/dist/cli/main.js'), ...args], {
        cwd: project,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    const small = ['--set', 'workload.count=5', '--format', 'json'];
    const forecasting = run('run', 'hello', '--balancer', 'pick-leader-forecast', ...small);
    expect(JSON.parse(forecasting).metrics.operations.value).toBe(5);
    expect(run('list', 'scenarios')).toMatch(/^thesis-init-time /m);
    expect(existsSync(join(project, 'package/schema/scenario.schema.json'))).toBe(true);
  });

  test('holds no tests, results or maps to sources that are not there', () => {
    expect(readdirSync(join(project, 'package')).sort()).toEqual([
      'LICENSE',
      'README.md',
      'dist',
      'docs',
      'examples',
      'models',
      'node_modules',
      'package.json',
      'scenarios',
      'schema',
    ]);
    const files = readdirSync(join(project, 'package/dist'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.map$|conformance|\.test\./.test(file))).toEqual([]);
  });
});
