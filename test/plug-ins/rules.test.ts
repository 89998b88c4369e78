import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  checkBalancerFile,
  choicesWith,
  description,
  loadPlugIns,
  PlugInUse,
  runScenario,
} from '../../src/experiment/index.js';
import { PLUG_IN_RULES, type PlugInRule } from '../../src/experiment/plug-ins/rules.js';
import { parseScenario } from '../../src/scenario/index.js';

/*
 * Workloads, faults and invariants that break a rule on purpose: each is named with its file and the rule.
 */

const folder = mkdtempSync(join(tmpdir(), 'etcdsim-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

function fileWith(code: string): string {
  const file = join(folder, `own-${++files}.js`);
  writeFileSync(file, code);
  return file;
}

const SCENARIO = `
name: test
description: puts
cluster: { members: 3, leader: m1, disk: memory }
client: { request-timeout: 2s }
WORKLOAD
FAULTS
stop: { after: 2s }
`;
const PUTS = 'workload: { kind: sequential, operations: put, count: 40 }';

async function run(file: string) {
  const plugIns = await loadPlugIns([file]);
  const { kind, name } = description(plugIns[0]!);
  const text = SCENARIO.replace(
    'WORKLOAD',
    kind === 'workload' ? `workload: { kind: plug-in, name: ${name} }` : PUTS,
  ).replace('FAULTS', kind === 'fault' ? `faults: [{ at: 10ms, action: ${name}, target: m2, for: 10ms }]` : '');
  const parsed = parseScenario(text, 'test.yaml', { choices: choicesWith(plugIns.map(description)) });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const options = { replication: 0, document: parsed.document, version: 'test', plugIns: new PlugInUse(plugIns) };
  return runScenario(parsed.scenario, options).result;
}

const workload = (start: string) => `export default { kind: 'own', summary: 'x', start(env) { ${start} } };`;
const client = (act: string) => workload(`const client = env.programs[0].newClient('c'); ${act}`);
const later = (act: string) => workload(`env.simulator.schedule(1000, () => { ${act} }, undefined);`);
const fault = (strike: string) => `export default { name: 'own', summary: 'x', strike(env, target) { ${strike} } };`;
const invariant = (start: string) => `export default { property: 'Own', meaning: 'x', start(view) { ${start} } };`;

/** One or more plug-ins a rule that break it. */
const BREAKERS: Readonly<Record<PlugInRule, Readonly<Record<string, string>>>> = {
  P1: {
    'no object': 'export default 3;',
    'two objects': 'export const a = {}; export const b = {};',
    'of no kind': "export default { name: 'own' };",
    'no JavaScript': 'export default {',
    'throws while it loads': "throw new Error('no'); export default {};",
    'a workload without a summary': "export default { kind: 'own', start() {} };",
    'the name of a workload that ships': "export default { kind: 'open-loop', summary: 'x', start() {} };",
    'the name of a fault that ships': "export default { name: 'crash', summary: 'x', strike() {} };",
    'the name of a balancer that ships': "export default { name: 'random', summary: 'x', newPicker: () => ({}) };",
    'the name of an invariant that ships': "export default { property: 'Log Matching', meaning: 'x', start() {} };",
  },
  P2: {
    'a figure that is no number': workload("env.observe('latency', 'ms', 0 / 0); env.done();"),
    'a figure without a unit': workload("env.report('latency', undefined, 1); env.done();"),
    'a note that is no text': workload('env.note({}); env.done();'),
    'a delay in fractions': workload('env.simulator.schedule(0.5, () => {}, undefined);'),
    'a handler that is none': workload('env.simulator.schedule(1000, 7, undefined);'),
    'a request of no kind': client("client.request({ kind: 'read', key: 'a' }, () => {});"),
    'a put without a value': client("client.request({ kind: 'put', key: 'a' }, () => {});"),
    'a field that is misspelt': client("client.request({ kind: 'range', key: 'a', rangeend: 'b' }, () => {});"),
    'a txn with a status inside': client(
      "client.request({ kind: 'txn', compares: [], success: [{ kind: 'status' }], failure: [] }, () => {});",
    ),
    'a txn that compares nonsense': client(
      "client.request({ kind: 'txn', compares: [{ key: 'a', target: 'size', result: '=', operand: 1 }], success: [], failure: [] }, () => {});",
    ),
    'a deadline of -1': client("client.request({ kind: 'range', key: 'a' }, () => {}, -1);"),
    'an answer for nobody': client("client.request({ kind: 'range', key: 'a' });"),
    'a promise': "export default { kind: 'own', summary: 'x', async start() {} };",
    'an undo that is none': fault('return 7;'),
    'no check': invariant('return 7;'),
    'a check without moments': invariant('return {};'),
    'a verdict that is no text': invariant('return { after: () => 7 };'),
  },
  P3: {
    'throws at once': workload("throw new TypeError('half way');"),
    'throws later': later("throw new TypeError('half way');"),
    'throws at an answer': client(
      "client.dial(() => client.request({ kind: 'range', key: 'a' }, () => { throw 1; }));",
    ),
    'throws at the end': workload("env.atEnd(() => { throw new Error('no'); }); env.done();"),
    'a fault that throws': fault('target.explode();'),
    'a fault that cannot be undone': fault("return () => { throw new Error('no'); };"),
    'an invariant that throws': invariant("return { before() { throw new Error('no'); } };"),
    'an invariant that cannot start': invariant("throw new Error('no');"),
  },
  P4: {
    'goes round in one instant': workload('const again = () => env.simulator.schedule(0, again, undefined); again();'),
  },
  P5: {
    'the machine’s clock': workload("env.report('now', 'ms', Date.now()); env.done();"),
    'the machine’s clock, later': later("env.report('now', 'ms', performance.now()); env.done();"),
    'the machine’s chance, in a fault': fault('if (Math.random() < 2) target.pause();'),
    'the machine’s timers': workload('setTimeout(() => {}, 1);'),
    'the process': later('process.exit(0);'),
    'the machine’s clock, in an invariant': invariant('return { after: () => (Date.now() < 0 ? "x" : undefined) };'),
  },
};

describe.each(Object.keys(PLUG_IN_RULES) as PlugInRule[])('rule %s bites', (rule) => {
  it.each(Object.entries(BREAKERS[rule]))('%s', async (_name, code) => {
    const file = fileWith(code);
    const message = await run(file).then(
      () => 'nothing is wrong',
      (error: Error) => `${error.name}: ${error.message}`,
    );
    expect(message.startsWith(`PlugInError: ${file}: [${rule}]`), message).toBe(true);
  });
});

it('a plug-in that does everything right is left alone', async () => {
  const file = fileWith(
    client(`
      client.dial(() => {
        const put = { kind: 'put', key: 'a', value: { text: 'v', sizeBytes: 10 } };
        const txn = {
          kind: 'txn',
          compares: [{ key: 'a', target: 'mod', result: '>', operand: 0 }],
          success: [put, { kind: 'range', key: 'a' }],
          failure: [{ kind: 'delete-range', key: 'a' }],
        };
        const watch = client.watch({ key: 'a' }, { events: (events) => env.report('events', 'count', events.length) });
        client.request(put, () => client.request(txn, ({ kind, succeeded }) => {
          env.note(kind + ' ' + succeeded);
          const timer = env.simulator.startTimer(1000, () => env.done(), undefined);
          env.simulator.cancel(timer);
          env.programs[0].program.run(500, () => {
            watch.cancel();
            env.simulator.schedule(100_000, () => env.done(), undefined);
          }, undefined);
        }));
      });
      env.atEnd(() => env.report('ended', 'ms', env.simulator.nowUs / 1000));
    `),
  );
  const { metrics, timeline } = await run(file);
  expect(metrics['events']?.value).toBe(1);
  expect(metrics['ended']?.value).toBeGreaterThan(100);
  expect(timeline.map(({ text }) => text)).toContain('txn true');
});

describe('an invariant of one’s own', () => {
  it('ends the run in which it does not hold', async () => {
    const file = fileWith(
      invariant("let n = 0; return { after: ({ kind }) => (kind === 'applied' && ++n > 20 ? 'enough' : undefined) };"),
    );
    await expect(run(file)).rejects.toThrow(/^violated: Own at \d+\.\d{3} ms\n {2}enough$/);
  });

  it('sees all that happens on the members', async () => {
    const file = fileWith(
      invariant(
        "const seen = new Set(); return { after: ({ kind }) => { seen.add(kind); return kind === 'acknowledged' ? [...seen].sort().join(' ') : undefined; } };",
      ),
    );
    await expect(run(file)).rejects.toThrow(/acknowledged applied became-leader commit-advanced .*log-append/);
  });
});

it('a balancer whose timer comes again at once keeps time from going on', async () => {
  const file = fileWith(
    "export default { name: 'own', summary: 'x', shared(env) { const again = () => env.after(0, again); again(); }, newPicker: (ready) => ({ pick: () => ({ kind: 'complete', subconnection: ready[0] }) }) };",
  );
  const { verdicts } = await checkBalancerFile(file, { randomPlans: 0 });
  const broken = verdicts.filter(({ status }) => status === 'broken');
  expect(broken.map(({ rule }) => rule)).toEqual(['B5']);
  expect(broken[0]!.text).toMatch(/a timer was called 1000000 times at one instant/);
}, 60_000);
