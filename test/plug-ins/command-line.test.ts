import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { invoke } from '../cli/invoke.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BAD = `${ROOT}test/plug-ins/bad/`;
const sticky = `${ROOT}examples/sticky-balancer.js`;

describe('etcdsim check --balancer', () => {
  it('prints a verdict a rule', async () => {
    const { exitCode, stdout } = await invoke('check', '--balancer', sticky, '--runs', '1', '--format', 'json');
    expect(exitCode).toBe(0);
    const { balancer, verdicts } = JSON.parse(stdout);
    expect(balancer).toBe('sticky');
    expect(verdicts).toHaveLength(14);
    expect(new Set(verdicts.map(({ status }: { status: string }) => status))).toEqual(new Set(['kept']));
  });

  it('names file and rule of one that breaks them, exit code 2', async () => {
    const file = `${ROOT}test/plug-ins/bad/nonsense.js`;
    const { exitCode, stdout, stderr } = await invoke('check', '--balancer', file, '--runs', '0');
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/B2 +broken/);
    expect(stderr).toMatch(/nonsense\.js: \[B2\]/);
  });

  it('judges those that ship too, and knows what is neither', async () => {
    expect((await invoke('check', '--balancer', 'random', '--runs', '0')).exitCode).toBe(0);
    const { exitCode, stderr } = await invoke('check', '--balancer', 'rondom');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/no such balancer/);
  });
});

describe('etcdsim run', () => {
  it('leaves it to a balancer from a file what its own option called model means', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'etcdsim-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'modelled.mjs');
    const options = "{ model: 'how it chooses' }";
    const picker = "newPicker: (ready) => ({ pick: () => ({ kind: 'complete', subconnection: ready[0] }) })";
    writeFileSync(file, `export default { name: 'modelled', summary: 'the first', options: ${options}, ${picker} };\n`);
    const scenario = join(folder, 'modelled.yaml');
    const balancer = '{ name: modelled, model: fast }';
    writeFileSync(
      scenario,
      `name: modelled\ndescription: A model of its own.\nplug-ins: [modelled.mjs]\nclient: { balancer: ${balancer} }\n` +
        'workload: { kind: sequential, operations: put, count: 3 }\n',
    );
    const { exitCode, stderr } = await invoke('run', scenario, '--format', 'json');
    expect([exitCode, stderr]).toEqual([0, expect.not.stringMatching(/error/)]);
  });

  it('takes a balancer from a file', async () => {
    const { exitCode, stdout } = await invoke('run', 'hello', '--balancer', sticky, '--format', 'json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).metrics.request_share_m1.value).toBe(1);
  });

  it('takes workload, fault and balancer from a scenario', async () => {
    const { exitCode, stdout } = await invoke('run', `${ROOT}examples/burst.yaml`, '--format', 'json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).metrics.burst_count.value).toBe(10);
  });

  it('ends with 2 at a plug-in that throws, and names it', async () => {
    const file = `${ROOT}test/plug-ins/bad/throws-later.js`;
    const { exitCode, stdout, stderr } = await invoke('run', 'hello', '--balancer', file);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/throws-later\.js: \[B4\].*no more/);
  });
});

describe('plug-ins of the command line', () => {
  it('are the workload, strike, and watch', async () => {
    const own = [
      '--workload',
      'burst-workload.js',
      '--fault',
      'flapping-fault.js',
      '--invariant',
      'applied-order-invariant.js',
    ];
    const flags = own.map((word) => (word.startsWith('--') ? word : `${ROOT}examples/${word}`));
    const { exitCode, stdout } = await invoke('run', 'hello', '--balancer', sticky, ...flags, '--format', 'json');
    expect(exitCode).toBe(0);
    const { metrics, timeline } = JSON.parse(stdout);
    expect(metrics.burst_count.value).toBe(5);
    expect(timeline).toContainEqual({ timeMs: 1000, text: 'flapping m1' });
  });

  it('strike when the scenario says, if it does', async () => {
    const faults = 'faults=[{at: 20ms, action: flapping, target: m3}]';
    const flags = ['--fault', `${ROOT}examples/flapping-fault.js`, '--set', faults, '--format', 'json'];
    const { stdout } = await invoke('run', 'hello', ...flags);
    const { timeline } = JSON.parse(stdout) as { timeline: { text: string }[] };
    expect(timeline.filter(({ text }) => text.startsWith('flapping'))).toEqual([{ timeMs: 20, text: 'flapping m3' }]);
  });

  it('must be of their kind', async () => {
    const { exitCode, stderr } = await invoke('run', 'hello', '--invariant', sticky);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/sticky-balancer\.js: expected an invariant, found a balancer/);
  });
});

describe('etcdsim check --invariant', () => {
  it('looks for a schedule in which it does not hold, and replays it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'etcdsim-check-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = `${BAD}too-many-leaders.js`;
    const found = await invoke('check', '--invariant', file, '--runs', '200', '--seed', '1', '--out', folder);
    expect(found.exitCode).toBe(1);
    expect(found.stdout).toMatch(/violated: One Leader For Ever/);
    const [counterexample] = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const again = await invoke('replay', join(folder, counterexample!));
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toMatch(/the same as recorded/);
  });

  it('takes what a scenario names', async () => {
    const { exitCode, stdout, stderr } = await invoke(
      'check',
      `${ROOT}examples/burst.yaml`,
      '--runs',
      '3',
      '--seed',
      '1',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/no violation/);
    expect(stderr).toMatch(/the workload burst is left out/);
  });
});

describe('etcdsim compare', () => {
  it('compares a balancer from a file', async () => {
    const vary = `client.balancer=round-robin,${sticky}`;
    const flags = ['--vary', vary, '--replications', '3', '--metrics', 'request_share_m1', '--format', 'json'];
    const { exitCode, stdout } = await invoke('compare', 'hello', ...flags);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ value: 'sticky', metric: 'request_share_m1', n: 3 }]);
    expect(JSON.parse(stdout)[0].mean).toBeGreaterThan(0.99);
  });
});

describe('etcdsim sweep', () => {
  it.each(['sweep', 'compare'])(
    '%s ends with 2 at a plug-in that throws, and leaves nothing behind',
    async (command) => {
      const folder = join(mkdtempSync(join(tmpdir(), 'etcdsim-sweep-')), 'out');
      onTestFinished(() => rmSync(dirname(folder), { recursive: true }));
      const vary = `client.balancer=round-robin,${BAD}throws-later.js`;
      const { exitCode, stdout, stderr } = await invoke(
        command,
        'hello',
        '--vary',
        vary,
        '--jobs',
        '2',
        '--out',
        folder,
      );
      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(
        /^error: .*throws-later\.js: \[B4\].*no more.*\n {2}in client.balancer=throws-later, replication 0\n/,
      );
      expect(existsSync(folder)).toBe(false);
    },
  );

  it('takes a balancer from a file among the values of an axis', async () => {
    const vary = `client.balancer=round-robin,${sticky}`;
    const { exitCode, stdout } = await invoke('sweep', 'hello', '--vary', vary, '--jobs', '2', '--format', 'json');
    expect(exitCode).toBe(0);
    const shares = JSON.parse(stdout).filter(({ metric }: { metric: string }) => metric === 'request_share_m1');
    expect(shares.map(({ cell }: { cell: unknown }) => cell)).toEqual([
      { 'client.balancer': 'round-robin' },
      { 'client.balancer': 'sticky' },
    ]);
    expect(shares[0].mean).toBeLessThan(0.5);
    expect(shares[1].mean).toBe(1);
  });
});
