import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/api/index.js';
import { judgeWatches, type RecordedWatch, type WatchObservation } from '../../../src/checking/index.js';
import { SEEDS, Sometimes } from '../seeds.js';

const put = (revision: number, key = 'a', text = `v${revision}`): WatchEvent => ({
  type: 'put',
  kv: {
    key,
    value: { text, sizeBytes: text.length },
    createRevision: revision,
    modRevision: revision,
    version: 1,
    leaseId: 0,
  },
});
const events = (...list: WatchEvent[]): WatchObservation => {
  return { kind: 'events', atUs: 1000, revision: list.at(-1)!.kv.modRevision, events: list };
};
const created: WatchObservation = { kind: 'created', atUs: 0, revision: 1 };
const watch = (observations: readonly WatchObservation[], changes: Partial<RecordedWatch> = {}): RecordedWatch => {
  return { client: 'c1', name: 'w', key: 'a', rangeEnd: 'z', observations, ...changes };
};
const properties = (watches: readonly RecordedWatch[], truth: readonly WatchEvent[] = []): string[] =>
  judgeWatches(watches, truth).map(({ property, text }) => `${property}: ${text.replace('watch w of c1: ', '')}`);

describe('what watchers are promised', () => {
  it('holds for events in order, over a break, with bookmarks', () => {
    const good = watch([
      created,
      events(put(2), put(2, 'b'), put(3)),
      { kind: 'progress', atUs: 1, revision: 5 },
      { kind: 'resumed', atUs: 1, fromRevision: 6 },
      events(put(7)),
      { kind: 'canceled', atUs: 9, compactRevision: 20 },
    ]);
    expect(properties([good], [put(2), put(2, 'b'), put(3), put(7), put(9)])).toEqual([]);
  });

  it.each<[string, WatchObservation[]]>([
    ['Watch Ordered: put a of revision 2 comes after revision 3', [events(put(3)), events(put(2))]],
    ['Watch Unique: put a of revision 2 comes twice', [events(put(2), put(2))]],
    ['Watch Reliable: put a of revision 2 is left out before revision 3', [events(put(3))]],
    ['Watch Atomic: events of revision 2 come in two answers', [events(put(2)), events(put(2, 'b'))]],
    [
      'Watch Resumable: goes on from revision 4, not 3',
      [events(put(2)), { kind: 'resumed', atUs: 1, fromRevision: 4 }],
    ],
    ['Watch Bookmarkable: told of revision 3 before put a of revision 2', [{ kind: 'progress', atUs: 1, revision: 3 }]],
    [
      'Watch Bookmarkable: put a of revision 2 comes after a notice that all up to 2 had come',
      [{ kind: 'progress', atUs: 1, revision: 2 }, events(put(2))],
    ],
    ['Watch Reliable: put zz of revision 3 was not asked for', [events(put(2)), events(put(3, 'zz'))]],
    ['Watch Ordered: put a of revision 1 is from before revision 2, where the watch starts', [events(put(1))]],
  ])('%s', (text, observations) => {
    expect(properties([watch([created, ...observations])], [put(2)])).toContain(text);
  });

  it('holds one watch against what another saw', () => {
    const other = watch([created, events(put(2), put(2, 'b'))], { client: 'c2' });
    expect(properties([other, watch([created, events(put(2))])])).toEqual([
      'Watch Atomic: revision 2 comes without put b of revision 2',
    ]);
    const different = watch([created, events(put(2, 'a', 'other'), put(2, 'b'))]);
    expect(properties([other, different])).toEqual([
      'Watch Reliable: put a of revision 2, but put a of revision 2 at the same revision elsewhere',
    ]);
  });

  it.each(SEEDS)('a stream with one event taken out, moved or doubled is refused (seed %i)', (seed) => {
    const sometimes = new Sometimes('drop', 'swap', 'double');
    const change = fc.constantFrom('drop', 'swap', 'double');
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 30 }), fc.nat(), change, fc.nat(3), (count, at, what, batch) => {
        const truth = Array.from({ length: count }, (_, i) => put(i + 2));
        const deliver = (list: readonly WatchEvent[]): RecordedWatch => {
          const batches: WatchObservation[] = [];
          for (let i = 0; i < list.length; i += batch + 1) batches.push(events(...list.slice(i, i + batch + 1)));
          return watch([created, ...batches]);
        };
        expect(judgeWatches([deliver(truth)], truth)).toEqual([]);
        const changed = truth.slice();
        // The last one may simply not have come yet.
        const i = at % (count - 1);
        if (what === 'drop') changed.splice(i, 1);
        else if (what === 'double') changed.splice(i, 0, truth[i]!);
        else changed.splice(i, 2, truth[i + 1]!, truth[i]!);
        expect(judgeWatches([deliver(changed)], truth)).not.toEqual([]);
        sometimes.saw(what);
      }),
      { seed, numRuns: 100 },
    );
    expect(sometimes.missing()).toEqual([]);
  });
});
