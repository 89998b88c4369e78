import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ETCD_ERRORS } from '../../../src/api/index.js';
import { Lessor, MvccStore } from '../../../src/etcd/storage/index.js';
import { SEEDS, Sometimes } from './seeds.js';

const SEC = 1_000_000;
const EXTEND_US = SEC;

function primary(nowUs = 0): Lessor {
  const lessor = new Lessor({ electionTimeoutUs: SEC });
  lessor.promote(nowUs, EXTEND_US);
  return lessor;
}

describe('a grant', () => {
  it('is at least one and a half election timeouts long, in whole seconds', () => {
    expect(primary().grant(1, 1, 0)).toBe(2);
    expect(primary().grant(1, 60, 0)).toBe(60);
    expect(new Lessor({ electionTimeoutUs: 5 * SEC }).minTtlSec).toBe(8);
  });

  it('refuses a taken id, and 0', () => {
    const lessor = primary();
    lessor.grant(1, 10, 0);
    expect(lessor.grant(1, 10, 0)).toBe(ETCD_ERRORS.leaseExists);
    expect(lessor.grant(0, 10, 0)).toBe(ETCD_ERRORS.leaseNotFound);
  });
});

describe('expiry', () => {
  it('comes after the TTL, on the primary alone', () => {
    const leader = primary();
    const follower = new Lessor({ electionTimeoutUs: SEC });
    for (const lessor of [leader, follower]) lessor.grant(1, 10, 0);
    expect(leader.expiredLeases(10 * SEC - 1)).toEqual([]);
    expect(leader.expiredLeases(10 * SEC)).toEqual([1]);
    expect(follower.expiredLeases(100 * SEC)).toEqual([]);
    expect(follower.remainingUs(1, 100 * SEC)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is named again every 3 s until the revoke is applied', () => {
    const lessor = primary();
    lessor.grant(1, 10, 0);
    expect(lessor.expiredLeases(10 * SEC)).toEqual([1]);
    expect(lessor.expiredLeases(12.5 * SEC)).toEqual([]);
    expect(lessor.expiredLeases(13 * SEC)).toEqual([1]);
    lessor.revoke(1);
    expect(lessor.expiredLeases(16 * SEC)).toEqual([]);
  });

  it('names the longest due first, and no more than asked for', () => {
    const lessor = primary();
    lessor.grant(3, 10, 0);
    lessor.grant(1, 11, 0);
    lessor.grant(2, 10, 0);
    expect(lessor.expiredLeases(20 * SEC, 2)).toEqual([2, 3]);
    expect(lessor.expiredLeases(20 * SEC, 2)).toEqual([1]);
  });

  it('starts anew with a renewal, which comes too late once it is due', () => {
    const lessor = primary();
    lessor.grant(1, 10, 0);
    expect(lessor.renew(1, 9 * SEC)).toBe(10);
    expect(lessor.expiredLeases(18 * SEC)).toEqual([]);
    expect(lessor.renew(1, 19 * SEC)).toBe('expired');
    lessor.revoke(1);
    expect(lessor.renew(1, 19 * SEC)).toBe(ETCD_ERRORS.leaseNotFound);
    lessor.demote();
    expect(lessor.renew(1, 19 * SEC)).toBe('not-primary');
  });

  it('gives every lease its whole time and the extension when a new leader takes over', () => {
    const lessor = new Lessor({ electionTimeoutUs: SEC });
    lessor.grant(1, 10, 0);
    lessor.promote(100 * SEC, EXTEND_US);
    expect(lessor.remainingUs(1, 100 * SEC)).toBe(11 * SEC);
    expect(lessor.expiredLeases(111 * SEC - 1)).toEqual([]);
    expect(lessor.expiredLeases(111 * SEC)).toEqual([1]);
  });

  it('is spread out where a thousand leases would be due in the same second', () => {
    const lessor = new Lessor({ electionTimeoutUs: SEC });
    for (let id = 1; id <= 3000; id++) lessor.grant(id, 10, 0);
    lessor.promote(0, EXTEND_US);
    const perSecond = new Map<number, number>();
    for (let id = 1; id <= 3000; id++) {
      const second = Math.floor(lessor.remainingUs(id, 0)! / SEC);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(1000);
    expect(perSecond.size).toBeGreaterThanOrEqual(3);
  });
});

describe('a checkpoint', () => {
  it('is due once an interval, and shortens the time that a new leader gives', () => {
    const lessor = new Lessor({ electionTimeoutUs: SEC, checkpointIntervalUs: 300 * SEC });
    lessor.promote(0, EXTEND_US);
    lessor.grant(1, 1000, 0);
    lessor.grant(2, 200, 0);
    expect(lessor.dueCheckpoints(299 * SEC)).toEqual([]);
    const [due] = lessor.dueCheckpoints(300 * SEC);
    expect(due).toEqual({ leaseId: 1, remainingTtlSec: 700 });
    lessor.checkpoint(due!, 300 * SEC);
    expect(lessor.dueCheckpoints(599 * SEC)).toEqual([]);
    expect(lessor.dueCheckpoints(600 * SEC)).toEqual([{ leaseId: 1, remainingTtlSec: 400 }]);
    lessor.demote();
    lessor.promote(700 * SEC, EXTEND_US);
    expect(lessor.remainingUs(1, 700 * SEC)).toBe(701 * SEC);
  });

  it('is never made by default', () => {
    const lessor = primary();
    lessor.grant(1, 1000, 0);
    expect(lessor.dueCheckpoints(900 * SEC)).toEqual([]);
  });
});

describe('the keys of a lease', () => {
  const value = { text: 'v', sizeBytes: 1 };

  it('follow the puts and deletes of the store, and go with the lease in one revision', () => {
    const lessor = primary();
    const store = new MvccStore();
    lessor.grant(7, 10, 0);
    lessor.grant(8, 10, 0);
    for (const key of ['b', 'a', 'c', 'd']) store.apply({ kind: 'put', key, value, leaseId: 7 }, lessor);
    store.apply({ kind: 'put', key: 'c', value, leaseId: 8 }, lessor);
    store.apply({ kind: 'put', key: 'd', value }, lessor);
    expect(lessor.lookup(7)?.keys).toEqual(['a', 'b']);
    expect(lessor.lookup(8)?.keys).toEqual(['c']);
    store.apply({ kind: 'delete-range', key: 'b' }, lessor);
    expect(lessor.lookup(7)?.keys).toEqual(['a']);
    const { revision } = store;
    const keys = lessor.revoke(8);
    expect(keys).toEqual(['c']);
    expect(store.deleteKeys(keys as string[], lessor)).toMatchObject([{ type: 'delete', kv: { key: 'c' } }]);
    expect(store.revision).toBe(revision + 1);
    expect(store.deleteKeys(['c'], lessor)).toEqual([]);
    expect(lessor.revoke(8)).toBe(ETCD_ERRORS.leaseNotFound);
  });

  it.each(SEEDS)('are always those that the store says hang on it (seed %i)', (seed) => {
    const sometimes = new Sometimes('several keys', 'key moved', 'put refused', 'revoked with keys', 'restored');
    const step = fc.record({
      kind: fc.constantFrom('put', 'put', 'put', 'delete', 'grant', 'grant', 'revoke', 'restore'),
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      id: fc.integer({ min: 0, max: 3 }),
    });
    const run = fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      let lessor = primary();
      const store = new MvccStore();
      for (const { kind, key, id } of steps) {
        if (kind === 'grant') lessor.grant(id, 10, 0);
        else if (kind === 'delete') store.apply({ kind: 'delete-range', key }, lessor);
        else if (kind === 'put') {
          const { response, events } = store.apply({ kind: 'put', key, value, leaseId: id }, lessor);
          const before = events[0]?.previous?.leaseId ?? 0;
          sometimes.saw('key moved', before !== 0 && before !== id);
          sometimes.saw('put refused', response === ETCD_ERRORS.leaseNotFound);
        } else if (kind === 'revoke') {
          const keys = lessor.revoke(id);
          if ('kind' in keys) continue;
          sometimes.saw('revoked with keys', keys.length > 0);
          store.deleteKeys(keys, lessor);
        } else {
          sometimes.saw('restored', lessor.size > 0);
          const copy = new Lessor({ electionTimeoutUs: SEC });
          copy.restore(lessor.snapshot());
          expect(copy.all()).toEqual(lessor.all());
          lessor = copy;
        }
        const all = store.range({ kind: 'range', key: '\0', rangeEnd: '\0' });
        if (all.kind === 'error') throw new Error(all.text);
        for (const lease of lessor.all()) {
          const keys = all.kvs.filter((kv) => kv.leaseId === lease.leaseId).map((kv) => kv.key);
          expect(lease.keys).toEqual(keys);
          sometimes.saw('several keys', keys.length > 1);
        }
        expect(all.kvs.every((kv) => kv.leaseId === 0 || lessor.has(kv.leaseId))).toBe(true);
      }
    });
    fc.assert(run, { seed, numRuns: 200 });
    expect(sometimes.missing()).toEqual([]);
  });

  it.each(SEEDS)('never expire early, and late by one look at most (seed %i)', (seed) => {
    const sometimes = new Sometimes('expired', 'renewed', 'led anew');
    const LOOK_US = SEC / 2;
    const step = fc.record({
      kind: fc.constantFrom('wait', 'wait', 'renew', 'grant', 'lead', 'follow'),
      id: fc.integer({ min: 1, max: 4 }),
      looks: fc.integer({ min: 1, max: 12 }),
    });
    const run = fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const lessor = primary();
      const deadlines = new Map<number, number>();
      let nowUs = 0;
      for (const { kind, id, looks } of steps) {
        if (kind === 'grant') {
          const ttlSec = lessor.grant(id, looks, nowUs);
          if (typeof ttlSec === 'number') {
            deadlines.set(id, lessor.isPrimary ? nowUs + ttlSec * SEC : Number.POSITIVE_INFINITY);
          }
        } else if (kind === 'renew') {
          const ttlSec = lessor.renew(id, nowUs);
          if (typeof ttlSec === 'number') deadlines.set(id, nowUs + ttlSec * SEC);
          sometimes.saw('renewed', typeof ttlSec === 'number');
        } else if (kind === 'lead') {
          sometimes.saw('led anew', !lessor.isPrimary && lessor.size > 0);
          lessor.promote(nowUs, EXTEND_US);
          for (const lease of lessor.all()) deadlines.set(lease.leaseId, nowUs + EXTEND_US + lease.ttlSec * SEC);
        } else if (kind === 'follow') {
          lessor.demote();
          for (const lease of deadlines.keys()) deadlines.set(lease, Number.POSITIVE_INFINITY);
        } else {
          for (let look = 0; look < looks; look++) {
            nowUs += LOOK_US;
            const due = [...deadlines].filter(([, deadlineUs]) => deadlineUs <= nowUs).map(([lease]) => lease);
            const expired = lessor.expiredLeases(nowUs);
            expect([...expired].sort()).toEqual(due.sort());
            sometimes.saw('expired', expired.length > 0);
            for (const lease of expired) {
              lessor.revoke(lease);
              deadlines.delete(lease);
            }
          }
        }
      }
    });
    fc.assert(run, { seed, numRuns: 200 });
    expect(sometimes.missing()).toEqual([]);
  });
});
