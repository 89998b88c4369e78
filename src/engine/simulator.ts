import { EventQueue } from './event-queue.js';
import { invariant } from './invariant.js';
import { Streams } from './streams.js';

/** A running timer's handle; NO_TIMER never names one. */
export type Timer = number;
export const NO_TIMER: Timer = 0;

export type Handler<T> = (payload: T) => void;

const SLOT_LIMIT = 2 ** 24;
const PURGE_FLOOR = 1024;

/**
 * The virtual clock and its event loop. Time is in whole µs from the run's start.
 *
 * Events run by (time, sequence of scheduling). An event is a handler and one payload, both kept in slots of plain
 * arrays, so that scheduling allocates nothing of its own.
 */
export class Simulator {
  readonly streams: Streams;
  private now = 0;
  private ran = 0;
  private stopping = false;
  private readonly queue = new EventQueue();
  private readonly handlers: (Handler<never> | undefined)[] = [undefined];
  private readonly payloads: unknown[] = [undefined];
  private readonly generations: number[] = [0];
  private readonly freeSlots: number[] = [];
  private cancelled = 0;

  /** @param seed any text or number; with the same seed, version and inputs a run repeats to the byte */
  constructor(seed: string | number) {
    this.streams = new Streams(String(seed));
  }

  /** Virtual time, µs since the run's start. */
  get nowUs(): number {
    return this.now;
  }

  /** How many events have run. */
  get eventCount(): number {
    return this.ran;
  }

  get pendingCount(): number {
    return this.queue.size - this.cancelled;
  }

  /**
   * Runs `handler(payload)` `delayUs` from now. Cannot be cancelled; see `startTimer`.
   *
   * @param delayUs whole µs, >= 0
   * @throws InvariantError for a delay that is negative or not whole
   */
  schedule<T>(delayUs: number, handler: Handler<T>, payload: T): void {
    this.enqueue(this.now + delayUs, handler, payload);
  }

  /** As `schedule`, at an absolute virtual time >= now. */
  scheduleAt<T>(timeUs: number, handler: Handler<T>, payload: T): void {
    this.enqueue(timeUs, handler, payload);
  }

  /** As `schedule`, and returns a handle for `cancel`. */
  startTimer<T>(delayUs: number, handler: Handler<T>, payload: T): Timer {
    const slot = this.enqueue(this.now + delayUs, handler, payload);
    return this.generations[slot]! * SLOT_LIMIT + slot;
  }

  /** Stops a timer. False if it has already run or been cancelled; NO_TIMER is allowed. */
  cancel(timer: Timer): boolean {
    const slot = timer % SLOT_LIMIT;
    if (slot === 0 || this.generations[slot] !== Math.floor(timer / SLOT_LIMIT)) return false;
    if (this.handlers[slot] === undefined) return false;
    this.handlers[slot] = undefined;
    this.payloads[slot] = undefined;
    this.generations[slot]!++;
    // The heap entry stays until it surfaces, unless such entries come to outnumber the live ones.
    if (++this.cancelled > PURGE_FLOOR && this.cancelled * 2 > this.queue.size) this.purge();
    return true;
  }

  /** Ends `run` after the event that is running. */
  stop(): void {
    this.stopping = true;
  }

  /**
   * Runs events until none is left, `stop` is called, or the next one lies after `untilUs`.
   *
   * With `untilUs` finite and not stopped, the clock ends there.
   */
  run(untilUs = Number.POSITIVE_INFINITY): void {
    const { queue, handlers, payloads, generations, freeSlots } = this;
    this.stopping = false;
    while (!this.stopping) {
      const timeUs = queue.nextTimeUs;
      if (timeUs > untilUs || timeUs === Number.POSITIVE_INFINITY) {
        if (untilUs !== Number.POSITIVE_INFINITY) this.now = untilUs;
        return;
      }
      const slot = queue.pop();
      const handler = handlers[slot];
      freeSlots.push(slot);
      if (handler === undefined) {
        this.cancelled--;
        continue;
      }
      const payload = payloads[slot];
      handlers[slot] = undefined;
      payloads[slot] = undefined;
      generations[slot]!++;
      this.now = timeUs;
      this.ran++;
      (handler as Handler<unknown>)(payload);
    }
  }

  private enqueue<T>(timeUs: number, handler: Handler<T>, payload: T): number {
    if (!(timeUs >= this.now) || timeUs % 1 !== 0) {
      invariant(false, 'an event must lie in the future, on a whole µs', { timeUs, nowUs: this.now });
    }
    let slot = this.freeSlots.pop();
    if (slot === undefined) {
      slot = this.handlers.length;
      invariant(slot < SLOT_LIMIT, 'too many pending events', { slot });
      this.handlers.push(undefined);
      this.payloads.push(undefined);
      this.generations.push(1);
    }
    this.handlers[slot] = handler as Handler<never>;
    this.payloads[slot] = payload;
    this.queue.push(timeUs, slot);
    return slot;
  }

  private purge(): void {
    this.queue.purge((slot) => {
      if (this.handlers[slot] !== undefined) return false;
      this.freeSlots.push(slot);
      return true;
    });
    this.cancelled = 0;
  }
}
