import { describe, expect, it } from 'vitest';
import type { Operation } from '../../src/client/index.js';
import type { Member } from '../../src/etcd/index.js';
import { MvccStore } from '../../src/etcd/storage/index.js';
import { AcknowledgedWrites } from '../../src/experiment/acknowledged-writes.js';

const put = (store: MvccStore, key: string): number => {
  store.apply({ kind: 'put', key, value: { text: 'x', sizeBytes: 1 } });
  return store.revision;
};

const acknowledged = (key: string, revision: number): Operation => ({
  client: 'c',
  request: { kind: 'put', key, value: { text: 'x', sizeBytes: 1 } },
  invokedUs: 0,
  returnedUs: 1,
  outcome: { kind: 'put', header: { member: 'm1', revision, raftTerm: 1 } },
});

const members = (...stores: (MvccStore | undefined)[]) => stores.map((store) => ({ store }) as unknown as Member);

describe('acknowledged writes', () => {
  it('are found where they were written', () => {
    const store = new MvccStore();
    const writes = new AcknowledgedWrites();
    for (const key of ['a', 'b', 'a']) writes.finished(acknowledged(key, put(store, key)));
    expect(writes.count).toBe(3);
    expect(writes.lost(members(store, new MvccStore(), undefined))).toEqual([]);
  });

  it('are lost when a member has come past them without them', () => {
    const store = new MvccStore();
    const other = new MvccStore();
    const writes = new AcknowledgedWrites();
    writes.finished(acknowledged('a', put(store, 'a')));
    put(other, 'b');
    expect(writes.lost(members(store, other))).toEqual([{ key: 'a', revision: 2 }]);
  });

  it('are lost when a majority is up and none of it has them', () => {
    const writes = new AcknowledgedWrites();
    writes.finished(acknowledged('a', 2));
    expect(writes.lost(members(new MvccStore(), new MvccStore(), undefined))).toHaveLength(1);
    // A minority may simply lag behind those that are down.
    expect(writes.lost(members(new MvccStore(), undefined, undefined))).toEqual([]);
  });

  it('leave out what was not acknowledged or wrote nothing', () => {
    const writes = new AcknowledgedWrites();
    const failed = { ...acknowledged('a', 5), outcome: { kind: 'error', code: 'Unavailable', text: '' } as const };
    writes.finished(failed);
    writes.finished({ ...acknowledged('a', 5), request: { kind: 'range', key: 'a' } });
    expect([writes.count, writes.lost(members(new MvccStore()))]).toEqual([0, []]);
  });
});
