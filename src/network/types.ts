import type { DurationDistribution } from '../engine/index.js';

/**
 * The network room's contract: hosts, their egress queueing discipline, connections between them.
 *
 * Implementations: `network.ts` and what it imports; start there.
 */

/** An egress queueing discipline in the terms of `tc netem` (tc-netem(8)). All off by default. */
export interface NetemConfig {
  readonly delayUs: number;
  readonly jitterUs: number;
  /** Correlation of successive delays, 0..1. */
  readonly delayCorrelation: number;
  readonly distribution: 'uniform' | 'normal' | 'pareto' | 'paretonormal';
  /** Independent loss, 0..1, with correlation 0..1; or Gilbert-Elliott. */
  readonly lossRatio: number;
  readonly lossCorrelation: number;
  readonly gilbertElliott: GilbertElliott | undefined;
  readonly duplicateRatio: number;
  /** Share of packets that skip the delay. */
  readonly reorderRatio: number;
  /** Only every so manieth packet may skip it; 1 as in tc. */
  readonly reorderGap?: number | undefined;
  /** 0 = unlimited. */
  readonly rateBitsPerSec: number;
  /** Packets that the queue holds, 1000 as in tc; a packet that finds it full is dropped. */
  readonly limitPackets: number;
}

/** p: good to bad, r: bad to good, lossInBad = 1 - h, lossInGood = 1 - k, all 0..1 a packet. */
export interface GilbertElliott {
  readonly p: number;
  readonly r: number;
  readonly lossInBad: number;
  readonly lossInGood: number;
}

export interface HostConfig {
  readonly name: string;
  readonly zone?: string | undefined;
  readonly egress: NetemConfig;
  /** Of its interface; 0 or undefined = unlimited. Behind `egress`, whose own rate is netem's. */
  readonly lineRateBitsPerSec?: number | undefined;
}

export interface NetworkConfig {
  /** What every packet takes besides netem: switching and the kernel's path, one way. */
  readonly baseLatency: DurationDistribution;
  /** One-way latency between zones on top, µs: `zoneLatencyUs[from][to]`. */
  readonly zoneLatencyUs: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Netem on one directed link, on top of the host's egress; key `from->to`. */
  readonly links: Readonly<Record<string, NetemConfig>>;
  /**
   * Segments that travel as one packet, as with segmentation offload; default 1: none. Disciplines count such packets.
   * `auto`: what a connection sends in a ms, as Linux sizes them (`autosizedBytes`).
   */
  readonly segmentsPerPacket?: number | 'auto' | undefined;
}

/** Which process on a host something belongs to: what is accepted, and what dials a peer port, is the member's. */
export type Owner = 'member' | 'client';

export type Port = 'client' | 'peer' | 'metrics';

export type CloseReason = 'closed' | 'reset' | 'timed-out' | 'refused' | 'unreachable';

/**
 * One end of an established connection. Messages arrive at the other end in the order of sending, or the connection
 * breaks; nothing is lost in between as long as it stands (TCP).
 */
export interface ConnectionEnd<Outgoing, Incoming> {
  readonly localHost: string;
  readonly remoteHost: string;
  readonly open: boolean;
  /** Set once by the owner, before the first message can arrive (in the dial or accept callback). */
  onMessage: (message: Incoming) => void;
  /** Called once when the connection ends for a reason other than this end's own `close`. */
  onClose: (reason: CloseReason) => void;
  /** Sent and not yet acknowledged, bytes. */
  readonly unsentBytes: number;
  /** False (and nothing is sent) once the connection is closed. */
  send(message: Outgoing, sizeBytes: number): boolean;
  /** Orderly: what was sent still arrives, then the other end's onClose('closed'). */
  close(): void;
}

export interface DialOptions<Outgoing, Incoming> {
  readonly from: string;
  readonly to: string;
  readonly port: Port;
  /** Round trips before the connection is usable: TCP 1, the server's HTTP/2 settings 1, TLS 1.3 one more, TLS 1.2 two. */
  readonly roundTrips: number;
  /** Gives up after this long, reason 'timed-out'. */
  readonly timeoutUs: number;
  readonly opened: (end: ConnectionEnd<Outgoing, Incoming>) => void;
  readonly failed: (reason: CloseReason) => void;
}

export interface HostCounters {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly sentPackets: number;
  readonly droppedPackets: number;
}

/** What the other rooms may ask of the network. */
export interface NetworkApi {
  addHost(config: HostConfig): void;
  hostNames(): readonly string[];
  /** Accepts connections on a port of a host; a second call replaces the first, `undefined` refuses again. */
  listen(host: string, port: Port, accept: ((end: ConnectionEnd<never, never>) => void) | undefined): void;
  dial<Outgoing, Incoming>(options: DialOptions<Outgoing, Incoming>): void;
  /** One unreliable packet (UDP). */
  datagram(from: string, to: string, sizeBytes: number, deliver: () => void): void;
  /** A host's egress discipline as it is now. */
  egress(host: string): NetemConfig;
  /** Replaces a host's egress discipline; packets already under way keep their times. */
  setEgress(host: string, egress: NetemConfig): void;
  setLink(from: string, to: string, link: NetemConfig | undefined): void;
  /** Blocks all packets from -> to (one direction). Established connections stall, and break at TCP's limit. */
  block(from: string, to: string): void;
  unblock(from: string, to: string): void;
  isBlocked(from: string, to: string): boolean;
  /**
   * Ends every connection of a host as a killed process does: its kernel resets them; the resets travel as packets. Its
   * own ends hear nothing, its dials are forgotten, and its ports refuse until it listens again.
   *
   * @param owner only this process of the host; by default all of them, but a client that was connected to a member on
   *   the same host lives on and is told
   */
  resetHost(host: string, owner?: Owner): void;
  /**
   * Ends every connection of a host silently, as a power cut does: the peers hear nothing, and what is sent there is lost
   * until the host listens or dials again. Then packets of old connections are answered with a reset.
   */
  silenceHost(host: string): void;
  counters(host: string): HostCounters;
  /** `tap` hears of everything that leaves any host for another, once for what is written in one go. */
  listenIn(tap: () => void): void;
}
