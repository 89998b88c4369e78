import type { Handler, Simulator, Timer } from '../engine/index.js';
import { NO_TIMER } from '../engine/index.js';
import type { End } from './connection.js';
import { LOST } from './netem.js';
import { BREAK_AFTER_US, DUPLICATE_THRESHOLD, MAX_RTO_US, rtoUs } from './tcp.js';

interface Segment {
  readonly number: number;
  bytes: number;
  /** Messages that are complete with this segment. */
  readonly messages: unknown[];
  sentUs: number;
  /** Counted in flight. */
  flying: boolean;
  lost: boolean;
  retransmitted: boolean;
  /** The receiver has it. */
  arrived: boolean;
  /** The sender knows. */
  acked: boolean;
}

interface Acknowledgement {
  /** All segments before this number have arrived, */
  readonly upTo: number;
  /** and this one. */
  readonly segment: Segment;
}

/**
 * TCP packet by packet, for one direction whose packets may get lost: acknowledgements, retransmission, the wait of later
 * data behind a hole.
 *
 * Linux's sender in outline: selective acknowledgements, fast retransmit once three later segments are acknowledged, a
 * retransmission timeout that doubles up to 120 s, the end after tcp_retries2.
 *
 * Model: no tail loss probe, no RACK, no undo after a spurious timeout, no delayed acknowledgements.
 */
export class Recovery {
  private readonly simulator: Simulator;
  private readonly sender: End;
  private readonly receiver: End;
  /** Segments that are not all acknowledged yet, oldest first; some not sent. */
  private readonly segments: Segment[] = [];
  /** Index in `segments` of the oldest that is not acknowledged: what lies before is cut off now and then. */
  private oldest = 0;
  private nextNumber = 0;
  /** Number of the next segment to be sent for the first time. */
  private unsent = 0;
  /** Number of the next segment that the receiver waits for. */
  private expected = 0;
  private flyingBytes = 0;
  private pending = 0;
  /** Fast recovery lasts until this segment number is acknowledged. */
  private recoveryPoint = 0;
  private srttUs: number;
  private deviationUs = 0;
  private backoff = 1;
  private stalledSinceUs = 0;
  private timer: Timer = NO_TIMER;
  private readonly onArrival: Handler<Segment> = (segment) => this.segmentArrives(segment);
  private readonly onAcknowledgement: Handler<Acknowledgement> = (ack) => this.acknowledgementArrives(ack);
  private readonly onTimeout: Handler<undefined> = () => this.timesOut();

  constructor(simulator: Simulator, sender: End, receiver: End) {
    this.simulator = simulator;
    this.sender = sender;
    this.receiver = receiver;
    this.srttUs = sender.path.typicalUs + sender.back.typicalUs;
  }

  private get segmentBytes(): number {
    return this.sender.window.segmentBytes;
  }

  /** Something is unacknowledged or unsent. */
  get busy(): boolean {
    return this.oldest < this.segments.length;
  }

  /** Sent or waiting, and not acknowledged. */
  get pendingBytes(): number {
    return this.pending;
  }

  send(message: unknown, sizeBytes: number): void {
    this.sender.window.restartAfterIdle(this.simulator.nowUs, this.timeoutUs);
    this.pending += sizeBytes;
    let left = sizeBytes;
    const tail = this.segments[this.segments.length - 1];
    if (tail !== undefined && tail.number >= this.unsent && tail.bytes + left <= this.segmentBytes) {
      // The kernel fills a segment that still waits.
      tail.bytes += left;
      tail.messages.push(message);
    } else {
      for (; left > this.segmentBytes; left -= this.segmentBytes) this.append(this.segmentBytes);
      this.append(left).messages.push(message);
    }
    this.pump();
  }

  /** The connection is gone. */
  stop(): void {
    this.segments.length = 0;
    this.oldest = 0;
    this.pending = 0;
    this.simulator.cancel(this.timer);
    this.timer = NO_TIMER;
  }

  private append(bytes: number): Segment {
    const segment: Segment = {
      number: this.nextNumber++,
      bytes,
      messages: [],
      sentUs: 0,
      flying: false,
      lost: false,
      retransmitted: false,
      arrived: false,
      acked: false,
    };
    this.segments.push(segment);
    return segment;
  }

  /** Sends what the window has room for: what was lost first, then what is new. */
  private pump(): void {
    const { segments } = this;
    if (!this.busy) return;
    const base = segments[0]!.number;
    for (let i = this.oldest; i < this.unsent - base; i++) {
      const segment = segments[i]!;
      if (!segment.lost || segment.acked) continue;
      if (!this.hasRoomFor(segment)) return;
      segment.retransmitted = true;
      this.transmit(segment);
    }
    while (this.unsent - base < segments.length) {
      const segment = segments[this.unsent - base]!;
      if (!this.hasRoomFor(segment)) return;
      this.unsent++;
      this.transmit(segment);
    }
  }

  private hasRoomFor(segment: Segment): boolean {
    return this.flyingBytes === 0 || this.flyingBytes + segment.bytes <= this.sender.window.cwndBytes;
  }

  private transmit(segment: Segment): void {
    const { simulator, sender } = this;
    segment.sentUs = simulator.nowUs;
    segment.lost = false;
    segment.flying = true;
    this.flyingBytes += segment.bytes;
    if (this.timer === NO_TIMER) this.startTimer();
    const arrivalUs = sender.path.packet(simulator.nowUs, segment.bytes);
    if (arrivalUs === LOST) return;
    // Behind what went before on the clean path.
    simulator.scheduleAt(Math.max(arrivalUs, sender.lastArrivalUs), this.onArrival, segment);
  }

  private segmentArrives(segment: Segment): void {
    const { receiver, simulator, segments } = this;
    if (receiver.refuses()) return;
    if (segments.length === 0) return;
    segment.arrived = true;
    const complete: unknown[] = [];
    const base = segments[0]!.number;
    for (let next = segments[this.expected - base]; next?.arrived; next = segments[this.expected - base]) {
      complete.push(...next.messages);
      this.expected++;
    }
    const ackUs = this.sender.back.packet(simulator.nowUs, 0);
    if (ackUs !== LOST) simulator.scheduleAt(ackUs, this.onAcknowledgement, { upTo: this.expected, segment });
    for (const message of complete) receiver.receive(message);
  }

  private acknowledgementArrives(ack: Acknowledgement): void {
    const { segments } = this;
    if (!this.busy || !this.sender.host.powered) return;
    const base = segments[0]!.number;
    let ackedBytes = 0;
    if (!ack.segment.acked) {
      if (!ack.segment.retransmitted) this.sample(this.simulator.nowUs - ack.segment.sentUs);
      ackedBytes += this.acknowledge(ack.segment);
    }
    const before = this.oldest;
    for (let i = this.oldest; i < ack.upTo - base; i++) ackedBytes += this.acknowledge(segments[i]!);
    while (this.oldest < segments.length && segments[this.oldest]!.acked) this.oldest++;
    const progress = this.oldest > before;
    if (progress) {
      this.backoff = 1;
      this.cutOff();
      this.simulator.cancel(this.timer);
      this.timer = NO_TIMER;
      if (this.flyingBytes > 0) this.startTimer();
    }
    if (!this.busy) return;
    const inRecovery = segments[this.oldest]!.number < this.recoveryPoint;
    if (!inRecovery && ackedBytes > 0) this.growWindow(ackedBytes);
    if (this.marksLost()) this.pump();
    else if (progress || ackedBytes > 0) this.pump();
  }

  private growWindow(ackedBytes: number): void {
    const { window } = this.sender;
    const flying = window.inFlightBytes;
    // The window looks at its own count to see whether it is used.
    window.inFlightBytes = this.flyingBytes + ackedBytes;
    window.grow(ackedBytes);
    window.inFlightBytes = flying;
  }

  private acknowledge(segment: Segment): number {
    if (segment.acked) return 0;
    segment.acked = true;
    segment.lost = false;
    this.pending -= segment.bytes;
    if (segment.flying) {
      segment.flying = false;
      this.flyingBytes -= segment.bytes;
    }
    return segment.bytes;
  }

  /** Marks segments lost that three later ones have overtaken; true if there is one. */
  private marksLost(): boolean {
    const { segments } = this;
    const base = segments[0]!.number;
    let overtaken = 0;
    let found = false;
    for (let i = this.unsent - base - 1; i >= this.oldest; i--) {
      const segment = segments[i]!;
      if (segment.acked) overtaken++;
      else if (overtaken >= DUPLICATE_THRESHOLD && segment.flying && !segment.retransmitted) {
        this.loses(segment);
        found = true;
      }
    }
    if (found && segments[this.oldest]!.number >= this.recoveryPoint) {
      const { window } = this.sender;
      window.ssthreshBytes = Math.max(Math.floor(window.cwndBytes / 2), 2 * window.segmentBytes);
      window.cwndBytes = window.ssthreshBytes;
      this.recoveryPoint = this.unsent;
      // The first retransmission goes out whatever the window says.
      const first = segments.find((segment) => segment.lost)!;
      first.retransmitted = true;
      this.transmit(first);
    }
    return found;
  }

  private loses(segment: Segment): void {
    segment.lost = true;
    segment.flying = false;
    this.flyingBytes -= segment.bytes;
  }

  private timesOut(): void {
    this.timer = NO_TIMER;
    if (!this.busy) return;
    const { segments, sender, simulator } = this;
    const { window } = sender;
    if (this.backoff === 1) {
      this.stalledSinceUs = simulator.nowUs - this.timeoutUs;
      window.ssthreshBytes = Math.max(Math.floor(window.cwndBytes / 2), 2 * window.segmentBytes);
    }
    if (simulator.nowUs - this.stalledSinceUs >= BREAK_AFTER_US) {
      sender.breakOff('timed-out');
      return;
    }
    window.cwndBytes = window.segmentBytes;
    this.recoveryPoint = 0;
    const base = segments[0]!.number;
    for (let i = this.oldest; i < this.unsent - base; i++) {
      const segment = segments[i]!;
      if (segment.acked) continue;
      if (segment.flying) this.loses(segment);
      segment.lost = true;
      segment.retransmitted = false;
    }
    this.backoff *= 2;
    this.pump();
  }

  private get timeoutUs(): number {
    return rtoUs(this.srttUs, this.deviationUs);
  }

  private startTimer(): void {
    this.timer = this.simulator.startTimer(
      Math.min(this.timeoutUs * this.backoff, MAX_RTO_US),
      this.onTimeout,
      undefined,
    );
  }

  /** RFC 6298. */
  private sample(rttUs: number): void {
    const error = rttUs - this.srttUs;
    this.srttUs += error / 8;
    this.deviationUs += ((error < 0 ? -error : error) - this.deviationUs) / 4;
  }

  private cutOff(): void {
    if (this.oldest < this.segments.length && this.oldest < 1024) return;
    this.segments.splice(0, this.oldest);
    this.oldest = 0;
  }
}
