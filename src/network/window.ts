import { INITIAL_WINDOW_BYTES, MAX_WINDOW_BYTES, SEGMENT_BYTES } from './tcp.js';

/**
 * One direction's congestion window, and what is in flight on a path that loses nothing.
 *
 * There nobody needs an event for an acknowledgement: when it will come is known at sending, and looked up here later.
 *
 * Model: slow start and NewReno's additive increase; Linux's CUBIC differs only once something was lost. Bytes, not packets.
 */
export class Window {
  cwndBytes = INITIAL_WINDOW_BYTES;
  /** By how much the window grows a round trip after a loss; and what is sent at once at most, where packets have one size. */
  readonly segmentBytes: number;
  ssthreshBytes = Number.POSITIVE_INFINITY;
  /** Sent and not yet acknowledged at the time of the last `settle`. */
  inFlightBytes = 0;
  // What was sent and acknowledged in all, bytes, and the most that was in flight at a time in the current window of data:
  // it is over when all is acknowledged that had been sent at `usageMark`.
  private sentBytes = 0;
  private ackedBytes = 0;
  private usageMark = 0;
  private mostInFlightBytes = 0;
  private ackTimes = new Float64Array(16);
  private sizes = new Float64Array(16);
  // Running counts, taken modulo the capacity; `oldest` <= `head` <= `tail`. What lies before `head` no longer counts
  // in the window, what lies before `oldest` is forgotten: `settle` may run ahead of the clock.
  private oldest = 0;
  private head = 0;
  private tail = 0;
  private lastAckUs = 0;
  /** When something was last sent, µs; may lie in the future. */
  lastSendUs = 0;

  constructor(segmentBytes = SEGMENT_BYTES) {
    this.segmentBytes = segmentBytes;
  }

  /** Takes in all acknowledgements up to `atUs`, which may lie in the future; a time before an earlier call's changes nothing. */
  settle(atUs: number): void {
    const mask = this.ackTimes.length - 1;
    while (this.head < this.tail) {
      const slot = this.head & mask;
      if (this.ackTimes[slot]! > atUs) return;
      const size = this.sizes[slot]!;
      this.acknowledged(size);
      this.grow(size);
      this.inFlightBytes -= size;
      this.head++;
    }
  }

  /** When the next acknowledgement comes, µs. Only while something is in flight. */
  get nextAckUs(): number {
    return this.ackTimes[this.head & (this.ackTimes.length - 1)]!;
  }

  /** Something was sent whose acknowledgement comes at `ackUs`. */
  push(ackUs: number, sizeBytes: number, nowUs: number): void {
    if (this.tail - this.oldest === this.ackTimes.length) this.makeRoom(nowUs);
    const slot = this.tail & (this.ackTimes.length - 1);
    if (ackUs > this.lastAckUs) this.lastAckUs = ackUs;
    this.ackTimes[slot] = this.lastAckUs;
    this.sizes[slot] = sizeBytes;
    this.tail++;
    this.inFlightBytes += sizeBytes;
    this.sent(sizeBytes, this.inFlightBytes);
  }

  /** Bytes were sent for the first time, which makes so many in flight. Linux: tcp_cwnd_validate. */
  sent(sizeBytes: number, inFlightBytes: number): void {
    this.sentBytes += sizeBytes;
    if (inFlightBytes <= this.mostInFlightBytes && this.ackedBytes < this.usageMark) return;
    this.mostInFlightBytes = inFlightBytes;
    this.usageMark = this.sentBytes;
  }

  acknowledged(sizeBytes: number): void {
    this.ackedBytes += sizeBytes;
  }

  /** Sent on a clean path and not yet acknowledged, bytes. */
  unacknowledgedBytes(nowUs: number): number {
    this.settle(nowUs);
    this.forget(nowUs);
    let sum = 0;
    for (let i = this.oldest; i < this.tail; i++) sum += this.sizes[i & (this.ackTimes.length - 1)]!;
    return sum;
  }

  /**
   * Linux grows the window only as far as it is used: in slow start to twice what was in flight at most, later while it
   * has no room for one more packet.
   */
  grow(ackedBytes: number, packetBytes = this.segmentBytes): void {
    if (this.cwndBytes < this.ssthreshBytes) {
      if (this.cwndBytes < 2 * this.mostInFlightBytes) this.cwndBytes += this.wholePackets(ackedBytes);
    } else if (this.inFlightBytes >= this.cwndBytes - packetBytes) {
      this.cwndBytes += Math.floor((this.segmentBytes * ackedBytes) / this.cwndBytes);
    }
    if (this.cwndBytes > MAX_WINDOW_BYTES) this.cwndBytes = MAX_WINDOW_BYTES;
  }

  /** Linux counts packets, and the last one of a long message as a whole. */
  private wholePackets(bytes: number): number {
    return bytes <= this.segmentBytes ? bytes : Math.ceil(bytes / this.segmentBytes) * this.segmentBytes;
  }

  /**
   * Before sending: takes in what was acknowledged, then halves a window larger than the initial one for each RTO
   * without sending (tcp_slow_start_after_idle).
   */
  restartAfterIdle(nowUs: number, rtoUs: number): void {
    this.settle(nowUs);
    for (let idle = nowUs - this.lastSendUs - rtoUs; idle > 0 && this.cwndBytes > INITIAL_WINDOW_BYTES; idle -= rtoUs) {
      this.cwndBytes = Math.max(Math.floor(this.cwndBytes / 2), INITIAL_WINDOW_BYTES);
    }
    if (nowUs > this.lastSendUs) this.lastSendUs = nowUs;
  }

  private forget(nowUs: number): void {
    const mask = this.ackTimes.length - 1;
    while (this.oldest < this.head && this.ackTimes[this.oldest & mask]! <= nowUs) this.oldest++;
  }

  private makeRoom(nowUs: number): void {
    this.forget(nowUs);
    const { oldest, tail, ackTimes, sizes } = this;
    if (tail - oldest < ackTimes.length) return;
    const mask = ackTimes.length - 1;
    const wider = ackTimes.length * 2;
    this.ackTimes = new Float64Array(wider);
    this.sizes = new Float64Array(wider);
    for (let i = oldest; i < tail; i++) {
      this.ackTimes[i & (wider - 1)] = ackTimes[i & mask]!;
      this.sizes[i & (wider - 1)] = sizes[i & mask]!;
    }
  }
}
