import { type DurationDistribution, meanUs, type Sampler, type Simulator, sampler } from '../engine/index.js';
import type { Host } from './host.js';
import type { Flow } from './line.js';
import { LOST, Netem } from './netem.js';
import { LOOPBACK_US, packetBytesOf, packetsOf } from './tcp.js';
import type { NetemConfig } from './types.js';

/**
 * The way from one host to another: the sender's egress, the link's own discipline if any, then the base and the zones' latency.
 *
 * Model: a link's queue is worked out when a packet enters the host's, so packets of two hosts that meet there keep the order
 * of their sending, not of their arrival.
 */
export class Path {
  readonly from: Host;
  readonly to: Host;
  readonly loopback: boolean;
  /** Payload of a full packet; the largest, where connections size them themselves. */
  readonly packetBytes: number;
  /** Connections size their packets by their own rate. */
  readonly autosizes: boolean;
  /** Nothing on the way loses, doubles or reorders, and packets get through: `group` may be used. */
  clean = true;
  /** Not blocked, and both hosts have power. */
  passable = true;
  hasRate = false;
  hasNetemRate = false;
  /** A message larger than a packet goes packet by packet. */
  packetwise = false;
  /** A connection may have two packets at the interface and no more (TCP small queues). */
  smallQueues = false;
  /** Mean one-way latency without queueing, µs, whole: what TCP takes for granted about acknowledgements. */
  typicalUs = 0;
  /** When the copy of the packet last passed to `packet` arrives; LOST if there is none. */
  copyUs = LOST;
  private isBlocked = false;
  private tappedUs = -1;
  private link: Netem | undefined;
  private idle = true;
  private readonly simulator: Simulator;
  private readonly zoneUs: number;
  private readonly baseUs: number;
  private readonly baseMeanUs: number;
  private readonly drawBase: Sampler | undefined;

  constructor(
    simulator: Simulator,
    from: Host,
    to: Host,
    base: DurationDistribution,
    zoneUs: number,
    segmentsPerPacket: number | 'auto' = 1,
  ) {
    this.simulator = simulator;
    this.packetBytes = packetBytesOf(segmentsPerPacket);
    this.autosizes = segmentsPerPacket === 'auto';
    this.from = from;
    this.to = to;
    this.loopback = from === to;
    this.zoneUs = this.loopback ? 0 : zoneUs;
    const taken: DurationDistribution = this.loopback ? { kind: 'constant', valueUs: LOOPBACK_US } : base;
    this.baseUs = taken.kind === 'constant' ? Math.round(taken.valueUs) : 0;
    this.baseMeanUs = Math.min(meanUs(taken), 1e9);
    this.drawBase =
      taken.kind === 'constant'
        ? undefined
        : sampler(taken, simulator.streams.stream(`network/${from.name}->${to.name}/base-latency`));
    this.refresh();
  }

  get blocked(): boolean {
    return this.isBlocked;
  }

  set blocked(blocked: boolean) {
    this.isBlocked = blocked;
    this.refresh();
  }

  setLink(config: NetemConfig | undefined): void {
    if (config === undefined) this.link = undefined;
    else if (this.link !== undefined) this.link.configure(config);
    else {
      const name = `network/${this.from.name}->${this.to.name}/link`;
      this.link = new Netem(name, this.simulator.streams, config, this.packetBytes);
    }
    this.refresh();
  }

  /** To be called after any change of a host's power or discipline. */
  refresh(): void {
    const { egress } = this.from;
    this.passable = !this.isBlocked && this.from.powered && this.to.powered;
    this.clean = this.passable && (this.loopback || (egress.lossless && (this.link?.lossless ?? true)));
    const { line } = this.from;
    this.idle = this.loopback || (egress.idle && line === undefined && (this.link?.idle ?? true));
    this.hasNetemRate = !this.loopback && (egress.hasRate || (this.link?.hasRate ?? false));
    this.hasRate = this.hasNetemRate || (!this.loopback && line !== undefined);
    this.smallQueues = !this.loopback && line !== undefined && egress.keepsOwners;
    this.packetwise = this.smallQueues || (!this.loopback && this.autosizes);
    const netemUs = this.loopback ? 0 : egress.typicalDelayUs + (this.link?.typicalDelayUs ?? 0);
    this.typicalUs = Math.round(this.baseMeanUs + this.zoneUs + netemUs);
  }

  /**
   * Sends a message over a clean path as one group of packets.
   *
   * @param flow what its connection has waiting at the interface
   * @returns its arrival, whole µs; LOST if a queue cannot take it in one piece (then nothing was sent)
   */
  group(nowUs: number, sizeBytes: number, flow?: Flow): number {
    let arrivalUs = nowUs;
    if (!this.idle) {
      arrivalUs = this.from.egress.enterGroup(nowUs, sizeBytes, flow);
      if (arrivalUs === LOST) return LOST;
      if (this.link !== undefined) {
        arrivalUs = this.link.enterGroup(arrivalUs, sizeBytes);
        if (arrivalUs === LOST) return LOST;
      }
    }
    this.countSent(packetsOf(sizeBytes, this.packetBytes), sizeBytes);
    return this.arrive(arrivalUs, sizeBytes);
  }

  /** As `group`, for a part of a message that will be sent at some later time. */
  groupLater(timeUs: number, sizeBytes: number): number {
    let leavesUs = timeUs;
    if (!this.idle) {
      leavesUs = this.from.egress.enterLater(leavesUs);
      if (this.link !== undefined) leavesUs = this.link.enterLater(leavesUs);
    }
    this.countSent(packetsOf(sizeBytes, this.packetBytes), sizeBytes);
    return this.arrive(leavesUs, sizeBytes);
  }

  /**
   * Sends one packet, whatever the path is like.
   *
   * @returns its arrival, whole µs, or LOST; `copyUs` tells of a copy
   */
  packet(nowUs: number, payloadBytes: number, flow?: Flow): number {
    const { from } = this;
    this.copyUs = LOST;
    this.countSent(1, payloadBytes);
    if (!this.passable) {
      from.droppedPackets++;
      return LOST;
    }
    if (this.loopback) return this.arrive(nowUs, payloadBytes);
    const { egress } = from;
    const firstUs = egress.enter(nowUs, payloadBytes, flow);
    const secondUs = egress.copyUs;
    if (secondUs !== LOST) this.copyUs = this.beyondEgress(secondUs, payloadBytes);
    if (firstUs === LOST) {
      from.droppedPackets++;
      return LOST;
    }
    const arrivalUs = this.beyondEgress(firstUs, payloadBytes);
    if (this.link !== undefined && this.copyUs === LOST && this.link.copyUs !== LOST) {
      this.copyUs = this.arrive(this.link.copyUs, payloadBytes);
    }
    return arrivalUs;
  }

  private countSent(packets: number, sizeBytes: number): void {
    const { from } = this;
    from.sentPackets += packets;
    from.sentBytes += sizeBytes;
    if (from.tap === undefined || this.loopback) return;
    const { nowUs } = this.simulator;
    // What is written in one go travels as one large packet (segmentation offload).
    if (nowUs !== this.tappedUs) from.tap();
    this.tappedUs = nowUs;
  }

  private beyondEgress(timeUs: number, payloadBytes: number): number {
    if (this.link === undefined) return this.arrive(timeUs, payloadBytes);
    const leavesUs = this.link.enter(timeUs, payloadBytes);
    if (leavesUs !== LOST) return this.arrive(leavesUs, payloadBytes);
    this.from.droppedPackets++;
    return LOST;
  }

  private arrive(timeUs: number, payloadBytes: number): number {
    // Counted as soon as it is certain to arrive.
    this.to.receivedBytes += payloadBytes;
    const arrivalUs = Math.round(timeUs) + this.baseUs + this.zoneUs;
    return this.drawBase === undefined ? arrivalUs : arrivalUs + this.drawBase();
  }
}
