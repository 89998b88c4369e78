import type { KeyValue } from '../../api/index.js';
import { type HashState, RevisionHash } from './revision-hash.js';

/** A copy of a log that shares the array: the array only grows behind `length`, or is replaced. */
export interface RevisionLogSnapshot {
  readonly writes: readonly KeyValue[];
  readonly length: number;
  readonly hash: HashState;
}

/**
 * Every write since the last compaction in the order of revisions, tombstones included: what etcd's backend holds.
 *
 * Watchers that start in the past are served from here.
 */
export class RevisionLog {
  private writes: KeyValue[];
  private readonly running: RevisionHash;
  /** How many of `writes` the hash has seen: it catches up when someone asks, so a put does not pay for it. */
  private hashed: number;

  constructor(snapshot?: RevisionLogSnapshot) {
    this.writes = snapshot === undefined ? [] : snapshot.writes.slice(0, snapshot.length);
    this.running = new RevisionHash(snapshot?.hash);
    this.hashed = this.writes.length;
  }

  push(kv: KeyValue): void {
    this.writes.push(kv);
  }

  /** Hash of all writes ever pushed, the compacted ones included. */
  hash(): number {
    for (; this.hashed < this.writes.length; this.hashed++) this.running.fold(this.writes[this.hashed]!);
    return this.running.value;
  }

  /** Visits the writes with `from` <= revision < `to` in order. */
  scan(from: number, to: number, visit: (kv: KeyValue) => void): void {
    for (let i = this.firstAt(from); i < this.writes.length; i++) {
      const kv = this.writes[i]!;
      if (kv.modRevision >= to) return;
      visit(kv);
    }
  }

  /** Forgets what is older than `revision`. */
  dropBefore(revision: number): void {
    this.hash();
    this.writes = this.writes.slice(this.firstAt(revision));
    this.hashed = this.writes.length;
  }

  snapshot(): RevisionLogSnapshot {
    this.hash();
    return { writes: this.writes, length: this.writes.length, hash: this.running.state };
  }

  private firstAt(revision: number): number {
    let low = 0;
    let high = this.writes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.writes[middle]!.modRevision < revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
