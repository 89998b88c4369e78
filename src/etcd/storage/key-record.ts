import type { KeyValue } from '../../api/index.js';

/** A delete is kept as a tombstone: version 0, no value, the revision of the delete. */
export function isTombstone(kv: KeyValue): boolean {
  return kv.version === 0;
}

const NOTHING: readonly KeyValue[] = Object.freeze([]);

/**
 * One key with all that it was since the last compaction; the newest may be a tombstone.
 *
 * `older` only ever grows at its end, or is replaced: whoever kept the array and its length keeps a true copy.
 */
export class KeyRecord {
  readonly key: string;
  /** undefined: not written yet, or all of it compacted. */
  latest: KeyValue | undefined;
  /** What `latest` replaced, oldest first; undefined while there was nothing, as most keys are written once. */
  older: KeyValue[] | undefined;

  constructor(key: string, latest?: KeyValue, older?: KeyValue[]) {
    this.key = key;
    this.latest = latest;
    this.older = older;
  }

  add(kv: KeyValue): void {
    const { latest } = this;
    if (latest !== undefined) {
      if (this.older === undefined) this.older = [latest];
      else this.older.push(latest);
    }
    this.latest = kv;
  }

  /** What the key was when the store stood at `revision`; undefined if it was not there. */
  at(revision: number): KeyValue | undefined {
    const { latest, older } = this;
    if (latest === undefined) return undefined;
    const found = latest.modRevision <= revision ? latest : older?.[countUpTo(older, revision) - 1];
    return found === undefined || found.version === 0 ? undefined : found;
  }

  /**
   * Drops what no read at `revision` or later can see: all older than the newest at `revision`, and that one too if it
   * is a tombstone. etcd: keyIndex.compact.
   *
   * @returns what was dropped; `latest` is undefined after it if nothing is left
   */
  compact(revision: number): readonly KeyValue[] {
    const { latest, older } = this;
    if (latest === undefined) return NOTHING;
    if (latest.modRevision <= revision) {
      const dropped = older ?? [];
      this.older = undefined;
      if (!isTombstone(latest)) return dropped;
      this.latest = undefined;
      return [...dropped, latest];
    }
    if (older === undefined) return NOTHING;
    let drop = countUpTo(older, revision) - 1;
    const survivor = older[drop];
    if (survivor === undefined) return NOTHING;
    if (isTombstone(survivor)) drop++;
    if (drop === 0) return NOTHING;
    this.older = older.slice(drop);
    return older.slice(0, drop);
  }
}

/** How many of the versions are of `revision` or older. */
function countUpTo(versions: readonly KeyValue[], revision: number): number {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (versions[middle]!.modRevision <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
