import { describe, expect, it } from 'vitest';
import { readTrace } from '../../src/experiment/trace-file.js';
import type { TraceRecord } from '../../src/workload/index.js';
import { planReplay } from '../../src/workload/trace-replay/dependencies.js';
import { RateLimitClock } from '../../src/workload/trace-replay/rate-limit.js';
import { recordedRequests } from '../../src/workload/trace-replay/recorded-request.js';
import { traceReplay } from '../../src/workload/trace-replay.js';
import { type ConstantEtcdOptions, runOnConstantEtcd, type WorkloadRun } from './constant-etcd.js';

const replay = (records: readonly TraceRecord[], options: ConstantEtcdOptions): WorkloadRun =>
  runOnConstantEtcd(traceReplay, { kind: 'trace-replay', file: '', records }, options);

const APISERVER = { user: 'system:apiserver', verb: 'get', path: '/apis/rbac.authorization.k8s.io/v1/clusterroles' };
const dial = (t0: number, c: number): TraceRecord => ({ t0, t1: t0 + 0.001, c, m: 'Dial' });
const get = (t0: number, t1: number, c: number, key: string, more: Partial<TraceRecord> = APISERVER): TraceRecord => ({
  t0,
  t1,
  c,
  m: 'Range',
  key,
  ...more,
});
const create = (
  t0: number,
  t1: number,
  c: number,
  key: string,
  more: Partial<TraceRecord> = APISERVER,
): TraceRecord => ({
  t0,
  t1,
  c,
  m: 'Txn',
  key,
  ops: 'MOD:P|',
  ok: 'T',
  rb: 2 * key.length + 19 + 500,
  ...more,
});
const starts = (run: WorkloadRun, key: string): number[] =>
  run.calls.filter(({ request }) => 'key' in request && request.key === key).map(({ startUs }) => startUs);
const writeStart = (run: WorkloadRun, key: string): number =>
  run.calls.find(({ request }) => request.kind === 'txn' && request.compares[0]?.key === key)!.startUs;

describe('trace-replay', () => {
  it('keeps a chain a chain and its pauses as they were', () => {
    const recorded = [
      dial(0, 1),
      get(0.003, 0.103, 1, '/a'),
      get(0.105, 0.205, 1, '/b'),
      create(0.208, 0.308, 1, '/c'),
    ];
    for (const latencyUs of [1_000, 250_000]) {
      const run = replay(recorded, { latencyUs });
      const [a] = starts(run, '/a');
      const [b] = starts(run, '/b');
      expect(a).toBe(latencyUs + 2_000);
      expect(b).toBe(a! + latencyUs + 2_000);
      expect(writeStart(run, '/c')).toBe(b! + latencyUs + 3_000);
      expect(run.done).toBe(true);
      expect(run.figures.get('total')).toBeCloseTo((4 * latencyUs + 7_000) / 1e6, 6);
      expect(run.figures.get('recorded_total')).toBeCloseTo(0.308, 6);
    }
  });

  it('leaves two chains of one sender side by side', () => {
    const flow = { ...APISERVER, path: '/apis/flowcontrol.apiserver.k8s.io/v1beta1/flowschemas' };
    // Each chain's second get starts 2 ms after its own first one; the other's end lies further back.
    const recorded = [
      dial(0, 1),
      get(0.002, 0.102, 1, '/a'),
      get(0.0025, 0.1525, 1, '/x', flow),
      get(0.104, 0.204, 1, '/b'),
      get(0.1545, 0.2545, 1, '/y', flow),
      create(0.256, 0.356, 1, '/c'),
    ];
    const run = replay(recorded, { latencyUs: 10_000 });
    // One after another, the dial and five requests would take 60 ms and more.
    expect(run.figures.get('total')).toBeLessThan(0.05);
    expect(starts(run, '/b')[0]).toBeGreaterThanOrEqual(starts(run, '/a')[0]! + 10_000);
    expect(starts(run, '/y')[0]).toBeGreaterThanOrEqual(starts(run, '/x')[0]! + 10_000);
  });

  it('sends sizes and keys as recorded', () => {
    const recorded = [
      dial(0, 1),
      { t0: 0.002, t1: 0.01, c: 1, m: 'Range', key: '/p/', pfx: true, lim: 500 },
      { t0: 0.002, t1: 0.01, c: 1, m: 'Range', key: '/p/', pfx: true, cnt: true },
      create(0.012, 0.02, 1, '/p/one'),
      {
        t0: 0.021,
        t1: 0.03,
        c: 1,
        m: 'Txn',
        key: '/p/one',
        ops: 'MOD:P|R',
        ok: 'T',
        rb: 3 * 6 + 26 + 600,
        ...APISERVER,
      },
      { t0: 0.031, t1: 0.04, c: 1, m: 'LeaseGrant', rb: 2, ...APISERVER },
    ];
    const { calls } = replay(recorded as TraceRecord[], { latencyUs: 1_000 });
    const requests = calls.map(({ request }) => request);
    expect(requests).toContainEqual({ kind: 'range', key: '/p/', rangeEnd: '/p0', limit: 500 });
    expect(requests).toContainEqual({ kind: 'range', key: '/p/', rangeEnd: '/p0', countOnly: true });
    const writes = calls.filter(({ request }) => request.kind === 'txn');
    expect(writes.map(({ outcome }) => outcome?.kind === 'txn' && outcome.succeeded)).toEqual([true, true]);
    const sizes = writes.map(({ request }) =>
      request.kind === 'txn' && request.success[0]?.kind === 'put' ? request.success[0].value.sizeBytes : 0,
    );
    expect(Math.abs(sizes[0]! - 500)).toBeLessThan(20);
    expect(Math.abs(sizes[1]! - 600)).toBeLessThan(20);
  });

  it('polls for as long as what it waits for takes here', () => {
    const recorded: TraceRecord[] = [dial(0, 1), dial(0.001, 2), get(0.003, 0.023, 1, '/chain/0')];
    for (let i = 1; i <= 100; i++) recorded.push(get(0.003 + i * 0.021, 0.023 + i * 0.021, 1, `/chain/${i}`));
    for (let i = 0; i < 21; i++) recorded.push(get(0.004 + i * 0.1, 0.006 + i * 0.1, 2, '/health', {}));
    recorded.push(create(2.125, 2.145, 1, '/last'));
    const ticks = (latencyUs: number) => starts(replay(recorded, { latencyUs }), '/health');
    expect(ticks(20_000).length).toBeGreaterThan(18);
    expect(ticks(20_000).length).toBeLessThan(24);
    // The chain takes four times as long, and the poll with it; a tick is 100 ms still.
    const slow = ticks(80_000);
    expect(slow.length).toBeGreaterThan(70);
    for (let i = 2; i < slow.length; i++) expect(slow[i]! - slow[i - 1]!).toBe(100_000);
    // Ticks that fall into a request in flight are lost.
    const slower = ticks(130_000);
    for (let i = 2; i < slower.length; i++) expect(slower[i]! - slower[i - 1]!).toBe(200_000);
  });

  it("runs the apiserver's timers from what started them", () => {
    const recorded = [
      dial(0, 1),
      get(3, 3.1, 1, '/first'),
      get(3.102, 3.2, 1, '/next'),
      get(4.001, 4.1, 1, '/timer'),
      create(4.102, 4.2, 1, '/end'),
    ];
    const run = replay(recorded, { latencyUs: 400_000 });
    expect(starts(run, '/timer')[0]! - starts(run, '/first')[0]!).toBe(1_001_000);
  });

  it('is not kept waiting by renewals, nor counts them as work', () => {
    const manager = {
      user: 'system:kube-controller-manager',
      verb: 'get',
      path: '/apis/coordination.k8s.io/v1/leases',
    };
    const recorded: TraceRecord[] = [dial(0, 1), create(0.002, 0.01, 1, '/lease', manager)];
    for (let i = 1; i < 9; i++) recorded.push(get(2.01 * i, 2.01 * i + 0.01, 1, '/lease', manager));
    recorded.push(create(0.02, 0.03, 1, '/work'));
    const plan = planReplay(recordedRequests(recorded));
    const renewals = plan.requests.filter(({ record, kind }) => record.key === '/lease' && kind === 'get');
    for (const renewal of renewals.slice(1)) {
      expect(plan.dependencies[renewal.index]!.ends.some(({ record }) => record.key === '/lease')).toBe(true);
    }
    const run = replay(recorded, { latencyUs: 1_000 });
    expect(run.done).toBe(true);
    expect(run.figures.get('total')).toBeLessThan(0.1);
  });

  it('holds back again what a rate limit held back', () => {
    const clock = new RateLimitClock({ intervalUs: 50_000, burst: 3 });
    expect([1, 2, 3, 4, 5].map(() => clock.take(1_000_000))).toEqual([1e6, 1e6, 1e6, 1_050_000, 1_100_000]);
    const seen = new RateLimitClock({ intervalUs: 50_000, burst: 3 });
    for (let i = 0; i < 3; i++) seen.observe(1_000_000);
    expect(seen.observe(1_054_000)).toBe(1_050_000);
  });

  it('goes on after errors, and says how many there were', () => {
    const recorded = [dial(0, 1), get(0.003, 0.1, 1, '/a'), create(0.105, 0.2, 1, '/b')];
    const run = replay(recorded, { latencyUs: 1_000, fails: (_, number) => number === 1 });
    expect(run.done).toBe(true);
    expect(run.figures.get('errors')).toBe(1);
  });

  it('has nothing to do for a recording without writes', () => {
    expect(replay([dial(0, 1)], { latencyUs: 1_000 }).done).toBe(true);
    expect(replay([], { latencyUs: 1_000 }).figures.get('total')).toBe(0);
  });

  const reference = process.env['ETCDSIM_REFERENCE'];
  describe.skipIf(reference === undefined)("the recordings of a control plane's start (ETCDSIM_REFERENCE)", () => {
    const trace = (name: string) => readTrace(`${reference}/groundtruth/init-trace-${name}.jsonl.gz`);

    it('recorded at 30 ms and replayed at 0 takes about what was recorded at 0, and the other way round', () => {
      const [near, far] = [trace('0ms-round-robin'), trace('30ms-round-robin')];
      const farHere = replay(far, { latencyUs: 2_500 }).figures;
      const nearThere = replay(near, { latencyUs: 146_000 }).figures;
      const [nearRecorded, farRecorded] = [nearThere.get('recorded_total')!, farHere.get('recorded_total')!];
      expect(nearRecorded).toBeCloseTo(11.888, 2);
      expect(Math.abs(farHere.get('total')! / nearRecorded - 1)).toBeLessThan(0.1);
      // One constant stands for reads that collide and for writes, at the leader and at followers.
      expect(Math.abs(nearThere.get('total')! / farRecorded - 1)).toBeLessThan(0.12);
    });

    it.each(['0ms-pick-leader', '0ms-round-robin', '30ms-round-robin'])(
      'plans %s without leaving a request out',
      (name) => {
        const plan = planReplay(recordedRequests(trace(name)));
        const later = new Set(plan.polls.flatMap(({ members }) => members.slice(1).map(({ index }) => index)));
        for (const request of plan.requests) {
          const dependency = plan.dependencies[request.index];
          expect(dependency === undefined).toBe(later.has(request.index));
          if (dependency === undefined) continue;
          expect(dependency.thinkUs).toBeGreaterThanOrEqual(0);
          for (const end of dependency.ends) expect(end.endUs).toBeLessThanOrEqual(request.startUs);
        }
        expect(plan.polls).toHaveLength(1);
      },
    );
  });
});
