import type { EntryMark } from './event.js';

/**
 * A log as (term, running hash) by index: two logs agree up to an index iff their hashes there are equal.
 *
 * What lies before `firstIndex` is known by its last term and hash alone.
 */
export class LogView {
  private firstIndex = 1;
  private terms: number[] = [];
  private hashes: number[] = [];
  private baseTerm = 0;
  private baseHash = EMPTY_LOG_HASH;

  get lastIndex(): number {
    return this.firstIndex + this.terms.length - 1;
  }

  /** 0 where nothing is known. */
  termAt(index: number): number {
    if (index === this.firstIndex - 1) return this.baseTerm;
    return this.terms[index - this.firstIndex] ?? 0;
  }

  /** Of all entries up to `index`; undefined where nothing is known. */
  hashAt(index: number): number | undefined {
    if (index === this.firstIndex - 1) return this.baseHash;
    return this.hashes[index - this.firstIndex];
  }

  /** Whether all up to `index` is there, in the log or in the snapshot before it, and ends in this entry. */
  holds(index: number, term: number): boolean {
    return index < this.firstIndex - 1 || (index <= this.lastIndex && this.termAt(index) === term);
  }

  /** @returns false if the entry would leave a gap */
  append({ index, term, digest }: EntryMark): boolean {
    if (index < this.firstIndex) return true;
    if (index > this.lastIndex + 1) return false;
    this.truncateFrom(index);
    const before = this.hashAt(index - 1) ?? EMPTY_LOG_HASH;
    this.terms.push(term);
    this.hashes.push(logHash(before, term, digest));
    return true;
  }

  truncateFrom(index: number): void {
    const kept = Math.max(0, index - this.firstIndex);
    if (kept >= this.terms.length) return;
    this.terms.length = kept;
    this.hashes.length = kept;
  }

  /** Becomes an empty log behind a snapshot. */
  restart({ index, term, hash }: { readonly index: number; readonly term: number; readonly hash: number }): void {
    this.firstIndex = index + 1;
    this.terms = [];
    this.hashes = [];
    this.baseTerm = term;
    this.baseHash = hash;
  }
}

export const EMPTY_LOG_HASH = 0x2545f491;

/** The hash of a log with one more entry: 52 bits, so that it stays a whole number. */
export function logHash(before: number, term: number, digest: number): number {
  const low = mix(before | 0, term, digest);
  const high = mix(Math.floor(before / 0x100000000) ^ 0x5bd1e995, digest, term);
  return (high & 0xfffff) * 0x100000000 + (low >>> 0);
}

function mix(hash: number, a: number, b: number): number {
  let mixed = Math.imul(hash ^ (a | 0), 0x01000193);
  mixed = Math.imul(mixed ^ (b | 0) ^ (mixed >>> 15), 0x85ebca6b);
  mixed = Math.imul(mixed ^ Math.floor(b / 0x100000000) ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
