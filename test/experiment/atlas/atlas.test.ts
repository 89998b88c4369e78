import { describe, expect, it } from 'vitest';
import { PARTIAL_PARTITION, rowOf } from '../../../src/experiment/atlas/atlas.js';
import { ableToLead, connectedDigraphs, describeEdges, undirected } from '../../../src/experiment/atlas/digraphs.js';

const RUNS = { seed: 'test', replications: 1 };
const ETCD = { preVote: true, checkQuorum: true };

describe('connected directed graphs', () => {
  it.each([
    [2, 2],
    [3, 13],
    [4, 199],
  ])('of %i members are %i', (members, count) => {
    expect(connectedDigraphs(members)).toHaveLength(count);
  });

  it('are one of each shape, whole and sparse ones too', () => {
    const edges = connectedDigraphs(3).map(describeEdges);
    expect(new Set(edges).size).toBe(13);
    expect(edges).toContain('1-2 1-3 2-3');
    expect(edges).toContain('1>2 1>3');
  });

  it('say who could lead: who hears a majority and is heard by it', () => {
    expect(
      ableToLead(
        undirected('star', 5, [
          [1, 2],
          [1, 3],
          [1, 4],
        ]),
      ),
    ).toEqual([1]);
    expect(connectedDigraphs(3).filter((graph) => ableToLead(graph).length > 0)).toHaveLength(8);
  });
});

describe('the atlas', () => {
  it('finds that a whole cluster keeps its leader', () => {
    const whole = connectedDigraphs(3).at(-1)!;
    expect(rowOf(whole, ETCD, RUNS)).toMatchObject({ stableRuns: 3, settledMaxSec: 0, availability: 1 });
  });

  it('finds that nobody leads who is not heard', () => {
    const [oneWay] = connectedDigraphs(3);
    expect(rowOf(oneWay!, ETCD, RUNS)).toMatchObject({ ableToLead: [], stableRuns: 0, availability: 0 });
  });

  it('finds that the partial partition of five never settles without PreVote and CheckQuorum, and does with either', () => {
    const settles = (preVote: boolean, checkQuorum: boolean) =>
      rowOf(PARTIAL_PARTITION, { preVote, checkQuorum }, RUNS);
    const never = settles(false, false);
    expect(never.stableRuns).toBe(0);
    expect(never.termsPerMin).toBeGreaterThan(10);
    for (const [preVote, checkQuorum] of [
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      expect(settles(preVote, checkQuorum).stableRuns).toBe(3);
    }
  });
});
