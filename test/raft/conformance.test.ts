import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConfigChange, evolveConfig } from './datadriven/config-change.js';
import { runScript } from './datadriven/runner.js';

const reference = process.env['ETCDSIM_REFERENCE'];
const scripts = join(reference ?? '', 'conformance/scripts');

/** Where the election timeouts of a run come from; the scripts must not depend on it. */
const jitterSources: Readonly<Record<string, ConfigChange>> = {
  'the shortest timeout': drawing(() => () => 0),
  'the middle timeout': drawing(() => () => 1),
  'the longest timeout': drawing(() => () => 2),
  'a timeout that differs by id': evolveConfig({}),
  'a timeout that differs by draw': drawing((id) => {
    let draws = id;
    return () => draws++ % 3;
  }),
  'a pseudo-random timeout': drawing((id) => {
    let state = 7919 * id;
    return () => {
      state = (state * 1_103_515_245 + 12_345) % 0x80000000;
      return Math.floor(state / 65_536) % 3;
    };
  }),
};

/** Ticks beyond the election tick: `newDraw` makes a node's own source of 0, 1 or 2. */
function drawing(newDraw: (id: number) => () => number): ConfigChange {
  return (config) => {
    const draw = newDraw(config.id);
    return { ...config, drawElectionTimeout: () => config.electionTick + draw() };
  };
}

describe.skipIf(reference === undefined)("conformance with etcd-io/raft's scripts", () => {
  const files = reference === undefined ? [] : scriptsBelow(scripts);

  test('29 files are here', () => {
    expect(files).toHaveLength(29);
  });

  for (const [name, config] of Object.entries(jitterSources)) {
    describe(name, () => {
      let cases = 0;
      for (const file of files) {
        test(file, () => {
          const result = runScript(readFileSync(join(scripts, file), 'utf8'), { config });
          expect(result.failure).toBe(undefined);
          expect(result.passed).toBe(result.cases);
          cases += result.passed;
        });
      }
      test('531 cases in all', () => {
        expect(cases).toBe(531);
      });
    });
  }
});

function scriptsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.txt'))
    .sort();
}
