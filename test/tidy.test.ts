import { describe, expect, test } from 'vitest';
import { indeterminacies, isSimulated } from './tidy/determinism.js';
import { badNames, machinePaths, modelGaps, modelMarkers, tooLong } from './tidy/files.js';
import { forbiddenImports, roomOf } from './tidy/imports.js';
import { sourceAt, sourcesBelow } from './tidy/source.js';

const sources = sourcesBelow('src', ['.ts']);
const tests = sourcesBelow('test', ['.ts']);

describe('the project', () => {
  test('is what the checks look at', () => {
    const rooms = new Set(sources.map((source) => roomOf(source.path)));
    for (const room of ['engine', 'raft', 'api', 'network', 'etcd', 'client', 'workload', 'scenario', 'cli']) {
      expect(rooms).toContain(room);
    }
    expect(tests.length).toBeGreaterThan(10);
  });

  test('imports by the table', () => {
    expect(sources.flatMap(forbiddenImports)).toEqual([]);
  });

  test('takes time, chance and arithmetic from the engine', () => {
    expect(sources.filter((source) => isSimulated(source.path)).flatMap(indeterminacies)).toEqual([]);
  });

  test('has short files', () => {
    expect(sources.flatMap(tooLong)).toEqual([]);
  });

  test('has names that say something', () => {
    expect([...sources, ...tests].flatMap((source) => badNames(source.path))).toEqual([]);
  });

  test('names no path of a machine', () => {
    const pages = ['docs', 'scenarios', 'bench', 'scripts'].flatMap((folder) =>
      sourcesBelow(folder, ['.md', '.yaml', '.mjs', '.js', '.json']),
    );
    const alone = ['README.md', 'CHANGELOG.md', 'package.json'].flatMap((path) => sourceAt(path) ?? []);
    expect([...sources, ...tests, ...pages, ...alone].flatMap(machinePaths)).toEqual([]);
  });

  const page = sourceAt('docs/model.md');
  test.skipIf(page === undefined)('explains each Model: marker in docs/model.md', () => {
    expect(modelGaps(sources, page!.text)).toEqual([]);
  });
});

describe('the import check', () => {
  const found = (path: string, text: string): number => forbiddenImports({ path, text }).length;

  test.each([
    ['src/client/channel.ts', `import { Member } from '../etcd/index.js';`],
    ['src/client/channel.ts', `import type { Member } from '../etcd/index.js';`],
    ['src/client/balancers/mine.ts', `export { Member } from '../../etcd/index.js';`],
    ['src/client/channel.ts', `export * from '../etcd/index.js';`],
    ['src/client/channel.ts', `let m: import('../etcd/index.js').Member;`],
    ['src/client/channel.ts', `const etcd = import('../etcd/index.js');`],
    ['src/client/channel.ts', `const etcd = import('../' + name);`],
    ['src/client/channel.ts', `const fs = require('node:fs');`],
    ['src/raft/log.ts', `import { invariant } from '../engine/index.js';`],
    ['src/engine/cpu.ts', `import type { Put } from '../api/index.js';`],
    ['src/api/wire.ts', `import { Counter } from '../metrics/index.js';`],
    ['src/checking/safety.ts', `import { Network } from '../network/index.js';`],
    ['src/scenario/resolve.ts', `import { Network } from '../network/network.js';`],
    ['src/scenario/resolve.ts', `import { run } from '../experiment/index.js';`],
    ['src/report/table.ts', `import { run } from '../experiment/run.js';`],
    ['src/report/table.ts', `import type { Scenario } from '../scenario/index.js';`],
    ['src/cli/main.ts', `import { Simulator } from '../engine/index.js';`],
    ['src/index.ts', `export { main } from './cli/main.js';`],
    ['src/engine/cpu.ts', `import { setting } from '../../test/network/setting.js';`],
    ['src/etcd/wal.ts', `import { readFileSync } from 'node:fs';`],
    ['src/forecast/controller.ts', `import { join } from 'node:path';`],
    ['src/raft/log.ts', `import { mean } from 'd3-scale';`],
    ['src/raft/log.ts', `import seedrandom from 'seedrandom';`],
    ['src/gadgets/one.ts', ``],
  ])('refuses in %s: %s', (path, text) => {
    expect(found(path, text)).toBe(1);
  });

  test.each([
    ['src/client/channel.ts', `// import { Member } from '../etcd/index.js'`],
    ['src/client/channel.ts', `const text = "import x from '../etcd/index.js'";`],
    [
      'src/client/balancers/mine.ts',
      `import type { Request } from '../../api/index.js'; import { x } from '../policy.js';`,
    ],
    [
      'src/scenario/resolve.ts',
      `import { FAULTS } from '../faults/index.js'; import type { A } from '../etcd/member.js';`,
    ],
    ['src/report/table.ts', `import { type RunResult } from '../experiment/result.js';`],
    ['src/experiment/run.ts', `import { Worker } from 'node:worker_threads';`],
    ['src/forecast/training/train.ts', `import { join } from 'node:path';`],
    ['src/engine/streams.ts', `import alea from 'seedrandom/lib/alea.js';`],
    ['src/index.ts', `export * from './engine/index.js';`],
  ])('allows in %s: %s', (path, text) => {
    expect(found(path, text)).toBe(0);
  });
});

describe('the determinism check', () => {
  const found = (text: string): number => indeterminacies({ path: 'src/etcd/member.ts', text }).length;

  test.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const now = performance.now();',
    'const draw = Math.random();',
    'const id = crypto.randomUUID();',
    'setTimeout(run, 10);',
    'setInterval(run, 10);',
    'setImmediate(run);',
    'queueMicrotask(run);',
    'async function run() {}',
    'const run = async () => 1;',
    'class A { async run() {} }',
    'const x = await run();',
    'for await (const x of xs) run(x);',
    'run().then(() => new Promise(run));',
    'const { env } = process;',
    'const it = { process };',
    'console.log(1);',
    'const order = new Intl.Collator();',
    'names.sort((a, b) => a.localeCompare(b));',
    'const text = (1234).toLocaleString();',
    'const x = Math.exp(1);',
    'const x = Math.log(2);',
    'const x = Math.pow(2, 3);',
    'const x = Math.sin(1);',
    'const x = Math.hypot(3, 4);',
    "const x = Math['exp'](1);",
    'const { exp } = Math;',
    'const x = 10 ** y;',
    'x **= 2;',
    'globalThis.run();',
    'const held = new WeakRef(x);',
    'function f() { const process = 1; } process.exit();',
  ])('refuses %s', (text) => {
    expect(found(text)).toBe(1);
  });

  test.each([
    '// Date.now() would not do, nor Math.random()',
    '/** Math.exp differs. */',
    "const text = 'Date.now() process console';",
    'function advance(process: Process): void { process.next(); }',
    'const it = { process: 1 }; run(it.process);',
    'interface A { readonly performance: number; console(): void }',
    'const x = Math.floor(Math.sqrt(2) * Math.LN2);',
    'const limit = 2 ** 24;',
    'for (const process of processes) process.next();',
  ])('allows %s', (text) => {
    expect(found(text)).toBe(0);
  });

  test.each([
    ['src/raft/log.ts', true],
    ['src/forecast/controller.ts', true],
    ['src/forecast/training/train.ts', false],
    ['src/experiment/run.ts', false],
    ['src/index.ts', false],
  ])('holds in %s: %s', (path, expected) => {
    expect(isSimulated(path)).toBe(expected);
  });
});

describe('the file checks', () => {
  test('a file of 400 lines is the longest', () => {
    expect(tooLong({ path: 'src/a.ts', text: 'x\n'.repeat(400) })).toEqual([]);
    expect(tooLong({ path: 'src/a.ts', text: 'x\n'.repeat(401) })).toHaveLength(1);
  });

  test.each([
    'src/raft/rawNode.ts',
    'src/Raft/log.ts',
    'src/raft/raw_node.ts',
    'src/engine/utils.ts',
    'test/x/string-helpers.ts',
    'src/common/a.ts',
  ])('refuses the name %s', (path) => {
    expect(badNames(path)).toHaveLength(1);
  });

  test.each(['src/raft/raw-node.ts', 'src/engine/seedrandom-alea.d.ts', 'test/tidy.test.ts'])(
    'allows the name %s',
    (path) => {
      expect(badNames(path)).toEqual([]);
    },
  );

  test('a path of a machine is found, a path of the project or of a URL is not', () => {
    const written = (parts: readonly string[]): string => `const data = '${parts.join('/')}';`;
    for (const folder of ['home', 'root', 'work', 'Users']) {
      expect(machinePaths({ path: 'a.ts', text: written(['', folder, 'me']) })).toHaveLength(1);
    }
    expect(machinePaths({ path: 'a.ts', text: written([['C:', 'Users', 'me'].join('\\')]) })).toHaveLength(1);
    for (const text of [
      written(['src', 'home', 'a']),
      written(['https:', '', 'a.io', 'work', 'b']),
      '// and/or work/time',
    ]) {
      expect(machinePaths({ path: 'a.ts', text })).toEqual([]);
    }
  });

  test('markers are those in comments', () => {
    const text = "/**\n * Model: one.\n */\nconst a = 'Model: no';\nconst re = /x/; // Model: two\n// Modelled: no\n";
    expect(modelMarkers({ path: 'src/a.ts', text })).toEqual([2, 5]);
  });

  test('each marker needs an entry, each entry a marker', () => {
    const marked = { path: 'src/network/netem.ts', text: '// Model: one\n// Model: two\n' };
    expect(modelGaps([marked], '- network/netem.ts: a\n- `src/network/netem.ts`: b')).toEqual([]);
    expect(modelGaps([marked], '- [network/netem.ts](../src/network/netem.ts): a')).toHaveLength(1);
    // A table of parameters may name files too.
    expect(modelGaps([marked], '| network/netem.ts | a |\n| network/netem.ts | b |')).toHaveLength(1);
    expect(modelGaps([marked], '- network/netem.ts: a\n- network/netem.ts: b\n- raft/log.ts: c')).toEqual([
      'docs/model.md: raft/log.ts has no Model: marker',
    ]);
  });
});
