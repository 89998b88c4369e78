import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ChangeContext,
  enterJoint,
  leaveJoint,
  type Membership,
  simple,
} from '../../src/raft/confchange/changer.js';
import { restore } from '../../src/raft/confchange/restore.js';
import { EMPTY_CONFIGURATION, toConfState } from '../../src/raft/tracker/configuration.js';
import { Inflights } from '../../src/raft/tracker/inflights.js';
import type { ConfChangeSingle, ConfState } from '../../src/raft/types.js';
import { SEEDS } from './seeds.js';
import { id, ids } from './test-node.js';

const context: ChangeContext = { lastIndex: 10, newInflights: () => new Inflights(16, Number.POSITIVE_INFINITY) };
const EMPTY: Membership = { configuration: EMPTY_CONFIGURATION, progress: new Map() };

const single: fc.Arbitrary<ConfChangeSingle> = fc.record({
  type: fc.constantFrom(
    'ConfChangeAddNode',
    'ConfChangeAddLearnerNode',
    'ConfChangeRemoveNode',
    'ConfChangeUpdateNode',
  ),
  nodeId: fc.integer({ min: 1, max: 8 }).map(id),
});
const changes = fc.array(single, { minLength: 1, maxLength: 8 });
const setUp = fc.array(single, { maxLength: 6 });

/** A membership that some changes lead to, member 1 being there from the start. */
function membershipAfter(steps: readonly ConfChangeSingle[]): Membership {
  let membership = orFail(simple(EMPTY, context, [{ type: 'ConfChangeAddNode', nodeId: id(1) }]));
  for (const step of steps) {
    const next = simple(membership, context, [step]);
    if (typeof next !== 'string') membership = next;
  }
  return membership;
}

function orFail(result: Membership | string): Membership {
  if (typeof result === 'string') throw new Error(result);
  return result;
}

/** Configuration and progress as text: who, as what, from where. */
function describeMembership({ configuration, progress }: Membership): unknown {
  const sorted = [...progress].sort(([a], [b]) => a - b);
  return [configuration, sorted.map(([member, each]) => [member, each.describe()])];
}

describe.each(SEEDS)('membership changes, seed %i', (seed) => {
  test('one by one or jointly, the same changes lead to the same membership', () => {
    let reached = 0;
    let refused = 0;
    fc.assert(
      fc.property(setUp, changes, (before, steps) => {
        const start = membershipAfter(before);
        let simply: Membership | string = start;
        for (const step of steps) {
          const next = simple(simply as Membership, context, [step]);
          simply = next;
          if (typeof next === 'string') break;
        }
        if (typeof simply === 'string') {
          refused++;
          return;
        }
        reached++;
        for (const autoLeave of [false, true]) {
          const joint = orFail(enterJoint(start, context, steps, autoLeave));
          expect(joint.configuration.autoLeave).toBe(autoLeave);
          expect(joint.configuration.voters.outgoing).toEqual(start.configuration.voters.incoming);
          expect(typeof enterJoint(joint, context, steps, autoLeave)).toBe('string');
          expect(describeMembership(orFail(leaveJoint(joint, context)))).toEqual(describeMembership(simply));
        }
      }),
      { seed, numRuns: 500 },
    );
    expect(reached).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  test('a change leaves the membership that it starts from as it was', () => {
    fc.assert(
      fc.property(setUp, changes, (before, steps) => {
        const start = membershipAfter(before);
        const described = JSON.stringify(describeMembership(start));
        const joint = enterJoint(start, context, steps, false);
        if (typeof joint !== 'string') leaveJoint(joint, context);
        expect(JSON.stringify(describeMembership(start))).toBe(described);
      }),
      { seed, numRuns: 300 },
    );
  });

  test('no member is two things at once, and voters never run out', () => {
    fc.assert(
      fc.property(setUp, changes, (before, steps) => {
        const joint = enterJoint(membershipAfter(before), context, steps, false);
        if (typeof joint === 'string') {
          expect(joint).toBe('removed all voters');
          return;
        }
        for (const { configuration, progress } of [joint, orFail(leaveJoint(joint, context))]) {
          const { voters, learners, learnersNext } = configuration;
          const voting = new Set([...voters.incoming, ...voters.outgoing]);
          expect(voters.incoming.length).toBeGreaterThan(0);
          expect(learners.filter((each) => voting.has(each))).toEqual([]);
          expect(learnersNext.filter((each) => !voters.outgoing.includes(each))).toEqual([]);
          expect(new Set(progress.keys())).toEqual(new Set([...voting, ...learners]));
        }
      }),
      { seed, numRuns: 300 },
    );
  });

  test('a configuration state that no changes lead to is refused', () => {
    const state: ConfState = { ...NO_ONE, voters: ids(1, 2, 3) };
    for (const wrong of [
      { voters: ids(1, 1) },
      { learners: ids(3) },
      { learners: ids(4, 4) },
      { learnersNext: ids(4) },
      { autoLeave: true },
      { votersOutgoing: ids(1, 2), learners: ids(2) },
      { votersOutgoing: ids(1, 2, 2) },
    ]) {
      expect(() => restore({ ...state, ...wrong }, context)).toThrow(/configuration state/);
    }
    // In any order.
    expect(restore({ ...state, voters: ids(3, 1, 2) }, context).configuration.voters.incoming).toEqual([1, 2, 3]);
  });

  test('a configuration state survives a round trip', () => {
    let joint = 0;
    fc.assert(
      fc.property(confState, (state) => {
        expect(toConfState(restore(state, context).configuration)).toEqual(state);
        if (state.learnersNext.length > 0) joint++;
      }),
      { seed, numRuns: 500 },
    );
    expect(joint).toBeGreaterThan(0);
  });
});

const NO_ONE: ConfState = { voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };

/** A state that a cluster can be in: voters, learners, and perhaps an outgoing half with voters that become learners. */
const confState: fc.Arbitrary<ConfState> = fc
  .record({
    order: fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 9 }),
    voters: fc.integer({ min: 1, max: 4 }),
    learners: fc.integer({ min: 0, max: 2 }),
    removed: fc.integer({ min: 0, max: 2 }),
    demoted: fc.integer({ min: 0, max: 1 }),
    kept: fc.integer({ min: 0, max: 4 }),
    isJoint: fc.boolean(),
    autoLeave: fc.boolean(),
  })
  .map(({ order, voters, learners, removed, demoted, kept, isJoint, autoLeave }) => {
    const ascending = (numbers: number[]) => ids(...numbers.sort((a, b) => a - b));
    const take = (count: number) => order.splice(0, count);
    const incoming = take(voters);
    const learning = take(learners);
    const learnersNext = isJoint ? take(demoted) : [];
    const outgoing = isJoint ? [...take(removed), ...learnersNext, ...incoming.slice(0, kept)] : [];
    const reallyJoint = outgoing.length > 0;
    return {
      voters: ascending(incoming),
      learners: ascending(learning),
      votersOutgoing: ascending(outgoing),
      learnersNext: ascending(learnersNext),
      autoLeave: reallyJoint && autoLeave,
    };
  });
