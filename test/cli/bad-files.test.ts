import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BAD_FILES } from '../scenario/bad-files.js';
import { emptyFolder, invoke, start } from './invoke.js';

describe.each(BAD_FILES)('$file', ({ path, file, expected }) => {
  test('lint, run and sweep say what is wrong, print no data and write nothing', async () => {
    const out = join(emptyFolder(), 'out');
    const commands = [
      ['lint', path],
      ['run', path, '--out', out, '--metrics', `${out}.om`, '--format', 'json'],
      ['sweep', path, '--out', out, '--jobs', '2'],
    ];
    const messages = readFileSync(expected, 'utf8');
    for (const command of commands) {
      const { exitCode, stdout, stderr } = await invoke(...command);
      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(new RegExp(`${file.replaceAll('.', '\\.')}:\\d+:\\d+: `));
      expect(stderr).toContain('hint: ');
      expect(stderr).not.toMatch(/^ +at /m);
      // The same words as the scenario room's; only the file is shown by its path.
      expect(stderr.replace(/^error: \S*?([^/\s]+\.yaml):/gm, 'error: $1:')).toBe(messages);
      expect(existsSync(out)).toBe(false);
      expect(existsSync(`${out}.om`)).toBe(false);
    }
  });
});

test.each(['unknown-key.yaml', 'billion-laughs.yaml', 'binary.yaml'])('as a process of its own: %s', async (file) => {
  const bad = BAD_FILES.find((each) => each.file === file)!;
  const { exitCode, stdout, stderr } = await start(['run', bad.path]).ended;
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/hint: /);
  expect(stderr).not.toMatch(/^ +at /m);
});
