import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, start } from './invoke.js';

/* What only a process of its own shows: signals, pipes, exit codes. Runs what was built: npm test builds first. */

test('an interrupted sweep keeps what is done, and --resume goes on from there', async () => {
  const out = join(emptyFolder(), 'sweep');
  const journal = join(out, 'cells.jsonl');
  const command = ['sweep', 'hello', '--set', 'workload.count=800', '--replications', '12', '--format', 'csv'];
  const { child, ended } = start([...command, '--jobs', '2', '--out', out]);
  const doneSoFar = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('"index"').length - 1 : 0);
  while (doneSoFar() < 2 && child.exitCode === null) await new Promise((resume) => setTimeout(resume, 5));
  child.kill('SIGINT');
  const interrupted = await ended;
  expect(interrupted).toMatchObject({ exitCode: 130, stdout: '' });
  expect(interrupted.stderr).toMatch(/interrupted: \d+ of 12 cells done, kept in .*; --resume goes on from there/);
  expect(existsSync(join(out, 'sweep.csv'))).toBe(false);
  const kept = doneSoFar();
  expect(kept).toBeGreaterThanOrEqual(2);
  expect(kept).toBeLessThan(12);
  const resumed = await start([...command, '--jobs', '2', '--out', out, '--resume']).ended;
  expect(resumed.exitCode).toBe(0);
  expect(resumed.stdout).toBe(readFileSync(join(out, 'sweep.csv'), 'utf8'));
  expect((await start([...command, '--jobs', '1']).ended).stdout).toBe(resumed.stdout);
});

test('an interrupted run ends with 130 and writes nothing', async () => {
  const out = join(emptyFolder(), 'run');
  // The doubt about the jitter is said when the run is about to begin.
  const set = ['workload.count=50000', 'stop.after=5h', 'network.members.egress.jitter=20ms'];
  const { child, ended } = start(['run', 'hello', ...set.flatMap((setting) => ['--set', setting]), '--out', out]);
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ exitCode: 130, stdout: '' });
  expect(existsSync(out)).toBe(false);
});

test('a reader that goes away is no error', async () => {
  const { child, ended } = start(['schema']);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const { exitCode, stderr } = await ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
});

test('no command: help on stderr, exit code 2', async () => {
  const { exitCode, stdout, stderr } = await start([]).ended;
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/^Usage: etcdsim/);
});
