import { describe, expect, it } from 'vitest';
import type { KubeApiserverInitConfig } from '../../src/workload/index.js';
import { kubeApiserverInit } from '../../src/workload/kube-apiserver-init/index.js';
import { type Call, type ConstantEtcdOptions, runOnConstantEtcd, type WorkloadRun } from './constant-etcd.js';
import { SEEDS } from './seeds.js';

const CONFIG: KubeApiserverInitConfig = {
  kind: 'kube-apiserver-init',
  cpuScale: 1,
  leaderElection: true,
  localStepsUs: 0,
};

const run = (options: ConstantEtcdOptions, config: Partial<KubeApiserverInitConfig> = {}): WorkloadRun =>
  runOnConstantEtcd(kubeApiserverInit, { ...CONFIG, ...config }, options);

/** About what round robin costs at an egress delay of 0 and of 30 ms. */
const FAST = { latencyUs: 2_500 };
const SLOW = { latencyUs: 132_000 };

const resourceOf = ({ client }: Call): string => client.split('kube-apiserver-init/')[1]!;
const keyOf = ({ request }: Call): string => ('key' in request ? request.key : '');
const createdKey = ({ request, outcome }: Call): string | undefined => {
  if (request.kind !== 'txn' || request.failure.length > 0 || outcome?.kind !== 'txn' || !outcome.succeeded)
    return undefined;
  return request.compares[0]?.key;
};
const created = (result: WorkloadRun, prefix: string): Call[] =>
  result.calls.filter((call) => createdKey(call)?.startsWith(prefix));
const figure = (result: WorkloadRun, name: string): number => result.figures.get(name) ?? Number.NaN;

/** Most calls in flight at once. */
function mostAtOnce(calls: readonly Call[]): number {
  const edges = calls.flatMap(({ startUs, endUs }) => [
    { atUs: startUs, step: 1 },
    { atUs: endUs < 0 ? Number.POSITIVE_INFINITY : endUs, step: -1 },
  ]);
  // At one moment the ends come first: a chain's next call may start as its last one ends.
  edges.sort((a, b) => a.atUs - b.atUs || a.step - b.step);
  let now = 0;
  let most = 0;
  for (const { step } of edges) {
    now += step;
    most = Math.max(most, now);
  }
  return most;
}

/** Up to `total`, in the recordings of D = 0 and 30 ms. Source: INIT.md's traces. */
const RECORDED = {
  fast: { get: 284, list: 81, count: 70, create: 250, update: 66, dial: 75, health: 25, watch: 68, lease_grant: 2 },
  slow: { get: 295, list: 85, count: 74, create: 248, update: 76, dial: 75, health: 237, watch: 68, lease_grant: 3 },
};

describe('kube-apiserver-init', () => {
  it.each([
    ['fast', FAST, RECORDED.fast],
    ['slow', SLOW, RECORDED.slow],
  ] as const)('asks what the recorded control plane asked (%s etcd)', (_, options, recorded) => {
    const result = run(options);
    expect(result.done).toBe(true);
    for (const [kind, count] of Object.entries(recorded)) {
      const simulated = figure(result, `requests_${kind}`);
      // How many ticks a poll loses hangs on the single latencies, which are all the same here.
      const share = kind === 'health' ? 0.35 : 0.05;
      expect(Math.abs(simulated - count), `${kind}: ${simulated} for ${count}`).toBeLessThanOrEqual(
        Math.max(share * count, 1),
      );
    }
  });

  it('reaches its steps in order, and is done with the last', () => {
    const result = run(FAST);
    const steps = ['serving', 'readyz', 'kcm_lease', 'controllers_started', 'caches_synced'].map((step) =>
      figure(result, step),
    );
    expect(steps).toEqual(steps.slice().sort((a, b) => a - b));
    const last = Math.max(
      ...['caches_synced', 'default_service_accounts', 'scheduler_lease'].map((step) => figure(result, step)),
    );
    expect(figure(result, 'total')).toBe(last);
    expect(result.notes).toContain('controllers started');
  });

  it('takes about as long as recorded where etcd answers at once', () => {
    const totals = SEEDS.map((seed) => figure(run({ ...FAST, seed }), 'total')).sort((a, b) => a - b);
    // Recorded at D = 0: 11.7 to 13.8 s.
    expect(totals[1]).toBeGreaterThan(11);
    expect(totals[1]).toBeLessThan(14);
  });

  it('bootstraps RBAC strictly one request after another', () => {
    const result = run(SLOW);
    const cacheFill = ({ request }: Call) => request.kind === 'range' && (request.limit || request.countOnly);
    const hookEndUs = figure(result, 'readyz') * 1e6;
    const calls = result.calls.filter(
      (call) => /^(cluster)?role(binding)?s$/.test(resourceOf(call)) && !cacheFill(call) && call.startUs < hookEndUs,
    );
    expect(mostAtOnce(calls)).toBe(1);
    expect(calls.filter((call) => createdKey(call) !== undefined)).toHaveLength(60 + 41 + 7 + 7);
    // Two lists and seven early gets; then a get for each object; the gets of namespaces go to another client.
    expect(calls).toHaveLength(2 + 7 + 2 * 115);
    expect(result.samples.get('rbac_read_latency')).toHaveLength(2 + 7 + 115 + 14);
  });

  it('opens 75 clients, the next when the last is up', () => {
    const { dials } = run(SLOW);
    expect(dials).toHaveLength(75);
    const chain = dials.filter(({ client }) => !client.endsWith('/health')).map(({ startUs }) => startUs);
    for (let i = 1; i < chain.length; i++) expect(chain[i]! - chain[i - 1]!).toBeGreaterThanOrEqual(SLOW.latencyUs);
  });

  it('gives a token to every service account, never more than five at once, when the watch tells of it', () => {
    const slow = run(SLOW);
    expect(created(slow, '/registry/serviceaccounts/kube-system/')).toHaveLength(28 + 1);
    const secrets = created(slow, '/registry/secrets/');
    expect(secrets.length).toBeGreaterThanOrEqual(28);
    expect(mostAtOnce(secrets)).toBeLessThanOrEqual(5);
    // Where etcd answers at once, several accounts wait when the workers begin.
    const fast = SEEDS.map((seed) => mostAtOnce(created(run({ ...FAST, seed }), '/registry/secrets/')));
    expect(Math.max(...fast)).toBeGreaterThan(1);
    expect(Math.max(...fast)).toBeLessThanOrEqual(5);

    const untold = run({ ...FAST, tells: (key) => !key.startsWith('/registry/serviceaccounts/'), untilUs: 40_000_000 });
    expect(created(untold, '/registry/secrets/')).toHaveLength(0);
    // The starter, too, sees an account only through the cache.
    expect(untold.done).toBe(false);
  });

  it('starts controllers no faster than their rate limit lets it', () => {
    const result = run({ latencyUs: 300 });
    const accounts = created(result, '/registry/serviceaccounts/kube-system/').slice(0, 28);
    const first = accounts[0]!.startUs;
    const last = accounts[accounts.length - 1]!.startUs;
    // 84 requests for the accounts alone, 30 of them in the burst.
    expect(last - first).toBeGreaterThan(((84 - 30) / 20) * 1e6 - 500_000);
    expect(figure(result, 'controllers_started') - figure(result, 'kcm_lease')).toBeLessThan(5);
  });

  it('looks up the quotas of a namespace at most once in 30 s', () => {
    const lookups = new Map<string, number[]>();
    for (const call of run(SLOW).calls) {
      if (resourceOf(call) !== 'resourcequotas' || call.request.kind !== 'range') continue;
      if (call.request.limit || call.request.countOnly) continue;
      lookups.set(keyOf(call), [...(lookups.get(keyOf(call)) ?? []), call.startUs]);
    }
    expect(lookups.size).toBe(4);
    for (const times of lookups.values()) {
      for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(30_000_000);
    }
    expect([...lookups.values()].some((times) => times.length > 1)).toBe(true);
  });

  it.each(SEEDS)('does the same again with the same seed (seed %i)', (seed) => {
    const log = ({ calls }: WorkloadRun) => calls.map(({ client, startUs, endUs }) => `${startUs} ${endUs} ${client}`);
    const first = log(run({ ...FAST, seed }));
    expect(log(run({ ...FAST, seed }))).toEqual(first);
    expect(log(run({ ...FAST, seed: `${seed}x` }))).not.toEqual(first);
  });

  it('asks for no lease without leader election', () => {
    const without = run(FAST, { leaderElection: false });
    expect(without.done).toBe(true);
    expect(created(without, '/registry/leases/')).toHaveLength(0);
    expect(without.figures.has('kcm_lease')).toBe(false);
    expect(without.figures.has('scheduler_lease')).toBe(false);
    const withIt = run(FAST);
    expect(created(withIt, '/registry/leases/')).toHaveLength(2);
    expect(withIt.figures.has('scheduler_lease')).toBe(true);
  });

  it('stretches CPU work alone by cpuScale', () => {
    const [once, twice] = [run(FAST), run(FAST, { cpuScale: 2 })];
    const more = figure(twice, 'serving') - figure(once, 'serving');
    // Some 4.2 s until it serves, nearly all of it CPU work.
    expect(more).toBeGreaterThan(3);
    expect(more).toBeLessThan(5.5);
    expect(figure(twice, 'requests_create')).toBe(figure(once, 'requests_create'));
  });

  it("adds the start script's own steps before everything", () => {
    const [plain, later] = [run(FAST), run(FAST, { localStepsUs: 10_000_000 })];
    expect(figure(later, 'total') - figure(plain, 'total')).toBeCloseTo(10, 3);
    expect(later.calls[0]!.startUs - plain.calls[0]!.startUs).toBe(10_000_000);
  });

  it('brings up several apiservers, with one controller manager between them', () => {
    const result = run({ ...SLOW, apiservers: 2, cores: 4 });
    expect(result.done).toBe(true);
    expect(result.dials).toHaveLength(150);
    const keys = result.calls.map(createdKey).filter((key) => key !== undefined);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => key.startsWith('/registry/leases/'))).toHaveLength(2);
    expect(keys.filter((key) => key.startsWith('/registry/clusterroles/'))).toHaveLength(60);
    const refused = result.calls.filter(({ outcome }) => outcome?.kind === 'txn' && !outcome.succeeded);
    expect(refused.length).toBeGreaterThan(0);
  });

  it.each(SEEDS)('gets there through lost answers too (seed %i)', (seed) => {
    const result = run({ ...FAST, seed, fails: (_, number) => number % 23 === 0 });
    expect(result.done).toBe(true);
    expect(figure(result, 'errors')).toBeGreaterThan(10);
    expect(figure(result, 'total')).toBeGreaterThan(figure(run({ ...FAST, seed }), 'total'));
    expect(created(result, '/registry/secrets/').length).toBeGreaterThanOrEqual(20);
  });
});
