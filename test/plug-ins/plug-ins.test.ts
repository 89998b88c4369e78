import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ClusterView } from '../../src/checking/invariants/cluster-view.js';
import {
  checkBalancerFile,
  choicesWith,
  describePlugIns,
  description,
  loadPlugIns,
  PlugInUse,
  runScenario,
  runSweep,
} from '../../src/experiment/index.js';
import { parseScenario } from '../../src/scenario/index.js';
import { contractOf } from '../client/balancers/contract.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXAMPLES = `${ROOT}examples/`;
const BAD = fileURLToPath(new URL('./bad/', import.meta.url));
/** Long enough for what is only slow on a busy machine. */
const PATIENCE_MS = 2000;

const sticky = `${EXAMPLES}sticky-balancer.js`;

const SCENARIO = `
name: test
description: puts
cluster: { members: 3, leader: m1, disk: ssd }
network: { members: { egress: { delay: 5ms } } }
client: { balancer: sticky }
workload: { kind: sequential, operations: put, count: 40 }
`;

async function run(text: string, files: readonly string[]) {
  const plugIns = await loadPlugIns(files);
  const parsed = parseScenario(text, 'test.yaml', { choices: choicesWith(plugIns.map(description)) });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const options = { replication: 0, document: parsed.document, version: 'test', plugIns: new PlugInUse(plugIns) };
  return runScenario(parsed.scenario, options).result;
}

describe('the example balancer', async () => {
  const [plugIn] = await loadPlugIns([sticky]);
  contractOf(plugIn!.object);

  it('stays with one member, and leaves it after an error', async () => {
    const calm = await run(SCENARIO, [sticky]);
    expect(calm.members.map(({ requests }) => requests['put'] ?? 0)).toEqual([40, 0, 0]);
    const faults =
      'client: { balancer: sticky, request-timeout: 1s }\nfaults: [{at: 200ms, action: pause, target: m1}]';
    const left = await run(
      SCENARIO.replace('client: { balancer: sticky }', faults).replace('leader: m1', 'leader: m2'),
      [sticky],
    );
    expect(left.metrics['errors']!.value).toBeGreaterThan(0);
    expect(left.members[1]!.requests['put']).toBeGreaterThan(10);
  });
});

describe('the example scenario', () => {
  const text = readFileSync(`${EXAMPLES}burst.yaml`, 'utf8').replace('./sticky-balancer.js', 'sticky');
  const files = ['burst-workload.js', 'flapping-fault.js', 'sticky-balancer.js'].map((name) => `${EXAMPLES}${name}`);

  it('runs its workload, balancer and fault', async () => {
    const { metrics, timeline } = await run(text, files);
    expect(metrics['burst_count']!.value).toBe(10);
    expect(metrics['burst_max']!.value).toBeGreaterThan(metrics['burst_min']!.value + 50);
    expect(timeline.map((entry) => entry.text)).toContain('flapping m1');
  });

  it('is refused when a file is not named', () => {
    const parsed = parseScenario(text, 'burst.yaml');
    expect(parsed.ok).toBe(false);
    const messages = parsed.ok ? [] : parsed.errors.map(({ message }) => message).join('\n');
    expect(messages).toMatch(/no balancer "sticky"/);
    expect(messages).toMatch(/no fault "flapping"/);
    expect(messages).toMatch(/workload of a plug-in, found "burst"/);
  });
});

describe('the example invariant', () => {
  it('says what is wrong', async () => {
    const [plugIn] = await loadPlugIns([`${EXAMPLES}applied-order-invariant.js`]);
    if (plugIn?.kind !== 'invariant') throw new Error('expected an invariant');
    const check = plugIn.object.start(new ClusterView());
    const applied = (index: number) =>
      ({ atUs: 0, member: 'm1', kind: 'applied', entry: { index, term: 1, digest: 0 } }) as const;
    expect(check.after!(applied(1))).toBeUndefined();
    expect(check.after!(applied(2))).toBeUndefined();
    expect(check.after!(applied(2))).toBe('m1 applied 2 after 2');
    expect(check.after!({ atUs: 0, member: 'm1', kind: 'restart', term: 1, appliedIndex: 0 })).toBeUndefined();
    expect(check.after!(applied(1))).toBeUndefined();
  });
});

describe('all examples', () => {
  it('are of one kind each, one of every kind', async () => {
    const files = readdirSync(EXAMPLES).filter((name) => name.endsWith('.js'));
    const described = await describePlugIns(files.map((name) => `${EXAMPLES}${name}`));
    expect(described.map(({ kind }) => kind).sort()).toEqual(['balancer', 'fault', 'invariant', 'workload']);
    for (const { summary } of described) expect(summary).not.toBe('');
  });
});

describe('in a sweep', () => {
  const options = { text: SCENARIO, fileName: 'test.yaml', version: 'test', replications: 3, plugIns: [sticky] };
  const axes = [{ path: 'client.balancer', values: ['round-robin', 'sticky'] }];

  it('gives the same rows with one thread and with two', async () => {
    const one = await runSweep({ ...options, axes, jobs: 1 });
    const two = await runSweep({ ...options, axes, jobs: 2 });
    expect(two.rows).toEqual(one.rows);
    expect(one.cells).toHaveLength(6);
  });

  it('names the one that throws', async () => {
    const plugIns = [`${BAD}throws-later.js`];
    const text = SCENARIO.replace('sticky', 'throws-later').replace('40', '400');
    const error: unknown = await runSweep({ ...options, text, plugIns, jobs: 2 }).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/^PlugInError: .*throws-later\.js: \[B4\].*no more.*\n {2}in replication [0-2]$/);
  });
});

describe('a bad file is named with what is wrong', () => {
  it.each([
    ['two-objects.js', /two-objects\.js: \[P1\] expected it to export one object, found 2/],
    ['no-kind.js', /no-kind\.js: \[P1\] its object is of no kind/],
    ['not-there.js', /not-there\.js: \[P1\] no such file/],
    ['endless-file.js', /endless-file\.js: \[P4\] never returned from loading/],
  ])('%s', async (name, message) => {
    await expect(describePlugIns([`${BAD}${name}`], PATIENCE_MS)).rejects.toThrow(message);
  });

  it('one that is no JavaScript', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'etcdsim-plug-in-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'syntax.js');
    writeFileSync(file, 'export default { name: ;');
    await expect(describePlugIns([file], PATIENCE_MS)).rejects.toThrow(/syntax\.js: \[P1\] does not load: SyntaxError/);
  });

  it.each([
    ['throws-later.js', 'B4'],
    ['nonsense.js', 'B2'],
    ['clock.js', 'B9'],
  ])('%s, as a balancer', async (name, rule) => {
    const { verdicts } = await checkBalancerFile(`${BAD}${name}`, { randomPlans: 0 }, PATIENCE_MS);
    expect(verdicts.filter(({ status }) => status === 'broken').map((verdict) => verdict.rule)).toEqual([rule]);
  });

  it('a pick that never returns', async () => {
    await expect(checkBalancerFile(`${BAD}endless.js`, {}, PATIENCE_MS)).rejects.toThrow(
      /endless\.js: \[B5\] never returned from pick/,
    );
  });

  it('a workload that throws', async () => {
    const text = SCENARIO.replace('sticky', 'round-robin').replace(
      /workload: .*/,
      'workload: { kind: plug-in, name: throwing }',
    );
    await expect(run(text, [`${BAD}throwing-workload.js`])).rejects.toThrow(
      /throwing-workload\.js: \[P3\] nothing throws: a handler threw TypeError: half way/,
    );
  });

  it('a second balancer of one name', async () => {
    await expect(loadPlugIns([sticky, sticky])).rejects.toThrow(/is a second balancer named sticky/);
  });
});
