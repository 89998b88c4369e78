import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runConformance } from './datadriven/command.js';
import { rewriteScript, runScript } from './datadriven/runner.js';
import { parseScript, ScriptError } from './datadriven/script.js';

const passing = 'vote cfg=(1,2,3) votes=(y,y,_)\n----\nVoteWon\n';
const failing = '# two of three\n\nvote cfg=(1,2,3) votes=(y,y,_)\n----\nVoteLost\n\nvote\n----\nVoteWon\n';

describe('reading a script', () => {
  test('arguments, input, fences, continued lines, subtests, line ends of Windows', () => {
    const text = [
      '# a comment',
      'first 1 drop=(2, 3) type=MsgApp empty= odd=(f(1, 2), g) \\',
      '   2',
      'v1 v2',
      '----',
      'one',
      'two',
      '',
      'subtest names what follows',
      '',
      'second',
      '----',
      '----',
      'with',
      '',
      'a blank line',
      '----',
      '----',
      'third "quoted words"',
      '----',
    ];
    for (const end of ['\n', '\r\n']) {
      expect(parseScript(text.join(end))).toEqual([
        {
          command: 'first',
          args: [
            { key: '1', values: [] },
            { key: 'drop', values: ['2', '3'] },
            { key: 'type', values: ['MsgApp'] },
            { key: 'empty', values: [''] },
            { key: 'odd', values: ['f(1, 2)', 'g'] },
            { key: '2', values: [] },
          ],
          input: 'v1 v2',
          expected: 'one\ntwo\n',
          line: 2,
          expectedLines: [5, 7],
        },
        {
          command: 'second',
          args: [],
          input: '',
          expected: 'with\n\na blank line\n',
          line: 11,
          expectedLines: [12, 18],
        },
        {
          command: 'third',
          args: [
            { key: '"quoted', values: [] },
            { key: 'words"', values: [] },
          ],
          input: '',
          expected: '',
          line: 19,
          expectedLines: [20, 20],
        },
      ]);
    }
  });

  test.each([
    ['', 1, /at least one case/],
    ['# nothing\n', 1, /at least one case/],
    ['\nvote\nVoteWon\n', 2, /a line ---- after "vote"/],
    ['vote\n----\n----\nVoteWon\n', 1, /two lines ----/],
    ['vote cfg=(1,2\n----\n', 1, /closing parenthesis/],
    ['vote =3\n----\n', 1, /a name before "="/],
  ])('what cannot be read is told with its line: %j', (text, line, message) => {
    expect(() => parseScript(text)).toThrow(ScriptError);
    expect(() => parseScript(text)).toThrow(message);
    try {
      parseScript(text);
    } catch (error) {
      expect((error as ScriptError).line).toBe(line);
    }
  });
});

describe('running a script', () => {
  test('ends at the first case that differs', () => {
    expect(runScript(passing)).toEqual({ cases: 1, passed: 1, failure: undefined });
    expect(runScript(failing)).toEqual({
      cases: 2,
      passed: 0,
      failure: { line: 3, command: 'vote', expected: 'VoteLost\n', actual: 'VoteWon\n' },
    });
  });

  test('output that nothing is expected of counts as well', () => {
    expect(runScript('vote\n----\n').passed).toBe(0);
  });

  test('rewriting makes it pass, and leaves the rest as it is', () => {
    expect(rewriteScript(failing)).toBe(failing.replace('VoteLost', 'VoteWon'));
  });

  test.each([
    ['add-nodes x\n----\n', /a whole number, found "x"/],
    ['add-nodes\n----\n', /argument 1, found the end/],
    ['add-nodes 1 prevote=perhaps\n----\n', /prevote=true or prevote=false, found "perhaps"/],
    ['deliver-msgs 1 type=MsgWhat\n----\n', /a message type, found "MsgWhat"/],
    ['deliver-msgs 1 drop=(1)\n----\n', /to deliver or to drop/],
    ['set-randomized-election-timeout\n----\n', /argument 1/],
    ['propose 1\n----\n', /one word/],
    ['vote cfg=(1) votes=(x)\n----\n', /a vote y, n or _/],
    ['committed cfg=(1) idx=(0)\n----\n', /an index > 0/],
  ])('arguments that make no sense stop it: %j', (text, message) => {
    expect(() => runScript(text)).toThrow(message);
  });

  test("a broken invariant is the case's output, not the end of the run", () => {
    const text = 'add-nodes 1 voters=(1) index=2\n----\nx\n';
    const { failure } = runScript(`${rewriteScript(text).trimEnd()}\n\ncompact 1 9\n----\nok\n`);
    expect(failure?.actual).toMatch(/^InvariantError: compacting beyond/);
  });
});

describe('npm run conformance', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'raft-scripts-'));
    mkdirSync(join(folder, 'good/deep'), { recursive: true });
    mkdirSync(join(folder, 'empty'));
    writeFileSync(join(folder, 'good/b.txt'), passing);
    writeFileSync(join(folder, 'good/deep/a.txt'), `${passing}\n${passing}`);
    writeFileSync(join(folder, 'good/NOTICE'), 'no script');
    writeFileSync(join(folder, 'bad.txt'), failing);
    writeFileSync(join(folder, 'broken.txt'), '\nvote\nVoteWon\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function run(...args: string[]): { code: number; out: string; err: string } {
    const out: string[] = [];
    const err: string[] = [];
    const paths = args.map((arg) => (arg.startsWith('-') ? arg : join(folder, arg)));
    const code = runConformance(paths, { out: (line) => out.push(line), err: (line) => err.push(line) });
    const text = (lines: string[]) => lines.join('\n').replaceAll(`${folder}/`, '');
    return { code, out: text(out), err: text(err) };
  }

  test('a folder, with those below it: a line a file, and the sum', () => {
    expect(run('good')).toEqual({
      code: 0,
      out: 'PASS good/b.txt\nPASS good/deep/a.txt\n2 of 2 files, 3 of 3 cases',
      err: '',
    });
  });

  test('a failure shows the first differing lines and ends with 1', () => {
    const { code, out } = run('good/b.txt', 'bad.txt');
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      'PASS good/b.txt',
      'FAIL bad.txt',
      '  line 3: vote: output differs from its line 1 on',
      '  - VoteLost',
      '  - ',
      '  + VoteWon',
      '  + ',
      '1 of 2 files, 1 of 3 cases',
    ]);
  });

  test('a script that cannot be read is told with place, expectation and hint, and ends with 2', () => {
    const { code, out, err } = run('broken.txt', 'good/b.txt');
    expect(code).toBe(2);
    expect(out).toContain('PASS good/b.txt');
    expect(err).toMatch(
      /^error: broken\.txt:2: expected a line ---- after "vote", found the end of the file\n {4}2 \| vote\nhint: /,
    );
  });

  test('a file that is not there, a folder without scripts, no argument, an unknown option', () => {
    expect(run('missing.txt')).toMatchObject({ code: 2, err: expect.stringContaining('found nothing') });
    expect(run('empty')).toMatchObject({ code: 2, err: expect.stringContaining('expected .txt scripts') });
    expect(run()).toMatchObject({ code: 2, err: expect.stringContaining('usage:') });
    expect(run('--what', 'good')).toMatchObject({ code: 2, err: expect.stringContaining('unknown option --what') });
  });

  test('--rewrite writes the output into the files', () => {
    writeFileSync(join(folder, 'again.txt'), failing);
    expect(run('--rewrite', 'again.txt').code).toBe(0);
    expect(readFileSync(join(folder, 'again.txt'), 'utf8')).toBe(failing.replace('VoteLost', 'VoteWon'));
  });
});
