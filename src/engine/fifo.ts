/** A first-in first-out queue on a ring: both ends in constant time, and no allocation while it does not outgrow itself. */
export class Fifo<T> {
  /** Its length is a power of two. */
  private ring: (T | undefined)[] = [undefined, undefined, undefined, undefined];
  private head = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(item: T): void {
    if (this.count === this.ring.length) this.grow();
    this.ring[(this.head + this.count) & (this.ring.length - 1)] = item;
    this.count++;
  }

  /** The oldest item, or undefined. */
  shift(): T | undefined {
    if (this.count === 0) return undefined;
    const { ring, head } = this;
    const item = ring[head];
    ring[head] = undefined;
    this.head = (head + 1) & (ring.length - 1);
    this.count--;
    return item;
  }

  /** The item that `position` others are before. @param position 0 .. length - 1 */
  at(position: number): T {
    return this.ring[(this.head + position) & (this.ring.length - 1)]!;
  }

  peek(): T | undefined {
    return this.count === 0 ? undefined : this.ring[this.head];
  }

  /** Empties the queue and gives what was in it, oldest first. */
  drain(): T[] {
    const items: T[] = [];
    while (this.count > 0) items.push(this.shift()!);
    return items;
  }

  private grow(): void {
    const items = this.drain();
    this.ring = new Array<T | undefined>(items.length * 2).fill(undefined);
    this.head = 0;
    for (const item of items) this.push(item);
  }
}
