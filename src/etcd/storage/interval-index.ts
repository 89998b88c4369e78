import type { KeyRange } from './key-range.js';

/** Something that wants to be found by any key of its range. */
export interface Interval {
  readonly range: KeyRange;
  /** Order among those found; unique. */
  readonly sequence: number;
}

const NOBODY: readonly never[] = Object.freeze([]);

/**
 * Finds all intervals that contain a key by one binary search.
 *
 * The starts and ends of all intervals cut the keys into segments; in one segment every key is in the same intervals.
 * The segments are cut anew at the first question after a change: watchers change seldom, events come all the time.
 */
export class IntervalIndex<T extends Interval> {
  private readonly intervals = new Set<T>();
  /** Segment i begins at boundaries[i] and goes up to the next boundary. */
  private boundaries: string[] = [];
  private segments: T[][] = [];
  private stale = false;

  get size(): number {
    return this.intervals.size;
  }

  add(interval: T): void {
    this.intervals.add(interval);
    this.stale = true;
  }

  delete(interval: T): void {
    if (this.intervals.delete(interval)) this.stale = true;
  }

  /** The intervals that contain `key` in the order of their sequence; valid until the next change. */
  containing(key: string): readonly T[] {
    if (this.intervals.size === 0) return NOBODY;
    if (this.stale) this.cut();
    let low = 0;
    let high = this.boundaries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.boundaries[middle]! <= key) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NOBODY : this.segments[low - 1]!;
  }

  private cut(): void {
    this.stale = false;
    const intervals = [...this.intervals].sort((a, b) => a.sequence - b.sequence);
    const boundaries = new Set<string>();
    for (const { range } of intervals) {
      boundaries.add(range.start);
      if (range.end !== undefined) boundaries.add(range.end);
    }
    this.boundaries = [...boundaries].sort();
    const segmentAt = new Map(this.boundaries.map((boundary, i) => [boundary, i]));
    this.segments = this.boundaries.map(() => []);
    for (const interval of intervals) {
      const { start, end } = interval.range;
      const stop = end === undefined ? this.segments.length : segmentAt.get(end)!;
      for (let i = segmentAt.get(start)!; i < stop; i++) this.segments[i]!.push(interval);
    }
  }
}
