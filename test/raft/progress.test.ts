import { describe, expect, test } from 'vitest';
import { Inflights } from '../../src/raft/tracker/inflights.js';
import { Progress, type ProgressState } from '../../src/raft/tracker/progress.js';

/** A peer that holds entries up to 5; those up to 9 have been sent, with commit index 9. */
function peer(state: ProgressState = 'StateReplicate'): Progress {
  const progress = new Progress({ next: 1, isLearner: false, inflights: new Inflights(8, Number.POSITIVE_INFINITY) });
  progress.acknowledge(5);
  if (state === 'StateSnapshot') {
    progress.becomeSnapshot(9);
    return progress;
  }
  progress.becomeReplicate();
  progress.sentEntries(4, 40);
  progress.sentCommit = 9;
  if (state === 'StateReplicate') return progress;
  // Only what goes on from here is a probe.
  progress.becomeProbe();
  progress.next = 10;
  progress.sentCommit = 9;
  progress.paused = true;
  return progress;
}

const whereItIs = ({ state, match, next, sentCommit, paused }: Progress) => ({
  state,
  match,
  next,
  sentCommit,
  paused,
});

describe('what a leader makes of an answer', () => {
  // Facts as in etcd's tracker: a rejection moves `next` back, the commit index counted as told with it.
  test.each([
    { state: 'StateReplicate', rejected: 5, hint: 5, taken: false, next: 10, sentCommit: 9 },
    { state: 'StateReplicate', rejected: 4, hint: 4, taken: false, next: 10, sentCommit: 9 },
    { state: 'StateReplicate', rejected: 9, hint: 9, taken: true, next: 6, sentCommit: 5 },
    { state: 'StateProbe', rejected: 8, hint: 8, taken: false, next: 10, sentCommit: 9 },
    { state: 'StateProbe', rejected: 9, hint: 9, taken: true, next: 9, sentCommit: 8 },
    { state: 'StateProbe', rejected: 9, hint: 7, taken: true, next: 8, sentCommit: 7 },
    // Never back to what it is known to hold.
    { state: 'StateProbe', rejected: 9, hint: 2, taken: true, next: 6, sentCommit: 5 },
  ] as const)('$state: $rejected rejected with hint $hint, next $next', (row) => {
    const progress = peer(row.state);
    expect(progress.reject(row.rejected, row.hint)).toBe(row.taken);
    const paused = row.state === 'StateProbe' && !row.taken;
    expect(whereItIs(progress)).toEqual({
      state: row.state,
      match: 5,
      next: row.next,
      sentCommit: row.sentCommit,
      paused,
    });
  });

  test.each([
    [4, false, 5, 10],
    [5, false, 5, 10],
    [7, true, 7, 10],
    [12, true, 12, 13],
  ])('%i acknowledged: news %s, match %i, next %i', (index, news, match, next) => {
    const progress = peer();
    expect([progress.acknowledge(index), progress.match, progress.next]).toEqual([news, match, next]);
  });
});

describe('what a leader tells of the commit index', () => {
  test.each([
    // Told already; not told, and it holds or will hold more than it was told of; nothing more is on its way.
    { commit: 9, sentCommit: 9, bump: false },
    { commit: 12, sentCommit: 8, bump: true },
    { commit: 12, sentCommit: 9, bump: false },
  ])('$commit after $sentCommit: $bump', ({ commit, sentCommit, bump }) => {
    const progress = peer();
    progress.sentCommit = sentCommit;
    expect(progress.canBumpCommit(commit)).toBe(bump);
  });

  test('a peer that is probed again has to be told again', () => {
    const progress = peer();
    progress.becomeProbe();
    expect(whereItIs(progress)).toEqual({ state: 'StateProbe', match: 5, next: 6, sentCommit: 5, paused: false });
  });

  test('a snapshot tells its own index', () => {
    const progress = peer('StateSnapshot');
    expect(whereItIs(progress)).toEqual({ state: 'StateSnapshot', match: 5, next: 10, sentCommit: 9, paused: false });
    expect(progress.isPaused).toBe(true);
    progress.becomeProbe();
    expect([progress.next, progress.pendingSnapshot]).toEqual([10, 0]);
  });
});

describe('what becomes of progress', () => {
  test('a new term or role starts it anew, but for who learns', () => {
    for (const state of ['StateReplicate', 'StateProbe', 'StateSnapshot'] as const) {
      const progress = peer(state);
      progress.recentActive = true;
      progress.isLearner = true;
      progress.reset(12);
      expect(progress).toEqual(
        new Progress({ next: 12, isLearner: true, inflights: expect.objectContaining({ count: 0, bytes: 0 }) }),
      );
    }
  });

  test('a change of the configuration takes it over as it is', () => {
    for (const state of ['StateReplicate', 'StateProbe', 'StateSnapshot'] as const) {
      const progress = peer(state);
      progress.recentActive = true;
      expect(progress.copy()).toEqual(progress);
    }
  });
});
