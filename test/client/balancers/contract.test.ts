import { describe, expect, it } from 'vitest';
import { balancers } from '../../../src/client/balancers/index.js';
import { roundRobin } from '../../../src/client/balancers/round-robin.js';
import { checkPolicy, RULE_IDS, type RuleId } from '../../../src/client/contract/index.js';
import type { PickerPolicy } from '../../../src/client/index.js';
import { surroundings } from '../../../src/experiment/plug-ins/surroundings.js';
import { contractOf } from './contract.js';

describe.each(balancers.map((policy) => [policy.name, policy] as const))('%s', (_name, policy) => {
  contractOf(policy);
});

describe.each([
  ['grpc-1.7', { 'unhealthy-time': 500_000 }],
  ['pick-first', { shuffle: true }],
  ['outlier-detection', { child: 'grpc-1.0', interval: 1_000_000, 'base-ejection': 2_000_000 }],
  ['outlier-detection', { child: 'leader-aware', interval: 1_000_000, 'base-ejection': 2_000_000 }],
  ['weighted-round-robin', { blackout: 0 }],
])('%s with %j', (name, options) => {
  contractOf(
    balancers.find((policy) => policy.name === name),
    { options, randomPlans: 1 },
  );
});

/** Round robin with one thing wrong. */
function broken(change: Partial<PickerPolicy>): PickerPolicy {
  return { ...roundRobin, name: 'broken', ...change } as PickerPolicy;
}

const base = roundRobin as PickerPolicy;
let chosenOnce = 0;

/** One or more policies a rule that break it, and no rule before it. */
const BREAKERS: Readonly<Record<RuleId, Readonly<Record<string, unknown>>>> = {
  B1: {
    'a function': () => {},
    'no name': broken({ name: '' }),
    'a name in capitals': broken({ name: 'RoundRobin' }),
    'no newPicker': { name: 'x', summary: 'x' },
    'a newPicker that is none': { ...base, newPicker: 3 },
    'an option without words': broken({ options: { fast: '' } }),
  },
  B2: {
    'no answer': broken({ newPicker: () => ({ pick: () => undefined as never }) }),
    'an unknown kind': broken({ newPicker: () => ({ pick: () => ({ kind: 'maybe' }) as never }) }),
    'complete without a subconnection': broken({ newPicker: () => ({ pick: () => ({ kind: 'complete' }) as never }) }),
    'a drop without an error': broken({ newPicker: () => ({ pick: () => ({ kind: 'drop' }) as never }) }),
    'no picker': broken({ newPicker: () => undefined as never }),
    'a timer in fractions': broken({
      newPicker(ready, env, shared, memory) {
        env.after(0.5, () => {});
        return base.newPicker(ready, env, shared, memory);
      },
    }),
  },
  B3: {
    'one that is not ready': broken({
      remember: (channel) => ({ all: channel.subconnections }),
      newPicker: (_ready, _env, _shared, memory) => ({
        pick: () => ({ kind: 'complete', subconnection: (memory as { all: never[] }).all[0]! }),
      }),
    }),
    'one of its own making': broken({
      newPicker: (ready) => ({ pick: () => ({ kind: 'complete', subconnection: { ...ready[0]! } }) }),
    }),
  },
  B4: {
    'throws in pick': broken({
      newPicker: (ready) => ({ pick: () => ({ kind: 'complete', subconnection: ready[2]!.endpoint as never }) }),
    }),
    'throws when one is ready alone': broken({
      newPicker(ready, env, shared, memory) {
        if (ready.length === 1) throw new Error('alone');
        return base.newPicker(ready, env, shared, memory);
      },
    }),
    'throws in a timer': broken({
      shared: (env) => env.after(1000, () => (undefined as unknown as { x(): void }).x()),
    }),
  },
  B5: {
    'asks for the time for ever': broken({
      newPicker: (_ready, env) => ({
        pick() {
          while (env.nowUs >= 0);
          return { kind: 'queue' };
        },
      }),
    }),
  },
  B6: {
    'queues everything': broken({ newPicker: () => ({ pick: () => ({ kind: 'queue' }) }) }),
    'never dials': broken({ remember: () => ({ start: () => {} }) }),
    'waits for the first member alone': broken({
      newPicker: (ready, env) => ({
        pick() {
          const first = ready.find(({ endpoint }) => endpoint === env.endpoints[0]);
          return first === undefined ? { kind: 'queue' } : { kind: 'complete', subconnection: first };
        },
      }),
    }),
  },
  B7: {
    'refuses for ever after a break': broken({
      remember: () => ({ broke: false, stateChanged() {} }),
      newPicker(ready, env, shared, memory) {
        const kept = memory as { broke: boolean; most?: number };
        kept.most = Math.max(kept.most ?? 0, ready.length);
        if (ready.length < kept.most) kept.broke = true;
        const picker = base.newPicker(ready, env, shared, memory);
        const error = { kind: 'error', code: 'Unavailable', text: 'broken once' } as const;
        return { pick: (call) => (kept.broke && call.mutation ? { kind: 'drop', error } : picker.pick(call)) };
      },
    }),
  },
  B8: {
    'remembers another run': broken({
      newPicker: (ready) => ({
        pick: () => ({ kind: 'complete', subconnection: ready[Math.floor(chosenOnce++ / 1009) % ready.length]! }),
      }),
    }),
  },
  B9: {
    'the machine’s chance': broken({
      newPicker: (ready) => ({
        pick: () => ({ kind: 'complete', subconnection: ready[Math.floor(Math.random() * ready.length)]! }),
      }),
    }),
    'the machine’s clock': broken({
      newPicker: (ready) => ({ pick: () => ({ kind: 'complete', subconnection: ready[Date.now() % ready.length]! }) }),
    }),
    'the machine’s timers': broken({
      shared: () => setTimeout(() => {}, 0),
    }),
  },
  B10: {
    'sorts what it is given': broken({
      newPicker(ready, env, shared, memory) {
        (ready as never[]).reverse();
        return base.newPicker(ready, env, shared, memory);
      },
    }),
    'writes on a subconnection': broken({
      newPicker(ready, env, shared, memory) {
        Object.assign(ready[0]!, { used: 1 });
        return base.newPicker(ready, env, shared, memory);
      },
    }),
  },
  B11: {
    'asks a stranger': broken({ shared: (env) => env.askStatus('m9', 1000, () => {}) }),
    'dials a stranger': broken({ remember: (channel) => ({ start: () => channel.connect('m9') }) }),
  },
  B12: {
    'polls ten times a second': broken({
      shared(env) {
        const poll = (): void => {
          for (const endpoint of env.endpoints) env.askStatus(endpoint, 1_000_000, () => {});
          env.after(100_000, poll);
        };
        poll();
      },
    }),
    'asks before each call': broken({
      newPicker(ready, env, shared, memory) {
        const picker = base.newPicker(ready, env, shared, memory);
        return {
          pick(call) {
            env.askStatus(ready[0]!.endpoint, 1_000_000, () => {});
            return picker.pick(call);
          },
        };
      },
    }),
  },
  B13: {
    'a timer a call': broken({
      newPicker(ready, env, shared, memory) {
        const picker = base.newPicker(ready, env, shared, memory);
        return {
          pick(call) {
            env.after(60_000_000, () => {});
            return picker.pick(call);
          },
        };
      },
    }),
  },
  B14: {
    'gives watches no second place': broken({
      remember: () => ({ seen: 0 }),
      newPicker(ready, env, shared, memory) {
        const picker = base.newPicker(ready, env, shared, memory);
        return {
          pick(call) {
            if (call.kind === 'watch' && (memory as { seen: number }).seen++ > 0) return { kind: 'queue' };
            return picker.pick(call);
          },
        };
      },
    }),
  },
};

describe.each(RULE_IDS)('rule %s bites', (rule) => {
  it.each(Object.entries(BREAKERS[rule]))('%s', (_name, policy) => {
    const verdicts = checkPolicy(policy, { randomPlans: 0, surroundings: surroundings() });
    const found = verdicts.filter(({ status }) => status === 'broken');
    expect(found.map((verdict) => verdict.rule)).toEqual([rule]);
    expect(found[0]!.text).not.toBe('');
  });
});

describe('an exception', () => {
  it('is shown with its reason instead of a verdict', () => {
    const queueing = broken({
      newPicker: () => ({ pick: () => ({ kind: 'queue' }) }),
      exceptions: { B6: 'a test', B7: 'a test', B14: 'a test' },
    });
    const verdicts = checkPolicy(queueing, { randomPlans: 0 });
    expect(verdicts.filter(({ status }) => status !== 'kept').map(({ rule, text }) => [rule, text])).toEqual([
      ['B6', 'a test'],
      ['B7', 'a test'],
      ['B14', 'a test'],
    ]);
  });
});
