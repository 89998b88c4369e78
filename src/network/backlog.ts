/**
 * How many packets a queueing discipline holds: departure times in order, forgotten once they have passed.
 *
 * With a constant delay packets leave in the order they came and `add` appends; with jitter it inserts.
 */
export class Backlog {
  private departures = new Float64Array(64);
  private packets = new Float64Array(64);
  private head = 0;
  private tail = 0;
  private total = 0;

  /** Packets that leave after `nowUs`. Time never goes backwards between calls. */
  sizeAt(nowUs: number): number {
    while (this.head < this.tail && this.departures[this.head]! <= nowUs) {
      this.total -= this.packets[this.head]!;
      this.head++;
    }
    return this.total;
  }

  add(departureUs: number, packets: number): void {
    if (this.tail === this.departures.length) this.makeRoom();
    const { departures } = this;
    let place = this.tail++;
    this.total += packets;
    if (place > this.head && departures[place - 1]! > departureUs) {
      place = this.insertionPlace(departureUs);
      departures.copyWithin(place + 1, place, this.tail - 1);
      this.packets.copyWithin(place + 1, place, this.tail - 1);
    }
    departures[place] = departureUs;
    this.packets[place] = packets;
  }

  private insertionPlace(departureUs: number): number {
    let low = this.head;
    let high = this.tail - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.departures[middle]! <= departureUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private makeRoom(): void {
    const held = this.tail - this.head;
    const capacity = held * 2 > this.departures.length ? this.departures.length * 2 : this.departures.length;
    const departures = new Float64Array(capacity);
    departures.set(this.departures.subarray(this.head, this.tail));
    const packets = new Float64Array(capacity);
    packets.set(this.packets.subarray(this.head, this.tail));
    this.departures = departures;
    this.packets = packets;
    this.head = 0;
    this.tail = held;
  }
}
