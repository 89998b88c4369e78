import type { Invariant } from './invariant.js';

/** Source: etcd's HashKV and its corruption check. */
export const equalHash: Invariant = {
  property: 'Equal Hash',
  meaning: 'members at the same revision hold the same keys and values',
  start() {
    const hashes = new Map<number, { readonly hash: number; readonly member: string }>();
    return {
      after(event) {
        if (event.kind !== 'kv-hash') return undefined;
        const { revision, hash, member } = event;
        const first = hashes.get(revision);
        if (first === undefined) hashes.set(revision, { hash, member });
        if (first === undefined || first.hash === hash) return undefined;
        return `at revision ${revision}, ${member} has hash ${hash}; ${first.member} had ${first.hash}`;
      },
    };
  },
};
