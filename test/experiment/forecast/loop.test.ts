import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../../src/experiment/index.js';
import { emptyFolder } from '../../cli/invoke.js';
import { OPTIONS, resolved } from '../scenarios.js';

const MODELS = fileURLToPath(new URL('../../../models/', import.meta.url));

/** A minute of writes; m1's egress is delayed from 10 s to 40 s unless `faults` say otherwise. */
function scenario(options: string, more: Readonly<Record<string, string>> = {}): string {
  const { faults, network = '{ members: { egress: { delay: 2ms } } }', seconds = '60' } = more;
  return `
name: loop
description: the loop against one delay
seed: 1
cluster: { members: 3, leader: m1, disk: ssd }
network: ${network}
client: { balancer: { name: pick-leader-forecast, ${options} }, request-timeout: 5s }
workload: { kind: open-loop, operations: put, rate: 10/s }
faults: ${faults ?? '[{ at: 10s, action: egress-delay, target: m1, delay: 300ms, for: 30s }]'}
stop: { after: ${seconds}s }
`;
}

function run(options: string, more: Readonly<Record<string, string>> = {}) {
  const { result } = runScenario(resolved(scenario(options, more)), OPTIONS);
  const value = (metric: string): number => result.metrics[metric]?.value ?? 0;
  const texts = result.timeline.map(({ text }) => text);
  return { value, texts, times: result.timeline };
}

describe('the oracle', () => {
  const calm = run('model: oracle', { faults: '[]' });
  const struck = run('model: oracle');

  test('leaves a leader that nothing ails, and sends everything there', () => {
    expect(calm.value('forecast_moves')).toBe(0);
    expect(calm.value('leader_changes')).toBe(0);
    expect(calm.value('request_share_m1')).toBeGreaterThan(0.95);
  });

  test('moves leadership off a delayed one within an interval, once, and calls follow', () => {
    expect(struck.value('forecast_moves')).toBe(1);
    expect(struck.value('leader_changes')).toBe(1);
    const moved = struck.times.find(({ text }) =>
      text.startsWith('forecast: m1 is in trouble, leadership goes to m2'),
    )!;
    expect(moved.timeMs).toBeGreaterThanOrEqual(10_000);
    expect(moved.timeMs).toBeLessThan(16_000);
    expect(struck.value('request_share_m2')).toBeGreaterThan(0.6);
    expect(struck.value('forecast_right')).toBe(1);
  });

  test('writes fare better than with the leader left in its delay', () => {
    const left = run('model: oracle, cooldown: 1h, hysteresis: 1000');
    expect(left.value('forecast_moves')).toBe(0);
    expect(struck.value('put_latency_mean')).toBeLessThan(left.value('put_latency_mean') / 2);
  });

  test('does nothing about a follower', () => {
    const faults = '[{ at: 10s, action: egress-delay, target: m2, delay: 300ms, for: 30s }]';
    expect(run('model: oracle', { faults }).value('forecast_moves')).toBe(0);
  });

  test('stays where it is while every other member is in trouble as well', () => {
    const delay = (member: string) => `{ at: 10s, action: egress-delay, target: ${member}, delay: 300ms, for: 30s }`;
    const faults = `[${['m1', 'm2', 'm3'].map(delay).join(', ')}]`;
    expect(run('model: oracle', { faults }).value('forecast_moves')).toBe(0);
  });

  test('with move-on trouble leaves an overloaded leader too', () => {
    const faults = '[{ at: 10s, action: overload, target: m1, clients: 5, for: 10s }]';
    const more = { faults, seconds: '25' };
    expect(run('model: oracle', more).value('forecast_moves')).toBe(0);
    expect(run('model: oracle, move-on: trouble', more).value('forecast_moves')).toBe(1);
  });
});

/** A rule that takes every state for delayed: leadership goes round and round. */
function alarmist(): string {
  const file = join(emptyFolder(), 'alarmist.json');
  writeFileSync(file, '{"thresholds":{"loadBytes":1,"slowApplies":1,"delayedBytes":1e15}}');
  return file;
}

describe('thrashing', () => {
  test('a classifier that cries wolf moves leadership with every verdict, and it is counted', () => {
    const { value } = run(`model: ${alarmist()}`, { faults: '[]' });
    expect(value('forecast_moves')).toBeGreaterThanOrEqual(5);
    expect(value('leader_changes')).toBe(value('forecast_moves') - value('forecast_moves_failed'));
    expect(value('forecast_right')).toBe(0);
  });

  test('hysteresis and a cooldown hold it back', () => {
    const model = `model: ${alarmist()}`;
    const free = run(model, { faults: '[]' }).value('forecast_moves');
    const slow = run(`${model}, hysteresis: 3`, { faults: '[]' }).value('forecast_moves');
    const cool = run(`${model}, cooldown: 40s`, { faults: '[]' }).value('forecast_moves');
    expect(slow).toBeGreaterThan(0);
    expect(slow).toBeLessThan(free / 2);
    expect(cool).toBeGreaterThan(0);
    expect(cool).toBeLessThan(free / 2);
  });
});

describe('the new leader', () => {
  const faults =
    '[{ at: 1s, action: egress-delay, target: m2, delay: 200ms, for: 50s }, { at: 20s, action: egress-delay, target: m1, delay: 300ms, for: 30s }]';
  const slowDisk =
    '[{ at: 1s, action: slow-disk, target: m2, extra: 200ms, for: 50s }, { at: 20s, action: egress-delay, target: m1, delay: 300ms, for: 30s }]';
  const goesTo = (options: string, of: string) =>
    run(options, { faults: of }).texts.find((text) => text.startsWith('forecast: m1'));
  // A delay of 300 ms makes this rule's slow applies; writes alone make none, so it goes by client bytes.
  const rule = () => {
    const file = join(emptyFolder(), 'rule.json');
    writeFileSync(file, '{"thresholds":{"loadBytes":1,"slowApplies":1,"delayedBytes":1e15}}');
    return `model: ${file}, hysteresis: 4`;
  };

  test('is the next by id, or the one with the lowest predicted network latency', () => {
    expect(goesTo(rule(), faults)).toMatch(/goes to m2$/);
    expect(goesTo(`${rule()}, choose: best`, faults)).toMatch(/goes to m3$/);
  });

  test('or disk latency', () => {
    expect(goesTo(`${rule()}, choose: best`, slowDisk)).toMatch(/goes to m3$/);
  });
});

describe('the datagram', () => {
  const lost = '{ members: { egress: { delay: 2ms } }, links: [{ from: monitor, to: client1, loss: 100% }] }';
  const late = '{ members: { egress: { delay: 2ms } }, links: [{ from: monitor, to: client1, delay: 20s }] }';

  test('that never comes leaves the client with round robin', () => {
    const { value } = run('model: oracle', { network: lost });
    expect(value('forecast_moves')).toBe(1);
    for (const member of ['m1', 'm2', 'm3']) expect(value(`request_share_${member}`)).toBeCloseTo(1 / 3, 1);
  });

  test('that comes late keeps the client at the old leader for as long', () => {
    const { value } = run('model: oracle', { network: late });
    const inTime = run('model: oracle');
    expect(value('forecast_moves')).toBe(1);
    expect(value('request_share_m2')).toBeGreaterThan(0.05);
    expect(value('request_share_m2')).toBeLessThan(inTime.value('request_share_m2') - 0.2);
  });
});

describe('a scrape', () => {
  test('that fails moves nothing: of a leader that cannot be reached nothing is known', () => {
    const cut = '{ links: [{ from: m1, to: monitor, loss: 100% }] }';
    const { value } = run('model: oracle', { network: cut });
    expect(value('forecast_scrapes_failed')).toBeGreaterThan(5);
    expect(value('forecast_moves')).toBe(0);
  });
});

describe('a model', () => {
  test('that ships classifies in the loop', () => {
    expect(readFileSync(`${MODELS}recorded-xgboost.json`, 'utf8')).toContain('multi:softprob');
    const { value } = run('model: recorded-xgboost', { faults: '[]' });
    expect(value('forecast_scrapes')).toBeGreaterThan(30);
    expect(value('forecast_right')).toBeGreaterThan(0);
  });

  test.each([
    ['nobody', /no model "nobody"; expected recorded-ann, .*thesis-xgboost or a file\.json/],
    ['nowhere.json', /nowhere\.json: expected a model, found no such file/],
  ])('%s is refused', (name, message) => {
    expect(() => run(`model: ${name}`)).toThrow(message);
  });
});
