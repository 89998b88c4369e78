import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ETCD_ERRORS } from '../../../src/api/index.js';
import { key, keys, revisionOf, revisionShare, write } from './operations.js';
import { SEEDS, Sometimes } from './seeds.js';
import { WatchedStore } from './watch-client.js';

const put = (key: string, text = 'v') => ({ kind: 'put', key, value: { text, sizeBytes: text.length } }) as const;
const revisionsOf = (events: readonly { readonly kv: { readonly modRevision: number } }[]) =>
  events.map(({ kv }) => kv.modRevision);

describe('a watcher', () => {
  it('of one key or of a range gets its own events from now on', () => {
    const watched = new WatchedStore('at-once');
    watched.write(put('a'));
    const exact = watched.create(1, { watchId: 1, key: 'a' });
    const prefix = watched.create(1, { watchId: 2, key: 'a', rangeEnd: 'b' });
    const all = watched.create(2, { watchId: 1, key: 'a', rangeEnd: '\0' });
    for (const key of ['a', 'a/1', 'b', '\0']) watched.write(put(key));
    expect(revisionsOf(exact.received)).toEqual([3]);
    expect(revisionsOf(prefix.received)).toEqual([3, 4]);
    expect(revisionsOf(all.received)).toEqual([3, 4, 5]);
  });

  it('gets all of a transaction in one batch', () => {
    const watched = new WatchedStore('at-once');
    const watch = watched.create(1, { watchId: 1, key: 'a', rangeEnd: 'c' });
    watched.write({ kind: 'txn', compares: [], success: [put('a'), put('b'), put('c')], failure: [] });
    expect(watch.batches.map(revisionsOf)).toEqual([[2, 2]]);
  });

  it('that starts in the past gets the past first, 1,000 revisions at a time', () => {
    const watched = new WatchedStore('at-once');
    for (let i = 0; i < 2500; i++) watched.write(put('a'));
    const watch = watched.create(1, { watchId: 1, key: 'a', startRevision: 2 });
    watched.write(put('a'));
    expect(watch.batches.map((batch) => batch.length)).toEqual([1000, 1000, 500, 1]);
    expect(watched.problems).toEqual([]);
  });

  it('that starts in the past waits for the sync where replay is on-sync', () => {
    const watched = new WatchedStore('on-sync');
    watched.write(put('a'));
    const watch = watched.create(1, { watchId: 1, key: 'a', startRevision: 2 });
    watched.write(put('a'));
    expect(watch.received).toEqual([]);
    expect(watched.hub.unsyncedCount).toBe(1);
    expect(watched.hub.progress(1)).toBe(false);
    expect(watched.hub.sync()).toBe(0);
    expect(revisionsOf(watch.received)).toEqual([2, 3]);
    expect(watched.hub.progress(1)).toBe(true);
  });

  it('that starts in the future gets nothing before it', () => {
    const watched = new WatchedStore('at-once');
    const watch = watched.create(1, { watchId: 1, key: 'a', startRevision: 4 });
    expect(watched.hub.progress(1)).toBe(false);
    for (let i = 0; i < 4; i++) watched.write(put('a'));
    expect(revisionsOf(watch.received)).toEqual([4, 5]);
  });

  it('that starts before the compacted revision is canceled, and told what is left', () => {
    const watched = new WatchedStore('at-once');
    for (let i = 0; i < 4; i++) watched.write(put('a'));
    watched.store.compact(4);
    const late = watched.create(1, { watchId: 1, key: 'a', startRevision: 3 });
    const intime = watched.create(1, { watchId: 2, key: 'a', startRevision: 4 });
    expect(late.canceled).toMatchObject({ compactRevision: 4, reason: ETCD_ERRORS.compacted.text });
    expect(revisionsOf(intime.received)).toEqual([4, 5]);
    expect(watched.hub.watcherCount).toBe(1);
  });

  it('with an empty range or a taken id is canceled', () => {
    const watched = new WatchedStore('at-once');
    const empty = watched.create(1, { watchId: 1, key: 'b', rangeEnd: 'a' });
    expect(empty.canceled?.reason).toBe('mvcc: watcher range is empty');
    watched.create(1, { watchId: 2, key: 'a' });
    const twice = watched.create(1, { watchId: 2, key: 'a' });
    expect(twice.canceled?.reason).toContain('duplicate watch ID');
    expect(watched.hub.watcherCount).toBe(1);
  });

  it('has what a key was before where it asked for it', () => {
    const watched = new WatchedStore('at-once');
    watched.write(put('a', 'old'));
    const plain = watched.create(1, { watchId: 1, key: 'a' });
    const before = watched.create(1, { watchId: 2, key: 'a', previousKv: true });
    watched.write(put('a', 'new'));
    expect(plain.received[0]).not.toHaveProperty('previous');
    expect(before.received[0]?.previous).toMatchObject({ value: { text: 'old' } });
  });
});

describe('the progress tick', () => {
  it('speaks only to a watcher that asked for it and had no event since the last', () => {
    const watched = new WatchedStore('at-once');
    watched.create(1, { watchId: 1, key: 'a', progressNotify: true });
    watched.create(1, { watchId: 2, key: 'a' });
    watched.hub.progressTick(1);
    expect(watched.progressed).toEqual([]);
    watched.write(put('b'));
    watched.hub.progressTick(1);
    expect(watched.progressed).toEqual([{ streamId: 1, watchId: 1, revision: 2 }]);
    watched.write(put('a'));
    watched.hub.progressTick(1);
    expect(watched.progressed).toHaveLength(1);
  });
});

const watchStep = fc.oneof(
  { weight: 8, arbitrary: write.map((request) => ({ kind: 'write' as const, request })) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      streamId: fc.integer({ min: 1, max: 3 }),
      range: keys,
      startShare: revisionShare,
      previousKv: fc.boolean(),
      progressNotify: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.nat({ max: 20 }).map((which) => ({ kind: 'cancel' as const, which })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map((streamId) => ({ kind: 'close' as const, streamId })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 100 }).map((share) => ({ kind: 'compact' as const, share })) },
  { weight: 2, arbitrary: fc.constant({ kind: 'sync' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('progress' as const, 'tick' as const),
      streamId: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('jump' as const),
      requests: fc.array(write, { maxLength: 6 }),
      share: fc.integer({ min: 0, max: 100 }),
    }),
  },
);

describe('every watcher', () => {
  it.each(SEEDS)(
    'gets each event of its range from its start on, in order, once, in whole revisions (seed %i)',
    (seed) => {
      const sometimes = new Sometimes(
        'several events in a revision',
        'created from history',
        'created in the future',
        'served by a sync',
        'canceled by compaction',
        'canceled by compaction after a jump',
        'canceled by the client',
        'served after a jump',
        'progress',
        'progress withheld',
        'two watchers of one event',
      );
      const run = fc.property(
        fc.constantFrom('at-once' as const, 'on-sync' as const),
        fc.array(watchStep, { maxLength: 60, size: 'max' }),
        fc.array(key, { minLength: 1, maxLength: 3 }),
        (replay, steps, lastKeys) => {
          const watched = new WatchedStore(replay);
          const { hub, store, watches } = watched;
          const counts = () => watches.map((watch) => watch.received.length);
          for (const step of steps) {
            const before = counts();
            switch (step.kind) {
              case 'write': {
                const events = watched.write(step.request);
                const served = watches.filter((watch, i) => watch.received.length > before[i]!);
                sometimes.saw('two watchers of one event', events.length === 1 && served.length > 1);
                break;
              }
              case 'create': {
                const { streamId, range, previousKv, progressNotify } = step;
                const startRevision = revisionOf(step.startShare, store.revision + 2);
                sometimes.saw('created in the future', startRevision > store.revision + 1);
                const watchId = watches.length;
                const watch = watched.create(streamId, {
                  watchId,
                  ...range,
                  startRevision,
                  previousKv,
                  progressNotify,
                });
                sometimes.saw('created from history', watch.received.length > 0);
                break;
              }
              case 'cancel': {
                const watch = watches[step.which];
                if (watch === undefined) break;
                const wasOpen = watch.open;
                hub.cancel(watch.streamId, watch.create.watchId);
                expect(watch.open).toBe(false);
                sometimes.saw('canceled by the client', wasOpen && watch.canceled?.reason === '');
                break;
              }
              case 'close':
                watched.closeStream(step.streamId);
                break;
              case 'compact':
                store.compact(revisionOf(step.share, store.revision));
                break;
              case 'sync':
                expect(hub.sync()).toBe(0);
                sometimes.saw(
                  'served by a sync',
                  counts().some((count, i) => count > before[i]!),
                );
                break;
              case 'progress':
                sometimes.saw(hub.progress(step.streamId) ? 'progress' : 'progress withheld');
                break;
              case 'tick':
                hub.progressTick(step.streamId);
                break;
              case 'jump': {
                const open = watches.filter((watch) => watch.open);
                watched.jump(step.requests, revisionOf(step.share, store.revision + step.requests.length));
                sometimes.saw(
                  'served after a jump',
                  counts().some((count, i) => count > before[i]!),
                );
                sometimes.saw(
                  'canceled by compaction after a jump',
                  open.some((watch) => !watch.open),
                );
                break;
              }
            }
            expect(watched.problems).toEqual([]);
            if (hub.unsyncedCount > 0) continue;
            for (const watch of watches) {
              if (watch.open) expect(watch.received.length).toBe(watched.wanted(watch, store.revision).length);
            }
          }
          hub.sync();
          // Whoever is still open hears of what comes next.
          for (const last of lastKeys) watched.write(put(last));
          expect(watched.problems).toEqual([]);
          for (const watch of watches) {
            const revisions = revisionsOf(watch.received);
            sometimes.saw('several events in a revision', new Set(revisions).size < revisions.length);
            sometimes.saw('canceled by compaction', (watch.canceled?.compactRevision ?? 0) > 0);
            if (watch.open) expect(watch.received.length).toBe(watched.wanted(watch, store.revision).length);
            else if ((watch.canceled?.compactRevision ?? 0) > 0) {
              // Rightly so: it had not seen all before what was left.
              expect(watch.start).toBeLessThan(watch.canceled!.compactRevision);
            }
          }
          expect(hub.watcherCount).toBe(watches.filter((watch) => watch.open).length);
        },
      );
      fc.assert(run, { seed, numRuns: 250 });
      expect(sometimes.missing()).toEqual([]);
    },
  );
});
