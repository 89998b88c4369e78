import { KeyRecord } from './key-record.js';

/** Records in one block at most; a full block splits in two. Small enough to shift, large enough to keep blocks few. */
const BLOCK_MAX = 128;

/**
 * The keys of a store: a hash map for points, and a sorted list of sorted blocks for ranges.
 *
 * Points touch the map only. A new key waits aside until the next range: then it costs two binary searches and a shift
 * of at most a block. Keys are ordered by UTF-16 code units.
 */
export class KeyIndex {
  private readonly byKey = new Map<string, KeyRecord>();
  /** Never an empty block in it. */
  private readonly blocks: KeyRecord[][] = [];
  /** Records that are in the map but not yet in the blocks, in any order. */
  private waiting: KeyRecord[] = [];

  /** @param records in ascending order of their keys */
  constructor(records: readonly KeyRecord[] = []) {
    for (let i = 0; i < records.length; i += BLOCK_MAX / 2) this.blocks.push(records.slice(i, i + BLOCK_MAX / 2));
    for (const record of records) this.byKey.set(record.key, record);
  }

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): KeyRecord | undefined {
    return this.byKey.get(key);
  }

  /** The record of a key, made if there is none. */
  getOrInsert(key: string): KeyRecord {
    let record = this.byKey.get(key);
    if (record === undefined) {
      record = new KeyRecord(key);
      this.byKey.set(key, record);
      this.waiting.push(record);
    }
    return record;
  }

  delete(key: string): void {
    if (!this.byKey.delete(key)) return;
    this.settle();
    const at = this.blockOf(key);
    const block = this.blocks[at]!;
    block.splice(lowerBound(block, key), 1);
    if (block.length === 0) this.blocks.splice(at, 1);
  }

  /** Visits the records from `start` up to, but without, `end` (undefined = without an end) in order of their keys. */
  scan(start: string, end: string | undefined, visit: (record: KeyRecord) => void): void {
    this.settle();
    let at = this.blockOf(start);
    let block = this.blocks[at];
    let i = block === undefined ? 0 : lowerBound(block, start);
    while (block !== undefined) {
      const last = block[block.length - 1]!;
      if (end === undefined || last.key < end) {
        for (; i < block.length; i++) visit(block[i]!);
      } else {
        for (; i < block.length; i++) {
          const record = block[i]!;
          if (record.key >= end) return;
          visit(record);
        }
        return;
      }
      block = this.blocks[++at];
      i = 0;
    }
  }

  private settle(): void {
    if (this.waiting.length === 0) return;
    // In ascending order: neighbours then meet in the same block, still warm in the cache.
    if (this.waiting.length > 1) this.waiting.sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const record of this.waiting) this.insert(record);
    this.waiting = [];
  }

  private insert(record: KeyRecord): void {
    const at = this.blockOf(record.key);
    const block = this.blocks[at];
    if (block === undefined) {
      this.blocks.push([record]);
      return;
    }
    const last = block[block.length - 1]!;
    // Keys often arrive in ascending order: then there is nothing to search or shift.
    if (last.key < record.key) block.push(record);
    else block.splice(lowerBound(block, record.key), 0, record);
    if (block.length > BLOCK_MAX) this.blocks.splice(at + 1, 0, block.splice(BLOCK_MAX / 2));
  }

  /** The block that has the key, or would: the last one that starts at or before it. */
  private blockOf(key: string): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.blocks[middle]![0]!.key <= key) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : low - 1;
  }
}

/** Where in a sorted block the first key >= `key` is. */
function lowerBound(block: readonly KeyRecord[], key: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (block[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
