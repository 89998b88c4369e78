import { encodedBytes } from './entry-size.js';
import { violated } from './invariant.js';
import type { Entry } from './types.js';

/**
 * Consecutive entries [offset, end): grows at the end, is cut at both.
 *
 * Dropping from the front moves a head and copies only when half the array is dead, so a log compacts at constant cost an
 * entry. Slices are copies (of references), so that a Ready or a message stays as it was handed out.
 */
export class EntryWindow {
  /** Index of the first entry, or of the one to come. */
  offset: number;
  private items: Entry[] = [];
  private head = 0;

  constructor(offset: number) {
    this.offset = offset;
  }

  get length(): number {
    return this.items.length - this.head;
  }

  /** Index behind the last entry. */
  get end(): number {
    return this.offset + this.items.length - this.head;
  }

  /** The entry at `index`, which must lie in [offset, end). */
  at(index: number): Entry {
    return this.items[this.head + index - this.offset]!;
  }

  /** @throws InvariantError unless `entry` comes right behind the last one */
  push(entry: Entry): void {
    if (entry.index !== this.end) violated('an entry leaves a gap in the log', { index: entry.index, end: this.end });
    this.items.push(entry);
  }

  /** Drops the entries from `index` on. */
  truncateFrom(index: number): void {
    if (index < this.end) this.items.length = this.head + Math.max(0, index - this.offset);
  }

  /** Drops the entries up to and with `index`. */
  dropThrough(index: number): void {
    const dropped = Math.min(index + 1, this.end) - this.offset;
    if (dropped <= 0) return;
    this.head += dropped;
    this.offset += dropped;
    if (this.head === this.items.length) {
      this.items = [];
      this.head = 0;
    } else if (this.head >= 64 && this.head * 2 >= this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
  }

  /** Empties the window; the next entry is `offset`. */
  restart(offset: number): void {
    this.items = [];
    this.head = 0;
    this.offset = offset;
  }

  /**
   * The entries in [lo, hi) as a new array: the first in any case, further ones while the encoded sizes stay in `maxBytes`.
   *
   * @throws InvariantError if [lo, hi) reaches out of [offset, end)
   */
  slice(lo: number, hi: number, maxBytes: number): Entry[] {
    if (lo < this.offset || hi > this.end || lo > hi) {
      violated('a slice reaches out of the log', { index: lo, hi, offset: this.offset, end: this.end });
    }
    const from = this.head + lo - this.offset;
    const count = hi - lo;
    if (count === 0) return [];
    if (count === 1) return [this.items[from]!];
    if (maxBytes === Number.POSITIVE_INFINITY) return this.items.slice(from, from + count);
    let bytes = encodedBytes(this.items[from]!);
    let taken = 1;
    while (taken < count) {
      bytes += encodedBytes(this.items[from + taken]!);
      if (bytes > maxBytes) break;
      taken++;
    }
    return this.items.slice(from, from + taken);
  }
}
