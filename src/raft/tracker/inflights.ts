import { violated } from '../invariant.js';

/**
 * A sliding window over the MsgApps sent to one peer and not acknowledged yet, limited in count and in bytes.
 *
 * A ring of (last index, bytes) pairs that grows by doubling up to `maxMessages`. The byte limit is soft: the message
 * that reaches it still goes out. etcd: tracker.Inflights.
 */
export class Inflights {
  readonly maxMessages: number;
  /** Infinity = no limit. */
  readonly maxBytes: number;
  count = 0;
  bytes = 0;
  private start = 0;
  private indexes: number[] = [];
  private sizes: number[] = [];

  constructor(maxMessages: number, maxBytes: number) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  get full(): boolean {
    return this.count >= this.maxMessages || this.bytes >= this.maxBytes;
  }

  /**
   * Notes a MsgApp whose last entry has `index`.
   *
   * @throws InvariantError if the window is full
   */
  add(index: number, bytes: number): void {
    if (this.full) violated('a full window of inflight messages takes no more', { index, count: this.count });
    if (this.count === this.indexes.length) this.grow();
    let at = this.start + this.count;
    if (at >= this.indexes.length) at -= this.indexes.length;
    this.indexes[at] = index;
    this.sizes[at] = bytes;
    this.count++;
    this.bytes += bytes;
  }

  /** Forgets every message up to `index`. */
  freeThrough(index: number): void {
    while (this.count > 0 && this.indexes[this.start]! <= index) {
      this.bytes -= this.sizes[this.start]!;
      this.count--;
      this.start++;
      if (this.start === this.indexes.length) this.start = 0;
    }
    if (this.count === 0) this.start = 0;
  }

  reset(): void {
    this.start = 0;
    this.count = 0;
    this.bytes = 0;
  }

  private grow(): void {
    const capacity = Math.min(this.maxMessages, Math.max(4, this.indexes.length * 2));
    const indexes = new Array<number>(capacity).fill(0);
    const sizes = new Array<number>(capacity).fill(0);
    for (let i = 0; i < this.count; i++) {
      const from = (this.start + i) % this.indexes.length;
      indexes[i] = this.indexes[from]!;
      sizes[i] = this.sizes[from]!;
    }
    this.indexes = indexes;
    this.sizes = sizes;
    this.start = 0;
  }
}
