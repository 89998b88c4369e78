import { encodedBytesOf } from './entry-size.js';
import { violated } from './invariant.js';
import type { Entry, Logger, Snapshot, Storage, StorageMiss } from './types.js';
import { Unstable } from './unstable.js';

const NO_ENTRIES: Entry[] = [];

/**
 * A node's whole log: what storage holds, the unstable part on top, and how far it is committed and applied.
 * etcd: raft.raftLog.
 *
 * Invariant: applied <= applying <= committed <= lastIndex.
 */
export class RaftLog {
  readonly unstable: Unstable;
  committed: number;
  /** Handed out to be applied. */
  applying: number;
  applied: number;
  private readonly storage: Storage;
  private readonly logger: Logger | undefined;
  /** Limit on the encoded entries handed out and not acknowledged, bytes. */
  private readonly maxApplyingBytes: number;
  private applyingBytes = 0;
  /** The limit was hit: hand nothing out before an acknowledgement. */
  private applyingPaused = false;

  constructor(storage: Storage, options: { maxApplyingBytes: number; logger: Logger | undefined }) {
    this.storage = storage;
    this.logger = options.logger;
    this.maxApplyingBytes = options.maxApplyingBytes;
    this.unstable = new Unstable(storage.lastIndex() + 1, options.logger);
    this.committed = storage.firstIndex() - 1;
    this.applying = this.committed;
    this.applied = this.committed;
  }

  firstIndex(): number {
    const snapshot = this.unstable.snapshot;
    return snapshot === undefined ? this.storage.firstIndex() : snapshot.index + 1;
  }

  lastIndex(): number {
    const unstable = this.unstable;
    if (unstable.entries.length > 0) return unstable.entries.end - 1;
    return unstable.snapshot === undefined ? this.storage.lastIndex() : unstable.snapshot.index;
  }

  lastTerm(): number {
    const term = this.term(this.lastIndex());
    if (typeof term !== 'number') violated(`the last entry has no term: ${term}`, { index: this.lastIndex() });
    return term;
  }

  /** Term of the entry at `index`; known for [firstIndex - 1, lastIndex]. */
  term(index: number): number | StorageMiss {
    const entries = this.unstable.entries;
    if (index >= entries.offset) return index < entries.end ? entries.at(index).term : 'unavailable';
    const snapshot = this.unstable.snapshot;
    if (snapshot !== undefined) return snapshot.index === index ? snapshot.term : 'compacted';
    return this.storage.term(index);
  }

  termOrZero(index: number): number {
    const term = this.term(index);
    return typeof term === 'number' ? term : 0;
  }

  matches(index: number, term: number): boolean {
    return this.term(index) === term;
  }

  /** Whether a log that ends in (index, term) is at least as new as this one. Source: Raft paper §5.4.1. */
  isUpToDate(index: number, term: number): boolean {
    const lastTerm = this.lastTerm();
    return term > lastTerm || (term === lastTerm && index >= this.lastIndex());
  }

  /**
   * The log from `lo` on: at least one entry, further ones only while the encoded sizes stay within `maxBytes`.
   *
   * @returns no entries if `lo` is behind the last; 'compacted' if `lo` is before the first
   */
  entriesFrom(lo: number, maxBytes: number): readonly Entry[] | 'compacted' {
    const last = this.lastIndex();
    return lo > last ? NO_ENTRIES : this.slice(lo, last + 1, maxBytes);
  }

  /** As entriesFrom, for [lo, hi). */
  slice(lo: number, hi: number, maxBytes: number): readonly Entry[] | 'compacted' {
    const entries = this.unstable.entries;
    if (lo >= entries.offset) return entries.slice(lo, hi, maxBytes);
    if (lo < this.firstIndex()) return 'compacted';
    const cut = Math.min(hi, entries.offset);
    const stable = this.storage.entries(lo, cut, maxBytes);
    if (stable === 'compacted') return stable;
    if (stable === 'unavailable') violated('storage lacks entries that it must hold', { index: lo, hi: cut });
    if (hi <= entries.offset || stable.length < cut - lo) return stable;
    const rest = maxBytes - encodedBytesOf(stable);
    if (rest <= 0) return stable;
    const unstable = entries.slice(entries.offset, hi, rest);
    // A window gives at least one entry; here one that does not fit is none.
    if (unstable.length === 1 && encodedBytesOf(unstable) > rest) return stable;
    return stable.concat(unstable);
  }

  /**
   * Takes a leader's entries behind (prevIndex, prevTerm), truncating only at the first that conflicts.
   *
   * Source: Raft paper §5.3. etcd: raftLog.maybeAppend.
   *
   * @returns the index of the last of `entries` (prevIndex for none), or -1 if the log does not match there
   * @throws InvariantError if a committed entry would change
   */
  maybeAppend(prevIndex: number, prevTerm: number, entries: readonly Entry[]): number {
    if (!this.matches(prevIndex, prevTerm)) return -1;
    const from = this.firstConflict(entries);
    if (from < entries.length) {
      const index = entries[from]!.index;
      if (index <= this.committed) violated('an entry conflicts with a committed one', { index });
      this.unstable.truncateAndAppend(entries, from);
    }
    return prevIndex + entries.length;
  }

  /** Position in `entries` of the first that the log lacks or holds with another term; their count if there is none. */
  private firstConflict(entries: readonly Entry[]): number {
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      const term = this.term(entry.index);
      if (term === entry.term) continue;
      if (this.logger !== undefined && entry.index <= this.lastIndex()) {
        this.logger(
          'INFO',
          `found conflict at index ${entry.index} [existing term: ${this.termOrZero(entry.index)}, conflicting term: ${entry.term}]`,
        );
      }
      return i;
    }
    return entries.length;
  }

  /**
   * The largest index <= `index` whose term is <= `term`: where a log whose entry at `index` has `term` may still match.
   *
   * Walks into what is compacted at most one step: there the term is unknown and the index is returned as it is.
   */
  findConflictByTerm(index: number, term: number): number {
    for (let at = index; at > 0; at--) {
      const ours = this.term(at);
      if (typeof ours !== 'number' || ours <= term) return at;
    }
    return 0;
  }

  /** @throws InvariantError if the log does not reach `index` */
  commitTo(index: number): void {
    if (index <= this.committed) return;
    if (index > this.lastIndex()) {
      violated('a commit index is behind the log: was it truncated or lost?', { index, last: this.lastIndex() });
    }
    this.committed = index;
  }

  restore(snapshot: Snapshot): void {
    this.logger?.(
      'INFO',
      `log [${this.describe()}] starts to restore snapshot [index: ${snapshot.index}, term: ${snapshot.term}]`,
    );
    this.committed = snapshot.index;
    this.unstable.restore(snapshot);
  }

  snapshot(): Snapshot | 'snapshot-temporarily-unavailable' {
    return this.unstable.snapshot ?? this.storage.snapshot();
  }

  hasNextCommitted(allowUnstable: boolean): boolean {
    if (this.applyingPaused || this.unstable.snapshot !== undefined) return false;
    return this.applying < this.maxAppliable(allowUnstable);
  }

  /** Committed entries not handed out yet, within the size limit. */
  nextCommitted(allowUnstable: boolean): readonly Entry[] {
    if (!this.hasNextCommitted(allowUnstable)) return NO_ENTRIES;
    const room = this.maxApplyingBytes - this.applyingBytes;
    const entries = this.slice(this.applying + 1, this.maxAppliable(allowUnstable) + 1, room);
    if (entries === 'compacted')
      violated('entries were compacted before they were applied', { index: this.applying + 1 });
    return entries;
  }

  /** Notes that `entries` (not empty) were handed out to be applied. */
  acceptApplying(entries: readonly Entry[], allowUnstable: boolean): void {
    this.applying = entries[entries.length - 1]!.index;
    if (this.maxApplyingBytes === Number.POSITIVE_INFINITY) return;
    this.applyingBytes += encodedBytesOf(entries);
    this.applyingPaused =
      this.applyingBytes >= this.maxApplyingBytes || this.applying < this.maxAppliable(allowUnstable);
  }

  /**
   * @param bytes encoded size of the entries acknowledged; 0 after a snapshot
   * @throws InvariantError if `index` is beyond the commit index or goes back
   */
  appliedTo(index: number, bytes: number): void {
    if (index > this.committed || index < this.applied) {
      violated('applied runs out of [applied, committed]', { index, applied: this.applied, committed: this.committed });
    }
    this.applied = index;
    if (this.applying < index) this.applying = index;
    if (this.maxApplyingBytes === Number.POSITIVE_INFINITY) return;
    this.applyingBytes = Math.max(0, this.applyingBytes - bytes);
    this.applyingPaused = this.applyingBytes >= this.maxApplyingBytes;
  }

  describe(): string {
    const { entries, offsetInProgress } = this.unstable;
    return (
      `committed=${this.committed}, applied=${this.applied}, applying=${this.applying}, unstable.offset=${entries.offset}, ` +
      `unstable.offsetInProgress=${offsetInProgress}, len(unstable.Entries)=${entries.length}`
    );
  }

  private maxAppliable(allowUnstable: boolean): number {
    return allowUnstable ? this.committed : Math.min(this.committed, this.unstable.entries.offset - 1);
  }
}
