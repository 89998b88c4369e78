import type { Line } from './line.js';
import type { Netem } from './netem.js';
import type { Path } from './path.js';
import type { ConnectionEnd, HostCounters, Owner, Port } from './types.js';

export type Accept = (end: ConnectionEnd<never, never>) => void;

/** What ends with its host or process: one end of a connection, or a dial on its way. */
export interface Mortal {
  readonly owner: Owner;
  /** A client's connection to a member on its own host: when that one is killed, it is told as others are. */
  readonly outlivesMember: boolean;
  /** Its process was killed; its kernel tells the other side. */
  reset(): void;
  /** Its host lost power. */
  vanish(): void;
}

/** A machine: an interface with its egress discipline, listening ports, and what is connected. */
export class Host implements HostCounters {
  readonly name: string;
  readonly zone: string | undefined;
  readonly egress: Netem;
  /** Undefined where nothing limits the interface. */
  readonly line: Line | undefined;
  /** From here to each host talked to so far, by name. */
  readonly paths = new Map<string, Path>();
  readonly ports = new Map<Port, Accept>();
  /** In the order of their creation: a reset walks it. */
  readonly mortals = new Set<Mortal>();
  powered = true;
  /** Hears of everything that leaves for another host, once for what is written in one go. */
  tap: (() => void) | undefined;
  /** Grows whenever the host's connections die, so that a dial notices a restart in between. */
  incarnation = 0;
  sentBytes = 0;
  receivedBytes = 0;
  sentPackets = 0;
  droppedPackets = 0;

  constructor(name: string, zone: string | undefined, egress: Netem, line: Line | undefined) {
    this.name = name;
    this.zone = zone;
    this.egress = egress;
    this.line = line;
  }
}
