import { invariant } from './invariant.js';

/** Ids of events lie below this. */
export const EVENT_ID_LIMIT = 2 ** 24;
/** A ticket is `sequence * EVENT_ID_LIMIT + id` and must stay a whole number that a double holds exactly. */
const SEQUENCE_LIMIT = 2 ** 53 / EVENT_ID_LIMIT;

/**
 * Pending events ordered by (time, sequence): a binary heap on typed arrays.
 *
 * An event here is only its time and an id that the caller understands; equal times leave in the order they came.
 * What makes it several times faster than a heap of objects (`npm run bench -- engine`):
 * - keys lie side by side in memory, siblings next to each other (the root has place 1);
 * - which child is the earlier one is computed, not branched on: a processor cannot foresee it and would mostly guess wrong;
 * - `pop` leaves the root's place open, and a `push` that follows, as an event's successor does, sinks from there: one
 *   walk instead of two.
 */
export class EventQueue {
  /** By place. The place after the last one holds Infinity, so that every parent has two children to compare. */
  private times: Float64Array;
  /** By place: sequence and id in one number, so that tickets compare as sequences do. */
  private tickets: Float64Array;
  /** Places in use; the root's may stand open. */
  private count = 0;
  private rootIsOpen = false;
  private nextSequence: number;

  /** @param firstSequence where numbering starts; renumbering, due after 2^29 events, can so be had at once */
  constructor(firstSequence = 0) {
    this.times = new Float64Array(256).fill(Number.POSITIVE_INFINITY);
    this.tickets = new Float64Array(256);
    this.nextSequence = firstSequence;
  }

  get size(): number {
    return this.rootIsOpen ? this.count - 1 : this.count;
  }

  /** Time of the earliest event, µs; Infinity if there is none. */
  get nextTimeUs(): number {
    if (this.rootIsOpen) this.closeRoot();
    return this.times[1]!;
  }

  /**
   * Adds an event.
   *
   * @param timeUs finite
   * @param id a whole number in [0, EVENT_ID_LIMIT)
   */
  push(timeUs: number, id: number): void {
    if (this.nextSequence === SEQUENCE_LIMIT) this.renumber();
    const ticket = this.nextSequence++ * EVENT_ID_LIMIT + id;
    if (this.rootIsOpen) {
      this.rootIsOpen = false;
      this.sink(1, timeUs, ticket);
      return;
    }
    let place = ++this.count;
    if (place + 2 > this.times.length) this.grow();
    const { times, tickets } = this;
    // A new event has the highest sequence, so it only rises past strictly later times.
    while (place > 1) {
      const parent = place >> 1;
      const parentUs = times[parent]!;
      if (parentUs <= timeUs) break;
      times[place] = parentUs;
      tickets[place] = tickets[parent]!;
      place = parent;
    }
    times[place] = timeUs;
    tickets[place] = ticket;
  }

  /** Removes the earliest event and returns its id; -1 if there is none. */
  pop(): number {
    if (this.rootIsOpen) this.closeRoot();
    if (this.count === 0) return -1;
    this.rootIsOpen = true;
    return idOf(this.tickets[1]!);
  }

  /** Drops every event whose id `isDead`, keeping the order of the others. O(n). */
  purge(isDead: (id: number) => boolean): void {
    if (this.rootIsOpen) this.closeRoot();
    const { times, tickets, count } = this;
    let kept = 0;
    for (let place = 1; place <= count; place++) {
      if (isDead(idOf(tickets[place]!))) continue;
      kept++;
      times[kept] = times[place]!;
      tickets[kept] = tickets[place]!;
    }
    times.fill(Number.POSITIVE_INFINITY, kept + 1, count + 1);
    this.count = kept;
    for (let place = kept >> 1; place >= 1; place--) this.sink(place, times[place]!, tickets[place]!);
  }

  /** Moves the last event to the root's open place, and down from there. */
  private closeRoot(): void {
    this.rootIsOpen = false;
    const last = this.count--;
    const timeUs = this.times[last]!;
    this.times[last] = Number.POSITIVE_INFINITY;
    if (last > 1) this.sink(1, timeUs, this.tickets[last]!);
  }

  /** Lets an event sink from an open place to its own. */
  private sink(open: number, timeUs: number, ticket: number): void {
    const { times, tickets, count } = this;
    let place = open;
    for (;;) {
      const left = place << 1;
      if (left > count) break;
      const leftUs = times[left]!;
      const rightUs = times[left + 1]!;
      // One more than `left` if the right child comes first: numbers instead of && and ||, which would be branches.
      const earlier =
        left + (Number(rightUs < leftUs) | (Number(rightUs === leftUs) & Number(tickets[left + 1]! < tickets[left]!)));
      const earlierUs = times[earlier]!;
      if (earlierUs > timeUs || (earlierUs === timeUs && tickets[earlier]! > ticket)) break;
      times[place] = earlierUs;
      tickets[place] = tickets[earlier]!;
      place = earlier;
    }
    times[place] = timeUs;
    tickets[place] = ticket;
  }

  private grow(): void {
    const capacity = this.times.length * 2;
    const times = new Float64Array(capacity).fill(Number.POSITIVE_INFINITY);
    times.set(this.times);
    this.times = times;
    const tickets = new Float64Array(capacity);
    tickets.set(this.tickets);
    this.tickets = tickets;
  }

  /** Gives the pending events the lowest sequences, in their order, which leaves the heap as it is. */
  private renumber(): void {
    if (this.rootIsOpen) this.closeRoot();
    const { tickets, count } = this;
    invariant(count < SEQUENCE_LIMIT, 'too many pending events', { count });
    const places = Array.from({ length: count }, (_, i) => i + 1).sort((a, b) => tickets[a]! - tickets[b]!);
    places.forEach((place, sequence) => {
      tickets[place] = sequence * EVENT_ID_LIMIT + idOf(tickets[place]!);
    });
    this.nextSequence = count;
  }
}

/** The remainder by hand: % on doubles is a call into the C library. */
function idOf(ticket: number): number {
  return ticket - Math.floor(ticket / EVENT_ID_LIMIT) * EVENT_ID_LIMIT;
}
