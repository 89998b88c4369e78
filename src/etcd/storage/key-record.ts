import type { KeyValue } from '../../api/index.js';

/** A delete is kept as a tombstone: version 0, no value, the revision of the delete. */
export function isTombstone(kv: KeyValue): boolean {
  return kv.version === 0;
}

/**
 * One key with all that it was since the last compaction, oldest first; the last may be a tombstone.
 *
 * `versions` only ever grows at its end, or is replaced: whoever kept the array and its length keeps a true copy.
 */
export class KeyRecord {
  readonly key: string;
  /** undefined: not written yet. */
  latest: KeyValue | undefined;
  versions: KeyValue[];

  constructor(key: string, versions: KeyValue[] = []) {
    this.key = key;
    this.versions = versions;
    this.latest = versions[versions.length - 1];
  }

  add(kv: KeyValue): void {
    this.versions.push(kv);
    this.latest = kv;
  }

  /** What the key was when the store stood at `revision`; undefined if it was not there. */
  at(revision: number): KeyValue | undefined {
    const { latest } = this;
    if (latest === undefined) return undefined;
    if (latest.modRevision <= revision) return latest.version === 0 ? undefined : latest;
    const found = this.versions[this.countUpTo(revision) - 1];
    return found === undefined || found.version === 0 ? undefined : found;
  }

  /**
   * Drops what no read at `revision` or later can see: all older than the newest at `revision`, and that one too if it
   * is a tombstone. etcd: keyIndex.compact.
   *
   * @returns what was dropped; the record may be empty after it
   */
  compact(revision: number): readonly KeyValue[] {
    let drop = this.countUpTo(revision) - 1;
    const survivor = this.versions[drop];
    if (survivor === undefined) return [];
    if (isTombstone(survivor)) drop++;
    if (drop === 0) return [];
    const dropped = this.versions.slice(0, drop);
    this.versions = this.versions.slice(drop);
    return dropped;
  }

  /** How many versions are of `revision` or older. */
  private countUpTo(revision: number): number {
    let low = 0;
    let high = this.versions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.versions[middle]!.modRevision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
