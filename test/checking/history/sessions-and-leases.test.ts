import { describe, expect, it } from 'vitest';
import { ETCD_ERRORS, type KeyValue, type Outcome, type Request } from '../../../src/api/index.js';
import { judgeLeases, judgeSessions, type RecordedOperation } from '../../../src/checking/index.js';

const SECOND = 1_000_000;
const value = { text: 'x', sizeBytes: 1 };
const header = (revision: number, member = 'm1') => ({ member, revision, raftTerm: 1 });

function call(atSec: number, request: Request, outcome: Outcome, client = 'c1'): RecordedOperation {
  return { client, request, invokedUs: atSec * SECOND, returnedUs: atSec * SECOND + 1000, outcome };
}

function read(atSec: number, revision: number, options: { member?: string; stale?: boolean; client?: string } = {}) {
  const { member = 'm1', stale = false, client = 'c1' } = options;
  const request: Request = { kind: 'range', key: 'a', ...(stale ? { serializable: true } : {}) };
  return call(
    atSec,
    request,
    { kind: 'range', header: header(revision, member), kvs: [], count: 0, more: false },
    client,
  );
}

describe('sessions', () => {
  it('never go back', () => {
    expect(judgeSessions([read(1, 5), read(2, 5), read(3, 6)])).toEqual([]);
    expect(judgeSessions([read(1, 5), read(2, 4, { member: 'm2' })]).map(({ text }) => text)).toEqual([
      'c1 saw revision 5 from m1, then 4 from m2: range a',
    ]);
    // Another client is another session; what overlaps is not ordered.
    expect(judgeSessions([read(1, 5), read(2, 4, { client: 'c2' }), read(1, 4)])).toEqual([]);
  });

  it('may read an older state from another member, but from the same only after its restart', () => {
    const stale = { member: 'm2', stale: true };
    expect(judgeSessions([read(1, 5), read(2, 4, stale)])).toEqual([]);
    const back = [read(1, 5, stale), read(3, 4, stale)];
    expect(judgeSessions(back)).toHaveLength(1);
    expect(judgeSessions(back, [{ member: 'm2', atUs: 2 * SECOND }])).toEqual([]);
    expect(judgeSessions(back, [{ member: 'm1', atUs: 2 * SECOND }])).toHaveLength(1);
  });
});

describe('leases', () => {
  const grant = call(
    0,
    { kind: 'lease-grant', ttlSec: 10 },
    { kind: 'lease', header: header(1), leaseId: 7, ttlSec: 10 },
  );
  const put = call(1, { kind: 'put', key: 'a', value, leaseId: 7 }, { kind: 'put', header: header(2) });
  const keepAlive = (atSec: number): RecordedOperation =>
    call(atSec, { kind: 'lease-keep-alive', leaseId: 7 }, { kind: 'lease', header: header(2), leaseId: 7, ttlSec: 10 });
  const kv: KeyValue = { key: 'a', value, createRevision: 2, modRevision: 2, version: 1, leaseId: 7 };
  const range = (atSec: number, kvs: readonly KeyValue[]): RecordedOperation =>
    call(atSec, { kind: 'range', key: 'a' }, { kind: 'range', header: header(2), kvs, count: kvs.length, more: false });
  const judge = (...records: RecordedOperation[]): string[] =>
    judgeLeases([grant, put, ...records], { graceUs: 2 * SECOND, leaderChangesUs: [] }).map(({ text }) => text);

  it('live their time after the last renewal', () => {
    expect(judge(range(5, [kv]), range(10, []))).toEqual([]);
    expect(judge(range(9, []))).toEqual(['a is gone 999.000 ms before lease 7 may end']);
    expect(judge(keepAlive(8), range(15, []))).toEqual(['a is gone 2999.000 ms before lease 7 may end']);
    expect(judge(keepAlive(8), range(18, []))).toEqual([]);
  });

  it('end in bounded time', () => {
    expect(judge(range(12, [kv]))).toEqual([]);
    expect(judge(range(13, [kv]))).toEqual(['a is still there 999.000 ms after lease 7 must have ended']);
    expect(judge(keepAlive(8), range(13, [kv]))).toEqual([]);
    const options = { graceUs: 2 * SECOND, leaderChangesUs: [6 * SECOND] };
    expect(judgeLeases([grant, put, range(13, [kv])], options)).toEqual([]);
    expect(judgeLeases([grant, put, range(19, [kv])], options)).toHaveLength(1);
  });

  it('are not judged where a client may have ended them, renewed them or touched the key', () => {
    const revoke = call(2, { kind: 'lease-revoke', leaseId: 7 }, ETCD_ERRORS.timeout);
    expect(judge(revoke, range(5, []))).toEqual([]);
    const remove = call(2, { kind: 'delete-range', key: 'a' }, ETCD_ERRORS.timeout);
    expect(judge(remove, range(5, []))).toEqual([]);
    const renewal = call(9, { kind: 'lease-keep-alive', leaseId: 7 }, ETCD_ERRORS.timeout);
    expect(judge(renewal, range(30, [kv]))).toEqual([]);
    const again = call(9, { kind: 'put', key: 'a', value }, { kind: 'put', header: header(3) });
    expect(judge(again, range(30, [kv]))).toEqual([]);
  });
});
