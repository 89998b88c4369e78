import { Fifo, type Handler, NO_TIMER, type Simulator, type Timer } from '../engine/index.js';
import type { End } from './connection.js';
import { LOST } from './netem.js';
import { autosizedBytes, BREAK_AFTER_US, DUPLICATE_THRESHOLD, MAX_RTO_US, packetsOf, rtoUs } from './tcp.js';

/** A message, or what is left of it, that has not been sent yet. */
interface Unsent {
  bytes: number;
  readonly message: unknown;
}

interface Segment {
  readonly number: number;
  readonly bytes: number;
  /** Messages that are complete with this segment. */
  readonly messages: readonly unknown[];
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
 * TCP packet by packet, for one direction whose packets may get lost or must wait for the interface: acknowledgements,
 * retransmission, the wait of later data behind a hole.
 *
 * Linux's sender in outline: selective acknowledgements, fast retransmit once three later segments are acknowledged, a
 * retransmission timeout that doubles up to 120 s, the end after tcp_retries2.
 *
 * Model: no tail loss probe, RACK for what was retransmitted alone and without a window for reordering, no undo after a
 * spurious timeout, no delayed acknowledgements.
 */
export class Recovery {
  private readonly simulator: Simulator;
  private readonly sender: End;
  private readonly receiver: End;
  private readonly unsent = new Fifo<Unsent>();
  /** What was sent and is not all acknowledged yet, oldest first. */
  private readonly segments: Segment[] = [];
  /** Index in `segments` of the oldest that is not acknowledged: what lies before is cut off now and then. */
  private oldest = 0;
  private nextNumber = 0;
  /** Number of the next segment that the receiver waits for. */
  private expected = 0;
  private flyingBytes = 0;
  private pending = 0;
  /** Fast recovery lasts until this segment number is acknowledged. */
  private recoveryPoint = 0;
  private srttUs: number;
  private leastRttUs = Number.POSITIVE_INFINITY;
  private deviationUs = 0;
  private backoff = 1;
  /** When the latest-sent packet was sent of those that were acknowledged. */
  private latestAckedSentUs = 0;
  private stalledSinceUs = 0;
  private timer: Timer = NO_TIMER;
  private waitsForInterface = false;
  private readonly onArrival: Handler<Segment> = (segment) => this.segmentArrives(segment);
  private readonly onAcknowledgement: Handler<Acknowledgement> = (ack) => this.acknowledgementArrives(ack);
  private readonly onRoom: Handler<undefined> = () => {
    this.waitsForInterface = false;
    if (this.sender.host.powered) this.pump();
  };
  private readonly onTimeout: Handler<undefined> = () => this.timesOut();

  constructor(simulator: Simulator, sender: End, receiver: End) {
    this.simulator = simulator;
    this.sender = sender;
    this.receiver = receiver;
    this.srttUs = sender.path.typicalUs + sender.back.typicalUs;
  }

  /** Payload of a new packet at most. */
  private get packetBytes(): number {
    const { path, window } = this.sender;
    return path.autosizes ? autosizedBytes(window.cwndBytes, window.ssthreshBytes, this.srttUs) : window.segmentBytes;
  }

  /** Something is unacknowledged or unsent. */
  get busy(): boolean {
    return this.oldest < this.segments.length || this.unsent.length > 0;
  }

  /** Sent or waiting, and not acknowledged. */
  get pendingBytes(): number {
    return this.pending;
  }

  send(message: unknown, sizeBytes: number): void {
    const { window } = this.sender;
    if (this.busy) window.settle(this.simulator.nowUs);
    else window.restartAfterIdle(this.simulator.nowUs, this.timeoutUs);
    this.pending += sizeBytes;
    this.unsent.push({ bytes: sizeBytes, message });
    this.pump();
  }

  /** The connection is gone. */
  stop(): void {
    this.segments.length = 0;
    this.unsent.drain();
    this.oldest = 0;
    this.pending = 0;
    this.simulator.cancel(this.timer);
    this.timer = NO_TIMER;
  }

  /** Sends what the window has room for: what was lost first, then what is new. */
  private pump(): void {
    const { segments, unsent, sender } = this;
    for (let i = this.oldest; i < segments.length; i++) {
      const segment = segments[i]!;
      if (!segment.lost || segment.acked) continue;
      if (!this.hasRoomFor(segment.bytes)) return;
      segment.retransmitted = true;
      this.transmit(segment);
    }
    while (unsent.length > 0) {
      const bytes = this.nextBytes();
      if (!this.hasRoomFor(bytes) || this.isHeld()) return;
      const segment = this.take(bytes);
      segments.push(segment);
      this.transmit(segment);
      sender.window.sent(bytes, this.flyingBytes);
    }
  }

  /** Payload of the next new packet: part of a long message, or short ones that fit in whole behind the first. */
  private nextBytes(): number {
    const { unsent, packetBytes } = this;
    let bytes = Math.min(unsent.peek()!.bytes, packetBytes);
    if (bytes < unsent.peek()!.bytes) return bytes;
    for (let i = 1; i < unsent.length && bytes + unsent.at(i).bytes <= packetBytes; i++) bytes += unsent.at(i).bytes;
    return bytes;
  }

  private take(bytes: number): Segment {
    const { unsent } = this;
    const messages: unknown[] = [];
    let left = bytes;
    for (let first = unsent.peek(); first !== undefined && first.bytes <= left; first = unsent.peek()) {
      left -= first.bytes;
      messages.push(first.message);
      unsent.shift();
    }
    if (left > 0) unsent.peek()!.bytes -= left;
    return {
      number: this.nextNumber++,
      bytes,
      messages,
      sentUs: 0,
      flying: false,
      lost: false,
      retransmitted: false,
      arrived: false,
      acked: false,
    };
  }

  private hasRoomFor(bytes: number): boolean {
    return this.flyingBytes === 0 || this.flyingBytes + bytes <= this.sender.window.cwndBytes;
  }

  /** TCP small queues: goes on by itself once the first of its packets at the interface is out. */
  private isHeld(): boolean {
    const { sender, simulator } = this;
    if (!sender.path.smallQueues) return false;
    const untilUs = sender.flow.heldUntilUs(simulator.nowUs);
    if (untilUs === simulator.nowUs) return false;
    if (!this.waitsForInterface) {
      this.waitsForInterface = true;
      simulator.scheduleAt(Math.ceil(untilUs), this.onRoom, undefined);
    }
    return true;
  }

  private transmit(segment: Segment): void {
    const { simulator, sender } = this;
    segment.sentUs = simulator.nowUs;
    sender.window.lastSendUs = simulator.nowUs;
    segment.lost = false;
    segment.flying = true;
    this.flyingBytes += segment.bytes;
    if (this.timer === NO_TIMER) this.startTimer();
    const arrivalUs = sender.path.packet(simulator.nowUs, segment.bytes, sender.flow);
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
    if (segments.length === 0 || !this.sender.host.powered) return;
    const base = segments[0]!.number;
    let ackedBytes = 0;
    if (!ack.segment.acked) {
      const { sentUs, retransmitted } = ack.segment;
      const sinceUs = this.simulator.nowUs - sentUs;
      if (!retransmitted) this.sample(sinceUs);
      // Sooner than any round trip: it is for what was sent the first time.
      if (!retransmitted || sinceUs >= this.leastRttUs)
        this.latestAckedSentUs = Math.max(this.latestAckedSentUs, sentUs);
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
    const inRecovery = (segments[this.oldest]?.number ?? this.nextNumber) < this.recoveryPoint;
    if (!inRecovery && ackedBytes > 0) this.growWindow(ackedBytes);
    if (!this.busy) return;
    if (this.marksLost()) this.pump();
    else if (progress || ackedBytes > 0) this.pump();
  }

  private growWindow(ackedBytes: number): void {
    const { window } = this.sender;
    const flying = window.inFlightBytes;
    // The window looks at its own count to see whether it is used.
    window.inFlightBytes = this.flyingBytes + ackedBytes;
    window.grow(ackedBytes, this.packetBytes);
    window.inFlightBytes = flying;
  }

  private acknowledge(segment: Segment): number {
    if (segment.acked) return 0;
    segment.acked = true;
    segment.lost = false;
    this.pending -= segment.bytes;
    this.sender.window.acknowledged(segment.bytes);
    if (segment.flying) {
      segment.flying = false;
      this.flyingBytes -= segment.bytes;
    }
    return segment.bytes;
  }

  /**
   * Marks segments lost that three later ones have overtaken, and retransmitted ones once anything is acknowledged that was
   * sent after them (RACK in recovery: RFC 8985); true if there is one.
   */
  private marksLost(): boolean {
    const { segments } = this;
    let overtaken = 0;
    let found = false;
    for (let i = segments.length - 1; i >= this.oldest; i--) {
      const segment = segments[i]!;
      if (segment.acked) overtaken += packetsOf(segment.bytes);
      else if (
        segment.flying &&
        (segment.retransmitted ? segment.sentUs < this.latestAckedSentUs : overtaken >= DUPLICATE_THRESHOLD)
      ) {
        this.loses(segment);
        found = true;
      }
    }
    if (found && segments[this.oldest]!.number >= this.recoveryPoint) {
      const { window } = this.sender;
      window.ssthreshBytes = Math.max(Math.floor(window.cwndBytes / 2), 2 * window.segmentBytes);
      window.cwndBytes = window.ssthreshBytes;
      this.recoveryPoint = this.nextNumber;
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
    for (const segment of segments.slice(this.oldest)) {
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
    this.leastRttUs = Math.min(this.leastRttUs, rttUs);
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
