import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
// @ts-expect-error: a plain script
import { withFigures } from '../scripts/readme-figures.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/*
 * A sample of results/: the main job. `npm run results -- --check` checks all of it.
 */

it('the main job still gives what results/ says', { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'etcdsim-results-'));
  try {
    const args = [`${ROOT}dist/cli/main.js`, 'reproduce', 'thesis-init', '--out', folder];
    execFileSync(process.execPath, args, { stdio: 'ignore' });
    for (const file of ['thesis-init.csv', 'thesis-init.json', 'thesis-init.svg', 'thesis-init-shares.svg']) {
      expect(readFileSync(join(folder, file), 'utf8')).toBe(readFileSync(`${ROOT}results/reproduce/${file}`, 'utf8'));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("the README's figures are those of results/", () => {
  const readme = readFileSync(`${ROOT}README.md`, 'utf8');
  expect(withFigures(readme)).toBe(readme);
});
