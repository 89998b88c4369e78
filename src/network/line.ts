import { packetsOf, WIRE_OVERHEAD_BYTES } from './tcp.js';

/**
 * What a connection has waiting at its host's interface, as far as anybody asks: when its last two packets leave.
 */
export class Flow {
  /** When its last packet leaves the interface, µs. */
  lastLeavesUs = 0;
  /** And the one before it. */
  secondLastLeavesUs = 0;

  add(leavesUs: number): void {
    this.secondLastLeavesUs = this.lastLeavesUs;
    this.lastLeavesUs = leavesUs;
  }

  /** TCP small queues: with two packets at the interface a connection waits until the first of them is out. */
  heldUntilUs(nowUs: number): number {
    return Math.max(this.secondLastLeavesUs, nowUs);
  }
}

/**
 * The wire behind a host's queueing discipline: packets leave one after another at the rate of the interface.
 *
 * Without netem the discipline is Linux's default, fq_codel: a connection that has nothing waiting goes before those that have.
 * Netem replaces it by one queue for all.
 *
 * Model: a packet that goes first does not wait for the one on the wire, and puts off only what comes later. No CoDel: what
 * small queues keep short is not dropped.
 * Source: net/sched/sch_fq_codel.c (new and old flows), tcp_output.c (tcp_small_queue_check).
 */
export class Line {
  private readonly bitsPerUs: number;
  private freeUs = 0;
  private aheadFreeUs = 0;

  constructor(rateBitsPerSec: number) {
    this.bitsPerUs = rateBitsPerSec / 1e6;
  }

  /**
   * A packet is ready for the wire, ahead of all that waits except others that were so too, or behind it.
   *
   * @returns when its last bit is out, µs, not rounded
   */
  leaves(readyUs: number, payloadBytes: number, place: 'ahead' | 'behind'): number {
    const takesUs = this.takesUs(payloadBytes);
    this.freeUs = Math.max(readyUs, this.freeUs) + takesUs;
    if (place === 'behind') return this.freeUs;
    this.aheadFreeUs = Math.max(readyUs, this.aheadFreeUs) + takesUs;
    return this.aheadFreeUs;
  }

  /** How long a packet is on the wire, µs. */
  takesUs(payloadBytes: number): number {
    return ((payloadBytes + WIRE_OVERHEAD_BYTES * packetsOf(payloadBytes)) * 8) / this.bitsPerUs;
  }

  /**
   * A discipline that held packets back is gone. What it held has its times and keeps them.
   *
   * Model: what is sent from now on does not wait for that, at a wire that is free until then.
   */
  letGo(nowUs: number): void {
    this.freeUs = Math.min(this.freeUs, nowUs);
    this.aheadFreeUs = Math.min(this.aheadFreeUs, nowUs);
  }
}
