import type { Stream, Streams } from '../engine/index.js';
import { Backlog } from './backlog.js';
import { jitterTable, TABLE_SIZE } from './jitter-tables.js';
import type { Flow, Line } from './line.js';
import { HEADER_BYTES, packetsOf, SEGMENT_BYTES } from './tcp.js';
import type { NetemConfig } from './types.js';

/** Instead of a time: the packet was dropped. */
export const LOST = -1;

/**
 * One queueing discipline, as Linux's sch_netem works: what happens to a packet that enters it, and when it leaves.
 *
 * Times are fractions of a µs inside, so that a rate is met exactly; `Path` rounds them.
 * Source: net/sched/sch_netem.c, tc-netem(8).
 */
export class Netem {
  /** No packet is lost, doubled or reordered, except by a full queue: a group of packets may enter at once. */
  lossless = true;
  /** No discipline at all. */
  idle = true;
  hasRate = false;
  /** Packets belong to their connection until they are out: netem takes them from it as soon as it holds them back. */
  keepsOwners = true;
  /** When the copy of the packet last passed to `enter` leaves; LOST if there is none. */
  copyUs = LOST;
  private readonly name: string;
  private readonly streams: Streams;
  private readonly packetBytes: number;
  private readonly line: Line | undefined;
  private readonly backlog = new Backlog();
  private config: NetemConfig;
  private reorders = false;
  private table: Float64Array | undefined;
  private delays: Stream | undefined;
  private lastDelayVariate = 0.5;
  private lastLossVariate = 0.5;
  private inBadState = false;
  private lastDepartureUs = 0;
  private sinceReordered = 0;

  /**
   * @param name the streams' prefix, `network/m1/egress`
   * @param packetBytes payload of a full packet
   * @param line what its packets leave by; it holds them until that is free
   */
  constructor(name: string, streams: Streams, config: NetemConfig, packetBytes = SEGMENT_BYTES, line?: Line) {
    this.name = name;
    this.streams = streams;
    this.packetBytes = packetBytes;
    this.line = line;
    this.config = config;
    this.configure(config);
  }

  /** What is queued keeps its times. */
  configure(config: NetemConfig): void {
    this.config = config;
    this.lossless =
      config.lossRatio === 0 &&
      config.gilbertElliott === undefined &&
      config.duplicateRatio === 0 &&
      config.reorderRatio === 0;
    this.hasRate = config.rateBitsPerSec > 0;
    this.keepsOwners = config.delayUs === 0 && config.jitterUs === 0 && !this.hasRate;
    this.idle = this.lossless && this.keepsOwners;
    this.reorders = config.jitterUs > 0 || config.reorderRatio > 0;
    this.table = config.jitterUs > 0 ? jitterTable(config.distribution) : undefined;
    if (config.jitterUs > 0) this.delays = this.streams.stream(`${this.name}/delay`);
  }

  get current(): NetemConfig {
    return this.config;
  }

  /** Mean delay without queueing, µs; with a cut or skewed jitter only nearly. */
  get typicalDelayUs(): number {
    const { delayUs, reorderRatio, reorderGap = 1 } = this.config;
    // Between two that skip the delay lie gap - 1 that may not, and on average 1 / ratio tries.
    const skipping = reorderRatio === 0 ? 0 : 1 / (reorderGap - 1 + 1 / reorderRatio);
    return delayUs * (1 - skipping);
  }

  /** Packets held. */
  queuedAt(nowUs: number): number {
    return this.backlog.sizeAt(nowUs);
  }

  /**
   * A message enters a lossless discipline as one group with one delay.
   *
   * Model: one delay draw for a message's packets, as with segmentation offload.
   *
   * @param flow the connection's packets at the interface
   * @returns when its last byte leaves, µs; LOST if the queue cannot take all of it (then nothing has entered)
   */
  enterGroup(nowUs: number, sizeBytes: number, flow?: Flow): number {
    const { config, backlog, packetBytes, line } = this;
    if (this.idle && line !== undefined) return this.leaves(line, nowUs, nowUs, sizeBytes, flow);
    const packets = packetsOf(sizeBytes, packetBytes);
    if (backlog.sizeAt(nowUs) + packets > config.limitPackets) return LOST;
    let leavesUs = nowUs + this.drawDelayUs();
    if (!this.hasRate) {
      if (line !== undefined) leavesUs = this.leaves(line, nowUs, leavesUs, sizeBytes, flow);
      backlog.add(leavesUs, packets);
      return leavesUs;
    }
    let serialUs = leavesUs;
    for (let left = sizeBytes, i = 0; i < packets; i++, left -= packetBytes) {
      const bytes = Math.min(left, packetBytes);
      serialUs = this.serialise(serialUs, bytes);
      leavesUs = line === undefined ? serialUs : this.leaves(line, nowUs, serialUs, bytes, flow);
      backlog.add(leavesUs, 1);
    }
    return leavesUs;
  }

  /** When a message leaves that enters at some later time, if nothing is queued by then; takes no place in the queue. */
  enterLater(timeUs: number): number {
    return timeUs + this.drawDelayUs();
  }

  /**
   * One packet enters.
   *
   * @param flow the connection's packets at the interface; undefined = nothing of its kind can wait there
   * @returns when it leaves, µs; LOST if it was dropped. `copyUs` tells of its copy.
   */
  enter(nowUs: number, payloadBytes: number, flow?: Flow): number {
    this.copyUs = LOST;
    const { duplicateRatio } = this.config;
    const doubled = duplicateRatio > 0 && this.streams.stream(`${this.name}/duplicate`).chance(duplicateRatio);
    const lost = this.draws();
    // sch_netem: a packet both doubled and lost passes once; a copy runs the gauntlet of its own.
    if (doubled && !lost && !this.draws()) this.copyUs = this.queue(nowUs, payloadBytes, flow);
    return lost && !doubled ? LOST : this.queue(nowUs, payloadBytes, flow);
  }

  private queue(nowUs: number, payloadBytes: number, flow: Flow | undefined): number {
    const { config, line } = this;
    if (this.idle && line !== undefined) return this.leaves(line, nowUs, nowUs, payloadBytes, flow);
    if (this.backlog.sizeAt(nowUs) >= config.limitPackets) return LOST;
    let leavesUs = nowUs;
    if (!this.skipsQueue()) {
      leavesUs += this.drawDelayUs();
      if (this.hasRate) leavesUs = this.serialise(leavesUs, payloadBytes);
    }
    if (line !== undefined) leavesUs = this.leaves(line, nowUs, leavesUs, payloadBytes, flow);
    if (leavesUs > nowUs) this.backlog.add(leavesUs, 1);
    return leavesUs;
  }

  /** Model: where packets become ready in another order than they came, each has the wire to itself. */
  private leaves(line: Line, nowUs: number, readyUs: number, bytes: number, flow: Flow | undefined): number {
    if (this.reorders) return readyUs + line.takesUs(bytes);
    // Netem has one queue for all; the default discipline gives a connection with nothing waiting the first place.
    const ahead = this.idle && (flow === undefined || flow.lastLeavesUs <= nowUs);
    const leavesUs = line.leaves(readyUs, bytes, ahead ? 'ahead' : 'behind');
    if (this.keepsOwners) flow?.add(leavesUs);
    return leavesUs;
  }

  /** Puts a packet behind the last one and gives the time its last bit is out. */
  private serialise(readyUs: number, payloadBytes: number): number {
    const startUs = Math.max(readyUs, this.lastDepartureUs);
    // On the wire every segment has its headers.
    const wireBytes = payloadBytes + HEADER_BYTES * packetsOf(payloadBytes);
    this.lastDepartureUs = startUs + (wireBytes * 8e6) / this.config.rateBitsPerSec;
    return this.lastDepartureUs;
  }

  /** Model: correlated delays follow tc-netem(8); the kernel takes a remainder of the variate, which loses most of the correlation. */
  private drawDelayUs(): number {
    const { delayUs, jitterUs, delayCorrelation } = this.config;
    if (jitterUs === 0) return delayUs;
    let variate = this.delays!.uniform();
    if (delayCorrelation > 0) {
      variate = (1 - delayCorrelation) * variate + delayCorrelation * this.lastDelayVariate;
      this.lastDelayVariate = variate;
    }
    const deviation = this.table === undefined ? 2 * variate - 1 : this.table[Math.floor(variate * TABLE_SIZE)]!;
    const drawnUs = delayUs + jitterUs * deviation;
    return Math.max(drawnUs, 0);
  }

  /** Whether the next packet is lost. */
  private draws(): boolean {
    const { gilbertElliott, lossRatio, lossCorrelation } = this.config;
    if (gilbertElliott !== undefined) {
      const chances = this.streams.stream(`${this.name}/gilbert-elliott`);
      // sch_netem: the state moves first, but the packet meets the state that it found.
      const bad = this.inBadState;
      if (chances.chance(bad ? gilbertElliott.r : gilbertElliott.p)) this.inBadState = !bad;
      if (chances.chance(bad ? gilbertElliott.lossInBad : gilbertElliott.lossInGood)) return true;
    }
    if (lossRatio === 0) return false;
    const chances = this.streams.stream(`${this.name}/loss`);
    if (lossCorrelation === 0) return chances.chance(lossRatio);
    // sch_netem: correlation pulls the variate to the middle, so that small ratios lose less than they say.
    this.lastLossVariate = (1 - lossCorrelation) * chances.uniform() + lossCorrelation * this.lastLossVariate;
    return this.lastLossVariate < lossRatio;
  }

  /** sch_netem: of every `gap` packets the last may go at once, ahead of the queue. */
  private skipsQueue(): boolean {
    const { reorderRatio, reorderGap = 1 } = this.config;
    if (reorderRatio === 0) return false;
    if (this.sinceReordered >= reorderGap - 1 && this.streams.stream(`${this.name}/reorder`).chance(reorderRatio)) {
      this.sinceReordered = 0;
      return true;
    }
    this.sinceReordered++;
    return false;
  }
}
