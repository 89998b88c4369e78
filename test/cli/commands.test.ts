import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunResult, SweepRow } from '../../src/experiment/result.js';
import { contentOf, emptyFolder, invoke } from './invoke.js';

const SMALL = ['--set', 'workload.count=20', '--set', 'network.members.egress.delay=5ms'];

describe('run', () => {
  test('prints one object of metrics, members and manifest', async () => {
    const { exitCode, stdout, stderr } = await invoke('run', 'hello', ...SMALL, '--seed', '7', '--format', 'json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const result = JSON.parse(stdout) as RunResult;
    expect(result.metrics['operations']).toEqual({ value: 20, unit: 'count' });
    expect(result.metrics['put_latency_mean']!.unit).toBe('ms');
    expect(result.members.map(({ name, role }) => [name, role])).toEqual([
      ['m1', 'leader'],
      ['m2', 'follower'],
      ['m3', 'follower'],
    ]);
    expect(result.manifest).toMatchObject({ seed: '7', replication: 0, scenario: { name: 'hello' } });
    // Nothing that depends on the machine or the moment.
    expect(stdout).not.toMatch(/20\d\d-\d\d-\d\dT|"node"|durationSec/);
  });

  test('the same command gives the same bytes; another seed gives others', async () => {
    const command = ['run', 'hello', ...SMALL, '--format', 'json'];
    const first = await invoke(...command);
    expect(await invoke(...command)).toEqual(first);
    expect((await invoke(...command, '--seed', '2')).stdout).not.toBe(first.stdout);
  });

  test('--balancer is short for --set client.balancer', async () => {
    const short = await invoke('run', 'hello', ...SMALL, '--balancer', 'pick-leader', '--format', 'csv');
    const long = await invoke('run', 'hello', ...SMALL, '--set', 'client.balancer=pick-leader', '--format', 'csv');
    expect(short).toEqual(long);
    expect(short.stdout.split('\n')[0]).toBe('metric,unit,value');
  });

  test('the table says what happened, what was measured and what each member did', async () => {
    const { stdout } = await invoke('run', 'hello', ...SMALL);
    for (const words of ['start: m1 leads', 'median', 'p95', 'p99', 'put_latency', 'share', 'follower']) {
      expect(stdout).toContain(words);
    }
  });

  test('--out writes results with a manifest, and what depends on the machine apart', async () => {
    const folder = emptyFolder();
    const out = join(folder, 'deep', 'er');
    const { exitCode } = await invoke('run', 'hello', ...SMALL, '--out', out, '--metrics', join(folder, 'run.om'));
    expect(exitCode).toBe(0);
    const files = contentOf(out);
    expect(Object.keys(files)).toEqual(['machine.json', 'manifest.json', 'metrics.csv', 'run.json', 'series.csv']);
    expect(JSON.parse(files['machine.json']!)).toMatchObject({ node: process.version });
    const metrics = readFileSync(join(folder, 'run.om'), 'utf8');
    expect(metrics).toMatch(/# EOF\n$/);
    expect(metrics).toMatch(/etcd_server_is_leader\{member="m1"\} 1/);
  });

  test.each(['', '/below', '/far/below'])(
    'an --out that is a file%s is refused before anything runs',
    async (below) => {
      const file = join(emptyFolder(), 'taken');
      writeFileSync(file, 'mine');
      const { exitCode, stdout, stderr } = await invoke('run', 'hello', '--out', `${file}${below}`);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toMatch(/is a file, expected a folder/);
      expect(readFileSync(file, 'utf8')).toBe('mine');
    },
  );

  test('an --out that nobody can make is refused', async () => {
    // Node's own recursive mkdir never comes back from here.
    if (!existsSync('/proc/self')) return;
    const { exitCode, stdout } = await invoke('run', 'hello', '--set', 'workload.count=1', '--out', '/proc/none/of/it');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });
});

describe('bad arguments', () => {
  test.each([
    [['rnu', 'hello'], /unknown command 'rnu'\nhint: did you mean run\?/],
    [['run', 'hello', '--sede', '3'], /unknown option '--sede'\nhint: did you mean --seed\?/],
    [['run', 'helo'], /no scenario "helo".*\nhint: did you mean hello\?/],
    [['run', './nowhere.yaml'], /no such file/],
    [['run'], /missing required argument 'scenario'/],
    [['run', 'hello', 'again'], /too many arguments/],
    [['run', 'hello', '--format', 'xml'], /Allowed choices are table, json, csv/],
    [['run', 'hello', '--set', 'client.balancer'], /Expected path=value/],
    [
      ['run', 'hello', '--set', 'client.balancr=x'],
      /--set client\.balancr: unknown key "balancr".*\nhint: did you mean/,
    ],
    [['run', 'hello', '--seed', '1.5'], /error: --seed: .*expected a whole number/],
    [['run', 'hello', '--balancer', 'pick-leder'], /error: --balancer: .*\nhint: did you mean pick-leader\?/],
    [['sweep', 'hello', '--jobs', '0'], /whole number of at least 1/],
    [['sweep', 'hello', '--resume'], /--resume needs --out/],
    [['sweep', 'hello', '--shard', '3/2'], /Expected i\/n/],
    [['sweep', 'hello', '--vary', 'client.balancer=round-robin,nobody'], /--vary client\.balancer=nobody: no balancer/],
    [
      ['sweep', 'hello', '--vary', 'clint.balancer=fixed'],
      /--vary clint\.balancer: unknown key "clint".*\nhint: did you mean client/,
    ],
    [['list', 'balancer'], /Allowed choices are balancers/],
    [['reproduce', 'latancy'], /no suite "latancy"\nhint: did you mean latency\?/],
    [['reproduce', '--reference', './no-such-folder'], /there is no folder/],
    [['lint'], /missing required argument/],
  ])('%j', async (args, words) => {
    const { exitCode, stdout, stderr } = await invoke(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('a recording that is none', () => {
  test.each([
    ['missing.jsonl', undefined, 'no file'],
    ['folder.jsonl', 'a folder', 'a folder'],
    ['empty.jsonl', '', 'an empty file'],
    ['words.jsonl', 'not JSON\n', 'a line 1 that is no JSON'],
    ['plain.jsonl.gz', '{}', 'a file that cannot be unzipped'],
    ['list.jsonl', '\n[1]\n', 'a line 2 that is no JSON object'],
    ['timeless.jsonl', '{"t0":0,"c":1,"m":"Range"}\n', 'a line 1 without t0 and t1'],
    ['key.jsonl', '{"t0":0,"t1":1,"c":1,"m":"Range","key":5}\n', 'a line 1 whose key is none'],
  ])('%s', async (name, content, found) => {
    const folder = emptyFolder();
    if (name.startsWith('folder')) mkdirSync(join(folder, name));
    else if (content !== undefined) writeFileSync(join(folder, name), content);
    const scenario = join(folder, 'replay.yaml');
    writeFileSync(scenario, `name: r\ndescription: r\nworkload: { kind: trace-replay, file: ${name} }\n`);
    const out = join(folder, 'out');
    for (const command of [
      ['lint', scenario],
      ['run', scenario, '--out', out],
      ['sweep', scenario, '--out', out],
    ]) {
      const { exitCode, stdout, stderr } = await invoke(...command);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toMatch(/replay\.yaml:3:\d+: workload\.file: expected a recording .*, found /);
      expect(stderr).toContain(`found ${found}`);
      expect(stderr).toMatch(/\nhint: /);
      expect(existsSync(out)).toBe(false);
    }
  });
});

describe('sweep', () => {
  const AXES = ['--vary', 'client.balancer=round-robin,pick-leader', '--vary', 'network.members.egress.delay=0ms,10ms'];
  const SWEEP = ['sweep', 'hello', '--set', 'workload.count=20', ...AXES, '--replications', '2'];

  test('rows carry the cell by full path, mean, interval and count', async () => {
    const { stdout } = await invoke(...SWEEP, '--format', 'json', '--jobs', '1');
    const rows = JSON.parse(stdout) as SweepRow[];
    expect(Object.keys(rows[0]!)).toEqual(['cell', 'metric', 'unit', 'mean', 'ciLow', 'ciHigh', 'n']);
    const mean = (balancer: string) =>
      rows.find(
        ({ cell, metric }) =>
          metric === 'put_latency_mean' &&
          cell['client.balancer'] === balancer &&
          cell['network.members.egress.delay'] === '10ms',
      )!;
    expect(mean('pick-leader').n).toBe(2);
    expect(mean('pick-leader').mean).toBeLessThan(mean('round-robin').mean);
    const csv = (await invoke(...SWEEP, '--format', 'csv', '--jobs', '1')).stdout;
    expect(csv.split('\n')[0]).toBe('client.balancer,network.members.egress.delay,metric,unit,mean,ci_low,ci_high,n');
  });

  test('the same bytes with any number of workers, in stdout and in --out', async () => {
    const [one, two] = [join(emptyFolder(), 'one'), join(emptyFolder(), 'two')];
    const first = await invoke(...SWEEP, '--format', 'json', '--jobs', '1', '--out', one);
    const second = await invoke(...SWEEP, '--format', 'json', '--jobs', '2', '--out', two);
    expect(second.stdout).toBe(first.stdout);
    const files = contentOf(one);
    expect(Object.keys(files)).toEqual(['cells.jsonl', 'machine.json', 'manifest.json', 'sweep.csv', 'sweep.json']);
    expect({ ...contentOf(two), 'machine.json': '' }).toEqual({ ...files, 'machine.json': '' });
  });

  test('shards are parts of the whole', async () => {
    const folder = emptyFolder();
    for (const shard of ['1/2', '2/2']) {
      await invoke(...SWEEP, '--jobs', '1', '--shard', shard, '--out', join(folder, shard.slice(0, 1)));
    }
    await invoke(...SWEEP, '--jobs', '1', '--out', join(folder, 'all'));
    const cells = (name: string) =>
      contentOf(join(folder, name))
        ['cells.jsonl']!.split('\n')
        .filter((line) => line.includes('"index"'));
    expect([...cells('1'), ...cells('2')].sort()).toEqual(cells('all').sort());
    expect(cells('1').length).toBe(4);
  });

  test('--resume goes on where an interrupted sweep stopped, to the same bytes', async () => {
    const folder = emptyFolder();
    const whole = await invoke(...SWEEP, '--jobs', '1', '--format', 'json', '--out', folder);
    const before = contentOf(folder);
    // As a process leaves it that died in the middle of a line.
    const [head, ...cells] = before['cells.jsonl']!.trimEnd().split('\n');
    writeFileSync(join(folder, 'cells.jsonl'), `${[head, ...cells.slice(2, 5)].join('\n')}\n${cells[5]!.slice(0, 40)}`);
    const anew = await invoke(...SWEEP, '--jobs', '1', '--out', folder);
    expect(anew).toMatchObject({ exitCode: 2, stdout: '' });
    expect(anew.stderr).toMatch(/3 cells done\nhint: go on with --resume/);
    const other = await invoke(...SWEEP, '--seed', '9', '--jobs', '1', '--resume', '--out', folder);
    expect(other).toMatchObject({ exitCode: 2, stdout: '' });
    expect(other.stderr).toMatch(/another sweep: seed, scenario differ/);
    const resumed = await invoke(...SWEEP, '--jobs', '1', '--format', 'json', '--resume', '--out', folder);
    expect(resumed).toMatchObject({ exitCode: 0, stdout: whole.stdout });
    expect({ ...contentOf(folder), 'machine.json': '' }).toEqual({ ...before, 'machine.json': '' });
  });

  test('--resume needs something to go on from', async () => {
    const { exitCode, stderr } = await invoke(...SWEEP, '--resume', '--out', emptyFolder());
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/there is no .*cells\.jsonl to go on from/);
  });
});

describe('list, schema, lint, help', () => {
  test.each(['balancers', 'workloads', 'faults', 'scenarios', 'suites', 'metrics'])('list %s', async (what) => {
    const table = await invoke('list', what);
    const json = await invoke('list', what, '--format', 'json');
    const listed = JSON.parse(json.stdout) as { name: string; summary: string }[];
    expect(listed.length).toBeGreaterThan(0);
    for (const { name, summary } of listed) {
      expect(table.stdout).toContain(name);
      expect(summary).not.toBe('');
    }
  });

  test('schema prints a JSON Schema', async () => {
    const { stdout } = await invoke('schema');
    expect(JSON.parse(stdout)).toMatchObject({ type: 'object', required: ['name', 'description', 'workload'] });
  });

  test('lint of good and bad files says something about each', async () => {
    const { exitCode, stdout, stderr } = await invoke('lint', 'hello', 'helo', 'leader-crash');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/hello\.yaml: fine\nerror: no scenario "helo"[\s\S]*leader-crash\.yaml: fine\n/);
    expect((await invoke('lint', 'hello')).exitCode).toBe(0);
  });

  test.each(['run', 'sweep', 'lint', 'schema', 'list', 'reproduce'])('%s --help', async (command) => {
    const { exitCode, stdout } = await invoke(command, '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Example/);
    // Each option that takes a value says its default, or that it needs none, and gives an example.
    for (const option of stdout.match(/^ {2}--[\s\S]*?(?=\n {2}-|\n\n)/gm) ?? []) {
      if (/<.*>/.test(option) && !/choices:/.test(option)) expect(option.replace(/\s+/g, ' ')).toMatch(/example: /);
    }
  });
});
