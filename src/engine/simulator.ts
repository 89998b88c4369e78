import { EVENT_ID_LIMIT, EventQueue } from './event-queue.js';
import { invariant } from './invariant.js';
import { Streams } from './streams.js';

/** A running timer's handle; NO_TIMER never names one. */
export type Timer = number;
export const NO_TIMER: Timer = 0;

export type Handler<T> = (payload: T) => void;

/** Slot 0 is never used: it is NO_TIMER's, and the end of the list of free ones. */
const NO_SLOT = 0;
/** A timer is `serial * EVENT_ID_LIMIT + slot`, exact in a double. */
const SERIAL_LIMIT = 2 ** 53 / EVENT_ID_LIMIT;
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
  // By slot. A free slot has no handler.
  private readonly handlers: (Handler<never> | undefined)[] = [undefined];
  private readonly payloads: unknown[] = [undefined];
  /** The timer that the slot was last taken for; NO_TIMER if its event cannot be cancelled. */
  private readonly timers: Timer[] = [NO_TIMER];
  /** The next free slot after this free one. */
  private readonly nextFree: number[] = [NO_SLOT];
  private firstFree = NO_SLOT;
  private timerSerial = 0;
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
    this.timerSerial = this.timerSerial + 1 === SERIAL_LIMIT ? 1 : this.timerSerial + 1;
    const timer = this.timerSerial * EVENT_ID_LIMIT + slot;
    this.timers[slot] = timer;
    return timer;
  }

  /** Stops a timer. False if it has already run or been cancelled; NO_TIMER is allowed. */
  cancel(timer: Timer): boolean {
    const slot = timer - Math.floor(timer / EVENT_ID_LIMIT) * EVENT_ID_LIMIT;
    if (slot === NO_SLOT || this.timers[slot] !== timer || this.handlers[slot] === undefined) return false;
    this.handlers[slot] = undefined;
    this.payloads[slot] = undefined;
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
    const { queue, handlers, payloads } = this;
    this.stopping = false;
    while (!this.stopping) {
      const timeUs = queue.nextTimeUs;
      if (timeUs > untilUs || timeUs === Number.POSITIVE_INFINITY) {
        if (untilUs !== Number.POSITIVE_INFINITY) this.now = untilUs;
        return;
      }
      const slot = queue.pop();
      const handler = handlers[slot];
      this.free(slot);
      if (handler === undefined) {
        this.cancelled--;
        continue;
      }
      const payload = payloads[slot];
      handlers[slot] = undefined;
      payloads[slot] = undefined;
      this.now = timeUs;
      this.ran++;
      (handler as Handler<unknown>)(payload);
    }
  }

  private enqueue<T>(timeUs: number, handler: Handler<T>, payload: T): number {
    // floor, not %, which is a call into the C library; Infinity and NaN fail the first two.
    if (!(timeUs >= this.now) || timeUs === Number.POSITIVE_INFINITY || Math.floor(timeUs) !== timeUs) {
      invariant(false, 'an event must lie in the future, on a whole µs', { timeUs, nowUs: this.now });
    }
    let slot = this.firstFree;
    if (slot === NO_SLOT) slot = this.addSlot();
    else this.firstFree = this.nextFree[slot]!;
    this.handlers[slot] = handler as Handler<never>;
    this.payloads[slot] = payload;
    this.timers[slot] = NO_TIMER;
    this.queue.push(timeUs, slot);
    return slot;
  }

  private addSlot(): number {
    const slot = this.handlers.length;
    invariant(slot < EVENT_ID_LIMIT, 'too many pending events', { slot });
    this.handlers.push(undefined);
    this.payloads.push(undefined);
    this.timers.push(NO_TIMER);
    this.nextFree.push(NO_SLOT);
    return slot;
  }

  private free(slot: number): void {
    this.nextFree[slot] = this.firstFree;
    this.firstFree = slot;
  }

  private purge(): void {
    this.queue.purge((slot) => {
      if (this.handlers[slot] !== undefined) return false;
      this.free(slot);
      return true;
    });
    this.cancelled = 0;
  }
}
