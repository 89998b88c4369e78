/**
 * Pending events ordered by (time, sequence): a 4-ary heap on typed arrays.
 *
 * An event here is only its time and an id that the caller understands; equal times leave in the order they came.
 * Four children a node halve the depth of a binary heap, and the keys lie side by side in memory, which is what makes
 * it faster than objects in a heap (`npm run bench -- engine`).
 */
export class EventQueue {
  private times: Float64Array;
  private sequences: Float64Array;
  private ids: Int32Array;
  private count = 0;
  private nextSequence = 0;

  constructor(capacity = 256) {
    this.times = new Float64Array(capacity);
    this.sequences = new Float64Array(capacity);
    this.ids = new Int32Array(capacity);
  }

  get size(): number {
    return this.count;
  }

  /** Time of the earliest event, µs; Infinity if there is none. */
  get nextTimeUs(): number {
    return this.count === 0 ? Number.POSITIVE_INFINITY : this.times[0]!;
  }

  /** Adds an event. `id` is any 32-bit integer >= 0. */
  push(timeUs: number, id: number): void {
    if (this.count === this.times.length) this.grow();
    const sequence = this.nextSequence++;
    const { times, sequences, ids } = this;
    let hole = this.count++;
    // A new event has the highest sequence, so it only rises past strictly later times.
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (times[parent]! <= timeUs) break;
      times[hole] = times[parent]!;
      sequences[hole] = sequences[parent]!;
      ids[hole] = ids[parent]!;
      hole = parent;
    }
    times[hole] = timeUs;
    sequences[hole] = sequence;
    ids[hole] = id;
  }

  /** Removes the earliest event and returns its id; -1 if there is none. */
  pop(): number {
    if (this.count === 0) return -1;
    const id = this.ids[0]!;
    const last = --this.count;
    if (last > 0) this.sink(0, this.times[last]!, this.sequences[last]!, this.ids[last]!);
    return id;
  }

  /** Drops every event whose id `isDead`, keeping the order of the others. O(n). */
  purge(isDead: (id: number) => boolean): void {
    const { times, sequences, ids } = this;
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (isDead(ids[i]!)) continue;
      times[kept] = times[i]!;
      sequences[kept] = sequences[i]!;
      ids[kept] = ids[i]!;
      kept++;
    }
    this.count = kept;
    for (let i = (kept - 2) >> 2; i >= 0; i--) this.sink(i, times[i]!, sequences[i]!, ids[i]!);
  }

  /** Lets the event (time, sequence, id) sink from `hole` to its place. */
  private sink(hole: number, timeUs: number, sequence: number, id: number): void {
    const { times, sequences, ids, count } = this;
    for (;;) {
      const first = (hole << 2) + 1;
      if (first >= count) break;
      let least = first;
      let leastTime = times[first]!;
      const end = Math.min(first + 4, count);
      for (let child = first + 1; child < end; child++) {
        const time = times[child]!;
        if (time < leastTime || (time === leastTime && sequences[child]! < sequences[least]!)) {
          least = child;
          leastTime = time;
        }
      }
      if (leastTime > timeUs || (leastTime === timeUs && sequences[least]! > sequence)) break;
      times[hole] = leastTime;
      sequences[hole] = sequences[least]!;
      ids[hole] = ids[least]!;
      hole = least;
    }
    times[hole] = timeUs;
    sequences[hole] = sequence;
    ids[hole] = id;
  }

  private grow(): void {
    const capacity = this.times.length * 2;
    const times = new Float64Array(capacity);
    times.set(this.times);
    this.times = times;
    const sequences = new Float64Array(capacity);
    sequences.set(this.sequences);
    this.sequences = sequences;
    const ids = new Int32Array(capacity);
    ids.set(this.ids);
    this.ids = ids;
  }
}
