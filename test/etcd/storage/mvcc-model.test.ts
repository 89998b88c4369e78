import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTxn, keyRange, MvccStore } from '../../../src/etcd/storage/index.js';
import { ModelStore } from './model-store.js';
import { range, revisionOf, type Write, withoutRevisions, withRevisions, write } from './operations.js';
import { SEEDS, Sometimes } from './seeds.js';

const step = fc.oneof(
  { weight: 6, arbitrary: write.map((request) => ({ kind: 'write' as const, request })) },
  { weight: 4, arbitrary: range.map((request) => ({ kind: 'range' as const, request })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 110 }).map((share) => ({ kind: 'compact' as const, share })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'fork' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'back' as const }) },
);

/** What every read of every revision that is left gives. */
function expectSame(store: MvccStore, model: ModelStore): void {
  expect(store.revision).toBe(model.revision);
  expect(store.compactRevision).toBe(model.compactRevision);
  for (let revision = Math.max(1, model.compactRevision); revision <= model.revision; revision++) {
    const all = { kind: 'range', key: '\0', rangeEnd: '\0', revision } as const;
    expect(store.range(all)).toEqual(model.range(all));
  }
  const first = Math.max(1, model.compactRevision);
  const events = store.events(keyRange('\0', '\0'), first, store.revision);
  const expected = model.eventsOf.slice(first).flat();
  expect(events.map(({ type, kv }) => ({ type, kv }))).toEqual(expected.map(({ type, kv }) => ({ type, kv })));
  for (const [i, event] of events.entries()) {
    const known = event.kv.modRevision - 1 >= model.compactRevision;
    expect(event.previous).toEqual(known ? expected[i]!.previous : undefined);
  }
}

describe('the store against a map for every revision', () => {
  it.each(SEEDS)('answers, changes and forgets the same (seed %i)', (seed) => {
    const sometimes = new Sometimes(
      'compacted',
      'compaction refused',
      'read of an old revision',
      'read of a compacted revision',
      'read of a future revision',
      'more behind the limit',
      'txn success',
      'txn failure',
      'txn refused before it is proposed',
      'txn refused at a read',
      'write without a change',
      'delete of several keys',
      'key written anew after its delete',
      'went back to a snapshot',
      'compaction between a snapshot and its restore',
    );
    const run = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      let store = new MvccStore();
      let model = new ModelStore();
      let kept: { snapshot: ReturnType<MvccStore['snapshot']>; model: ModelStore; hash: number } | undefined;
      for (const one of steps) {
        switch (one.kind) {
          case 'write': {
            const request: Write = withRevisions(one.request, model.revision);
            if (request.kind === 'txn' && checkTxn(request) !== undefined) {
              sometimes.saw('txn refused before it is proposed');
              break;
            }
            const expected = model.apply(request);
            const got = store.apply(request);
            expect(got).toEqual(expected);
            expect(store.revision).toBe(model.revision);
            if (got.response.kind === 'txn') sometimes.saw(got.response.succeeded ? 'txn success' : 'txn failure');
            sometimes.saw('txn refused at a read', got.response.kind === 'error');
            sometimes.saw('write without a change', got.response.kind !== 'error' && got.events.length === 0);
            sometimes.saw('delete of several keys', request.kind === 'delete-range' && got.events.length > 1);
            const rewritten = got.events.some(
              ({ type, kv }) => type === 'put' && kv.version === 1 && model.states.some((state) => state.has(kv.key)),
            );
            sometimes.saw('key written anew after its delete', rewritten);
            break;
          }
          case 'range': {
            const request = withRevisions(one.request, model.revision);
            const expected = model.range(request);
            expect(store.range(request)).toEqual(expected);
            const { revision = 0 } = request;
            if (expected.kind === 'error') {
              const future = revision > model.revision;
              sometimes.saw(future ? 'read of a future revision' : 'read of a compacted revision');
              break;
            }
            sometimes.saw('more behind the limit', expected.more);
            sometimes.saw('read of an old revision', expected.count > 0 && revision > 0 && revision < model.revision);
            break;
          }
          case 'compact': {
            const revision = revisionOf(one.share, model.revision);
            const expected = model.compact(revision);
            expect(store.compact(revision)).toEqual(expected);
            sometimes.saw(expected === undefined ? 'compacted' : 'compaction refused');
            break;
          }
          case 'fork':
            kept = { snapshot: store.snapshot(), model: model.copy(), hash: store.hash() };
            break;
          case 'back': {
            if (kept === undefined) break;
            sometimes.saw('went back to a snapshot', model.revision > kept.model.revision);
            sometimes.saw(
              'compaction between a snapshot and its restore',
              model.compactRevision > kept.model.compactRevision,
            );
            store = new MvccStore();
            store.restore(kept.snapshot);
            model = kept.model.copy();
            expect(store.hash()).toBe(kept.hash);
            expectSame(store, model);
            break;
          }
        }
      }
      expectSame(store, model);
    });
    fc.assert(run, { seed, numRuns: 250 });
    expect(sometimes.missing()).toEqual([]);
  });

  it.each(SEEDS)('keeps the size of what it holds (seed %i)', (seed) => {
    const run = fc.property(fc.array(write, { maxLength: 40 }), fc.integer({ min: 1, max: 100 }), (writes, share) => {
      const store = new MvccStore();
      for (const request of writes) {
        const real = withRevisions(request, store.revision);
        if (real.kind !== 'txn' || checkTxn(real) === undefined) store.apply(real);
      }
      const before = store.sizeBytes;
      store.compact(revisionOf(share, store.revision));
      expect(store.sizeBytes).toBeLessThanOrEqual(before);
      store.apply({ kind: 'delete-range', key: '\0', rangeEnd: '\0' });
      store.compact(store.revision);
      expect(store.sizeBytes).toBe(0);
    });
    fc.assert(run, { seed, numRuns: 200 });
  });
});

describe('the hash', () => {
  it.each(SEEDS)(
    'is equal after equal writes, whatever was asked, compacted or copied in between (seed %i)',
    (seed) => {
      const sometimes = new Sometimes('different', 'compacted');
      const run = fc.property(
        fc.array(fc.tuple(write, fc.integer({ min: 0, max: 200 })), { maxLength: 30 }),
        (steps) => {
          const quiet = new MvccStore();
          let busy = new MvccStore();
          for (const [request, share] of steps) {
            const before = quiet.hash();
            const real = withoutRevisions(request);
            if (real.kind === 'txn' && checkTxn(real) !== undefined) continue;
            const { events } = quiet.apply(real);
            busy.apply(real);
            if (share % 2 === 0) busy.hash();
            if (share % 3 === 0) {
              const copy = new MvccStore();
              copy.restore(busy.snapshot());
              busy = copy;
            }
            sometimes.saw('compacted', busy.compact(revisionOf(share, busy.revision)) === undefined);
            expect(busy.hash()).toBe(quiet.hash());
            if (events.length > 0) {
              expect(quiet.hash()).not.toBe(before);
              sometimes.saw('different');
            }
          }
        },
      );
      fc.assert(run, { seed, numRuns: 200 });
      expect(sometimes.missing()).toEqual([]);
    },
  );

  it.each(SEEDS)('differs after different writes (seed %i)', (seed) => {
    const run = fc.property(fc.array(write, { maxLength: 12 }), fc.array(write, { maxLength: 12 }), (one, two) => {
      const stores = [one, two].map((writes) => {
        const store = new MvccStore();
        const events = writes.flatMap((request) => {
          const real = withoutRevisions(request);
          return real.kind === 'txn' && checkTxn(real) !== undefined ? [] : store.apply(real).events;
        });
        return { hash: store.hash(), written: JSON.stringify(events.map(({ kv }) => kv)) };
      });
      expect(stores[0]!.hash === stores[1]!.hash).toBe(stores[0]!.written === stores[1]!.written);
    });
    fc.assert(run, { seed, numRuns: 500 });
  });
});
