/**
 * How many packets a queueing discipline holds: departure times in order, forgotten once they have passed.
 *
 * With a constant delay packets leave in the order they came and `add` appends; with jitter it inserts.
 */
export class Backlog {
  private departures: Float64Array = new Float64Array(64);
  private packets: Float64Array = new Float64Array(64);
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
    const { head, tail } = this;
    const held = tail - head;
    if (held * 2 > this.departures.length) {
      this.departures = grown(this.departures);
      this.packets = grown(this.packets);
    }
    this.departures.copyWithin(0, head, tail);
    this.packets.copyWithin(0, head, tail);
    this.head = 0;
    this.tail = held;
  }
}

function grown(array: Float64Array): Float64Array {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
