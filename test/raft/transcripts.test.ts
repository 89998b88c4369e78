import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evolveConfig } from './datadriven/config-change.js';
import { runScript } from './datadriven/runner.js';

const folder = join(import.meta.dirname, 'transcripts');
const files = readdirSync(folder).sort();

// What they say must hold whatever timeout is drawn; those that need one set it.
describe.each([0, 1, 2])('transcripts, election timeouts %i ticks over the least', (extra) => {
  const config = evolveConfig({ drawElectionTimeout: () => 3 + extra });
  test.each(files)('%s', (file) => {
    const { failure, passed, cases } = runScript(readFileSync(join(folder, file), 'utf8'), { config });
    expect(failure).toBe(undefined);
    expect(passed).toBe(cases);
  });
});
