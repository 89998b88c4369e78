import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { invoke } from '../cli/invoke.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
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

describe('etcdsim sweep', () => {
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
