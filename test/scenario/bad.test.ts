import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { modelProblem } from '../../src/experiment/forecast/models.js';
import { formatScenarioError, parseScenario } from '../../src/scenario/index.js';
import { BAD_FILES, BAD_FOLDER } from './bad-files.js';

/*
 * What is said about each bad file, word for word. After a deliberate change of the words:
 *
 *   npx vitest run test/scenario/bad.test.ts --update
 *
 * and read the diff.
 */
describe('a bad scenario file', () => {
  test('there are many, each with its messages beside it and none left over', () => {
    expect(BAD_FILES.length).toBeGreaterThan(45);
    const missing = BAD_FILES.filter(({ expected }) => !existsSync(expected)).map(({ file }) => file);
    expect(missing).toEqual([]);
    const messages = readdirSync(BAD_FOLDER).filter((file) => file.endsWith('.expected'));
    expect(messages).toHaveLength(BAD_FILES.length);
  });

  test.each(BAD_FILES)('$file', async ({ file, bytes, expected }) => {
    const parsed = parseScenario(bytes, file, { recordingProblem: () => 'no file', modelProblem });
    expect(parsed.ok).toBe(false);
    const errors = parsed.ok ? [] : parsed.errors;
    for (const error of errors) {
      const text = formatScenarioError(error);
      expect(text).toMatch(new RegExp(`^error: ${file.replaceAll('.', '\\.')}:\\d+:\\d+: `));
      expect(text).toMatch(/expected/);
      expect(text).toMatch(/\nhint: ./);
      expect(text.split('\n').length).toBeLessThanOrEqual(4);
    }
    await expect(`${errors.map((error) => formatScenarioError(error)).join('\n')}\n`).toMatchFileSnapshot(expected);
  });

  test('of many problems all are said, in the order of the file', () => {
    const many = BAD_FILES.find(({ file }) => file === 'many-at-once.yaml')!;
    const parsed = parseScenario(many.bytes, many.file);
    const errors = parsed.ok ? [] : parsed.errors;
    const lines = errors.map(({ place }) => (place.kind === 'file' ? place.line : 0));
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
    expect(new Set(errors.map(({ path }) => path))).toEqual(
      new Set([
        'name',
        'description',
        'descripton',
        'seed',
        'cluster.members[2]',
        'cluster.leader',
        'cluster.raft.heartbeat-interval',
        'network.members.egress.delay',
        'network.members.egress.loss',
        'client.balancer',
        'workload.rate',
        'faults[0].target',
        'faults[1].at',
        'stop.after',
      ]),
    );
  });
});
