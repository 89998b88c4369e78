import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { etcdRules, type RaftRules } from '../../src/raft/rules.js';
import { seededFaults } from './seeded-faults.js';
import { SEEDS } from './seeds.js';
import { ACTIONS, type Action, Cluster, EVENTS } from './simulation/cluster.js';

/** How often each comes up: enough quiet work between the faults that something happens at all. */
const weights: Partial<Record<Action[0], number>> = {
  tick: 10,
  ready: 5,
  deliver: 8,
  run: 20,
  'run-some': 20,
  propose: 8,
  lose: 4,
  compact: 6,
};

const action: fc.Arbitrary<Action> = fc.tuple(
  fc.oneof(...ACTIONS.map((kind) => ({ arbitrary: fc.constant(kind), weight: weights[kind] ?? 2 }))),
  fc.nat(31),
  fc.nat(63),
);
const schedule = fc.array(action, { minLength: 20, maxLength: 250, size: 'max' });

function run(rules: RaftRules, asyncStorageWrites: boolean, voters: number, actions: readonly Action[]): Cluster {
  const cluster = new Cluster(voters, { rules, asyncStorageWrites });
  for (const each of actions) cluster.act(each);
  return cluster;
}

describe.each([false, true])('any schedule of faults, asynchronous storage writes: %s', (asynchronous) => {
  const seen = new Set<string>();

  test.each(SEEDS)('keeps the five safety properties, and heals; seed %i', (seed) => {
    fc.assert(
      fc.property(fc.constantFrom(3, 5), schedule, (voters, actions) => {
        const cluster = run(etcdRules, asynchronous, voters, actions);
        expect(cluster.heal()).toBe(true);
        for (const event of cluster.seen) seen.add(event);
      }),
      { seed, numRuns: 60 },
    );
  });

  test('and everything that could happen did, sometimes', () => {
    expect(EVENTS.filter((event) => !seen.has(event))).toEqual([]);
  });
});

// Those that random schedules find within moments; the claims catch every one.
describe('a faulty member is found out', () => {
  test.each([
    ['a second vote in one term', /violated: Election Safety/],
    ['a grant that is not remembered', /violated: Election Safety/],
    ['a minority commit', /violated: /],
    ['a heartbeat with the whole commit index', /behind the log/],
    ['a second configuration change while one is unapplied', /cannot be applied/],
  ])('%s', (name, how) => {
    const rules = { ...etcdRules, ...seededFaults.find((fault) => fault.name === name)!.rules };
    const found: string[] = [];
    for (const [voters, actions] of fc.sample(fc.tuple(fc.constantFrom(3, 5), schedule), { seed: 1, numRuns: 300 })) {
      try {
        run(rules, false, voters, actions);
      } catch (error) {
        found.push((error as Error).message);
        if (how.test(found.at(-1)!)) break;
      }
    }
    expect(found).toContainEqual(expect.stringMatching(how));
  });
});
