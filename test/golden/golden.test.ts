import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type RunResult, runScenario } from '../../src/experiment/index.js';
import { parseScenario } from '../../src/scenario/index.js';

/*
 * Whole runs, byte for byte: what each shipped scenario gives with its own seed. After a change that is meant to change
 * results: npm run golden, and say in the commit why they moved.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const names = readdirSync(`${ROOT}scenarios`)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length))
  .sort();

function run(name: string, replication = 0): RunResult {
  const parsed = parseScenario(readFileSync(`${ROOT}scenarios/${name}.yaml`), `${name}.yaml`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return runScenario(parsed.scenario, { replication, document: parsed.document, version: 'golden' }).result;
}

/** All but the manifest, which holds the scenario itself. */
function asText({ manifest: _manifest, ...result }: RunResult): string {
  return `${JSON.stringify(result, null, 1)}\n`;
}

describe.each(names)('%s', (name) => {
  it('gives what it gave', async () => {
    await expect(asText(run(name))).toMatchFileSnapshot(`./${name}.json`);
  });

  it('gives the same bytes a second time in one process', () => {
    expect(JSON.stringify(run(name, 1))).toBe(JSON.stringify(run(name, 1)));
  });
});

describe('two processes', () => {
  it('print the same bytes', () => {
    const print = () =>
      execFileSync(process.execPath, [`${ROOT}dist/cli/main.js`, 'run', 'hello', '--format', 'json'], {
        encoding: 'utf8',
      });
    const once = print();
    expect(JSON.parse(once).metrics.operations.value).toBe(200);
    expect(print()).toBe(once);
  });
});
