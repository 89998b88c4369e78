import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentOf, emptyFolder, invoke } from './invoke.js';

const DATA_SET = ['forecast', 'dataset', '--setting', 'recorded', '--episodes', '8', '--jobs', '1'];

describe('forecast', () => {
  test('from a data set to a model, its card and its score', async () => {
    const folder = emptyFolder();
    const data = join(folder, 'data');
    const made = await invoke(...DATA_SET, '--out', data);
    expect(made.exitCode).toBe(0);
    expect(made.stdout).toMatch(
      /^8 episodes, \d+ windows, 0\.\d+ h of virtual time; leader changes \d+, failed scrapes \d+\n$/,
    );
    expect(Object.keys(contentOf(data))).toEqual(['episodes.csv', 'machine.json', 'manifest.json', 'windows.csv']);

    const windows = join(data, 'windows.csv');
    const model = join(folder, 'rule.json');
    const trained = await invoke('forecast', 'train', '--model', 'threshold-rule', '--data', windows, '--out', model);
    expect(trained.exitCode).toBe(0);
    expect(trained.stdout).toContain('table 6.2');
    expect(readFileSync(join(folder, 'rule.md'), 'utf8')).toContain('sha256');

    const out = join(folder, 'scores');
    const judged = await invoke(
      'forecast',
      'evaluate',
      model,
      'recorded-xgboost',
      '--data',
      windows,
      '--train',
      windows,
      '--out',
      out,
    );
    expect(judged.exitCode).toBe(0);
    for (const words of [
      'rule ',
      'recorded-xgboost',
      'persistence',
      'nearest-neighbour',
      'fitted-thresholds',
      'truly',
      'slow applies',
    ]) {
      expect(judged.stdout).toContain(words);
    }
    const files = contentOf(out);
    expect(files['scores.csv']!.split('\n')[0]).toBe(
      'model,state,precision,recall,f1,f1_repeats_mean,f1_repeats_deviation,table_6_2',
    );
    expect(files['confusion-rule.svg']).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  test('the answer in words, with its tables', async () => {
    const folder = emptyFolder();
    const scenario = join(folder, 'small.yaml');
    const delay = (seconds: number) =>
      `[{ at: 7s, action: egress-delay, target: leader, delay: 300ms, for: ${seconds}s }]`;
    writeFileSync(
      scenario,
      `name: small
description: three lengths of one trouble
cluster: { members: 3, leader: m1, disk: ssd }
client: { balancer: round-robin, request-timeout: 5s }
workload: { kind: open-loop, operations: put, rate: 20/s }
stop: { after: 40s }
sweep:
  axes:
    faults: ['[]', '${delay(2)}', '${delay(9)}', '${delay(25)}']
    client.balancer: [pick-leader, round-robin, { name: pick-leader-forecast, model: oracle }]
  replications: 3
`,
    );
    const out = join(folder, 'value');
    const { exitCode, stdout, stderr } = await invoke('forecast', 'value', scenario, '--jobs', '1', '--out', out);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: `written: ${out}\n` });
    const paying = stdout.slice(stdout.indexOf('**forecast oracle**'), stdout.indexOf('## What no classifier'));
    expect(paying).toMatch(
      /- (pays|pays and harms):\n(.*\n)*? {2}- steady traffic: egress-delay of the leader by 300ms, for 25s \(write mean -/,
    );
    expect(stdout).toMatch(/- steady traffic: no trouble\./);
    expect(stdout).toMatch(/- forecast oracle: gains from (9|25) s on/);
    const files = contentOf(out);
    expect(files['answer.md']).toBe(stdout);
    expect(Object.keys(files)).toEqual([
      'answer.md',
      'by-length.svg',
      'differences.csv',
      'machine.json',
      'manifest.json',
    ]);
  });

  test('bad input is said with its place, and ends with 2', async () => {
    const folder = emptyFolder();
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const header = readFileSync(new URL('./forecast-header.csv', import.meta.url), 'utf8').trim();
    const row = '5,0,1,1,1,1,0,0,0,0,6,6,5,1000,2000,3000,0,0,1,1';
    const bad: readonly (readonly [string[], RegExp])[] = [
      [
        ['evaluate', 'nobody', '--data', file('fine.csv', `${header}\n${row}\n`)],
        /no model "nobody"; expected recorded-ann/,
      ],
      [
        ['evaluate', file('no.json', '{}'), '--data', file('fine.csv', `${header}\n${row}\n`)],
        /no\.json: is no model: expected/,
      ],
      [['evaluate', '--data', join(folder, 'nowhere.csv')], /nowhere\.csv: no such file/],
      [['evaluate', '--data', file('empty.csv', '')], /empty\.csv: is empty/],
      [
        [
          'evaluate',
          '--data',
          file('short.csv', `${header.replace('etcd_server_slow_apply_rate_per_s_5s', 'other')}\n${row}\n`),
        ],
        /short\.csv:1: missing column etcd_server_slow_apply_rate_per_s_5s/,
      ],
      [
        ['evaluate', '--data', file('nan.csv', `${header}\n${row.replace('3000', 'NaN')}\n`)],
        /nan\.csv:2: etcd_network_peer.*expected a number, found "NaN"/,
      ],
      [
        ['evaluate', '--data', file('state.csv', `${header}\n5,0,1,1,1,1,7${row.slice(13)}\n`)],
        /state\.csv:2: state: expected 0, 1, 2 or 3, found "7"/,
      ],
      [
        ['evaluate', '--data', file('ragged.csv', `${header}\n${row},9\n`)],
        /ragged\.csv:2: expected 20 columns as in the header, found 21/,
      ],
      [['train', '--model', 'ann', '--data', 'x.csv', '--out', 'model.txt'], /expected a name that ends in \.json/],
      [['dataset', '--setting', 'none'], /Allowed choices are thesis, recorded, regimes/],
      [['value', 'hello'], /--baseline pick-leader: not among hello's policies: it has none/],
      [['value', '--replications', '1'], /--replications 1: expected at least 2/],
      [['value', '--set', 'sweep.axes={client.balancer: [pick-leader], faults: [[]]}'], /expected another policy/],
      [
        ['value', '--set', 'sweep.axes={client.balancer: [pick-leader, random]}'],
        /expected an axis faults, found none/,
      ],
      [
        [
          'value',
          '--set',
          'sweep.axes={client.balancer: [pick-leader, pick-leader-forecast, {name: pick-leader-forecast}], faults: [[]]}',
        ],
        /two values are both "forecast default"/,
      ],
      [
        [
          'value',
          '--set',
          'sweep.axes={client.balancer: [pick-leader, random], faults: [[]], cluster.members: [3, 5]}',
        ],
        /axis cluster\.members: expected client\.balancer, faults, workload alone/,
      ],
      [['evaluate', '--data', folder], /is a folder, expected a data set/],
      [['evaluate', 'oracle'], /no model "oracle"; expected recorded-ann, .*thesis-xgboost or a file/],
      [['evaluate', 'recorded-ann', 'recorded-ann'], /that name is taken in the report/],
      [
        ['evaluate', '--data', file('one.csv', `${header}\n${row}\n`), '--episodes', '3'],
        /--episodes is for fresh episodes/,
      ],
      [
        [
          'train',
          '--model',
          'xgboost',
          '--data',
          file('few.csv', `${header}\n${row}\n`),
          '--out',
          file('few.json', ''),
        ],
        /few\.csv: expected two episodes or more of at least two states/,
      ],
      [
        ['train', '--model', 'threshold-rule', '--data', 'x.csv', '--out', 'm.json', '--predictions', 'p.csv'],
        /--predictions: no library stands behind threshold-rule/,
      ],
      [
        ['train', '--model', 'xgboost', '--data', 'x.csv', '--out', 'm.json', '--predictions', 'm.json'],
        /m\.json: expected different files for --out and --predictions/,
      ],
    ];
    for (const [args, message] of bad) {
      const { exitCode, stderr } = await invoke('forecast', ...args);
      expect(stderr).toMatch(message);
      expect(exitCode, args.join(' ')).toBe(2);
    }
    const run = await invoke('run', 'hello', '--balancer', '{ name: pick-leader-forecast, model: nobody }');
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/^error: --balancer: client\.balancer\.model: no model "nobody"/);
  });
});
