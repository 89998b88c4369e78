import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jointCommitted, jointVote } from '../../src/raft/quorum/joint.js';
import { majorityCommitted, majorityVote } from '../../src/raft/quorum/majority.js';
import type { MemberId } from '../../src/raft/types.js';
import { SEEDS } from './seeds.js';
import { ids } from './test-node.js';

const members = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 7 }).map((numbers) => ids(...numbers));
const indexes = fc.dictionary(fc.constantFrom(...'123456789'), fc.integer({ min: 0, max: 12 }));
const answers = fc.dictionary(fc.constantFrom(...'123456789'), fc.boolean());

const lookUp =
  <T>(values: Readonly<Record<string, T>>) =>
  (id: MemberId): T | undefined =>
    values[String(id)];

/** By definition: the largest index that more than half have reached. */
function committedByCounting(voters: readonly MemberId[], acknowledged: (id: MemberId) => number | undefined): number {
  if (voters.length === 0) return Number.POSITIVE_INFINITY;
  const candidates = [0, ...voters.map((id) => acknowledged(id) ?? 0)];
  return Math.max(
    ...candidates.filter((index) => 2 * voters.filter((id) => (acknowledged(id) ?? 0) >= index).length > voters.length),
  );
}

/** By definition: all ways in which the missing answers may come out, or can they differ? */
function voteByTrying(voters: readonly MemberId[], vote: (id: MemberId) => boolean | undefined): string {
  const granted = voters.filter((id) => vote(id) === true).length;
  const missing = voters.filter((id) => vote(id) === undefined).length;
  const outcomes = new Set<boolean>();
  for (let more = 0; more <= missing; more++) outcomes.add(voters.length === 0 || 2 * (granted + more) > voters.length);
  if (outcomes.size === 2) return 'VotePending';
  return outcomes.has(true) ? 'VoteWon' : 'VoteLost';
}

describe.each(SEEDS)('quorums, seed %i', (seed) => {
  test('what a majority has committed is what counting says', () => {
    fc.assert(
      fc.property(members, indexes, (voters, known) => {
        expect(majorityCommitted(voters, lookUp(known))).toBe(committedByCounting(voters, lookUp(known)));
      }),
      { seed, numRuns: 1000 },
    );
  });

  test('what a majority has voted is what every way to go on says', () => {
    fc.assert(
      fc.property(members, answers, (voters, known) => {
        expect(majorityVote(voters, lookUp(known))).toBe(voteByTrying(voters, lookUp(known)));
      }),
      { seed, numRuns: 1000 },
    );
  });

  test('two halves: the lower index; the order of the halves, and one half twice or none, change nothing', () => {
    fc.assert(
      fc.property(members, members, indexes, answers, (incoming, outgoing, known, votes) => {
        const committed = (one: typeof members extends fc.Arbitrary<infer T> ? T : never, other: typeof one) =>
          jointCommitted({ incoming: one, outgoing: other }, lookUp(known));
        const alone = majorityCommitted(incoming, lookUp(known));
        expect(committed(incoming, outgoing)).toBe(Math.min(alone, majorityCommitted(outgoing, lookUp(known))));
        expect(committed(outgoing, incoming)).toBe(committed(incoming, outgoing));
        expect(committed(incoming, incoming)).toBe(alone);
        expect(committed(incoming, [])).toBe(alone);
        const result = jointVote({ incoming, outgoing }, lookUp(votes));
        expect(jointVote({ incoming: outgoing, outgoing: incoming }, lookUp(votes))).toBe(result);
        const halves = [majorityVote(incoming, lookUp(votes)), majorityVote(outgoing, lookUp(votes))];
        expect(result === 'VoteWon').toBe(halves.every((half) => half === 'VoteWon'));
        expect(result === 'VoteLost').toBe(halves.includes('VoteLost'));
      }),
      { seed, numRuns: 1000 },
    );
  });
});
