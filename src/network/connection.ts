import type { Handler, Simulator } from '../engine/index.js';
import type { Host, Mortal } from './host.js';
import { Flow } from './line.js';
import { LOST } from './netem.js';
import type { Path } from './path.js';
import { Recovery } from './recovery.js';
import { SpuriousTimeout } from './spurious-timeout.js';
import { MIN_OFFLOAD_SEGMENTS, rtoUs, SEGMENT_BYTES } from './tcp.js';
import type { CloseReason, ConnectionEnd, Owner } from './types.js';
import { Window } from './window.js';

/** The last thing an end sends: it has closed. */
const FIN = Symbol('FIN');

function ignore(): void {}

/**
 * One end of a connection and the direction that it sends in.
 *
 * On a clean path a message costs one event: its arrival, worked out at sending. Where packets can be lost (loss, a block,
 * a full queue, a host without power) or have to wait for the interface, `Recovery` takes over packet by packet, until it has
 * nothing left to do.
 *
 * Model: on a clean path acknowledgements come at the path's usual latency and take no room in queues.
 *
 * Where the way has become longer than the retransmission timeout (a step of the delay), the sender takes what is under
 * way for lost and sends nothing new until the first acknowledgement shows that it was not: see `SpuriousTimeout`.
 */
export class End implements ConnectionEnd<unknown, unknown>, Mortal {
  readonly localHost: string;
  readonly remoteHost: string;
  readonly owner: Owner;
  readonly outlivesMember: boolean;
  readonly path: Path;
  /** The way acknowledgements take. */
  readonly back: Path;
  readonly window: Window;
  /** Its packets at the interface. */
  readonly flow = new Flow();
  /** What comes later on this connection arrives later. */
  lastArrivalUs = 0;
  open = true;
  onMessage: (message: unknown) => void = ignore;
  onClose: (reason: CloseReason) => void = ignore;
  private readonly simulator: Simulator;
  private peer: End | undefined;
  private recovery: Recovery | undefined;
  private nextSendUs = 0;
  private readonly timeout: SpuriousTimeout;
  /** The kernel knows this end no more and answers its packets with a reset. */
  private forgotten = false;
  /** What arrived before the dial's last answer; undefined once the owner has been told of the connection. */
  private early: unknown[] | undefined;
  private readonly arrive: Handler<unknown>;

  private constructor(simulator: Simulator, path: Path, back: Path, owner: Owner) {
    this.simulator = simulator;
    this.path = path;
    this.back = back;
    this.owner = owner;
    this.window = new Window(path.autosizes ? SEGMENT_BYTES : path.packetBytes);
    this.outlivesMember = path.loopback && owner === 'client';
    this.localHost = path.from.name;
    this.remoteHost = path.to.name;
    this.timeout = new SpuriousTimeout(path.typicalUs + back.typicalUs);
    this.arrive = (message) => this.peer!.receive(message);
    this.host.mortals.add(this);
  }

  /** Both ends of a new connection, the dialling one first; it gets nothing before `begin`. */
  static pair(simulator: Simulator, path: Path, back: Path, dialler: Owner): readonly [End, End] {
    const dialling = new End(simulator, path, back, dialler);
    const accepting = new End(simulator, back, path, 'member');
    dialling.peer = accepting;
    accepting.peer = dialling;
    dialling.early = [];
    return [dialling, accepting];
  }

  get host(): Host {
    return this.path.from;
  }

  get unsentBytes(): number {
    return this.window.unacknowledgedBytes(this.simulator.nowUs) + (this.recovery?.pendingBytes ?? 0);
  }

  send(message: unknown, sizeBytes: number): boolean {
    if (!this.open) return false;
    this.transmit(message, sizeBytes);
    return true;
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.transmit(FIN, 0);
  }

  reset(): void {
    const { peer } = this;
    this.vanish();
    if (peer === undefined || peer.forgotten) return;
    const arrivalUs = this.path.packet(this.simulator.nowUs, 0);
    if (arrivalUs === LOST) return;
    this.simulator.scheduleAt(Math.max(arrivalUs, this.lastArrivalUs), resetArrives, peer);
  }

  vanish(): void {
    this.open = false;
    this.forget();
  }

  /** The dial is complete: tells the owner, then hands over what came early. */
  begin(opened: (end: End) => void): void {
    const early = this.early ?? [];
    this.early = undefined;
    opened(this);
    for (const message of early) this.receive(message);
  }

  /** TCP gave up, or a reset came. */
  breakOff(reason: CloseReason): void {
    const told = this.open;
    this.open = false;
    this.forget();
    if (told) this.onClose(reason);
  }

  /** A message, or the end of them, in order. */
  receive(message: unknown): void {
    if (this.early !== undefined && !this.forgotten) this.early.push(message);
    else if (!this.open) this.receiveClosed(message);
    else if (message !== FIN) this.onMessage(message);
    else {
      this.open = false;
      this.forget();
      this.peer!.forget();
      this.onClose('closed');
    }
  }

  /** True if no process takes what arrives here; then the sender is told, if the host can. */
  refuses(): boolean {
    if (!this.host.powered) return true;
    if (!this.forgotten) return false;
    if (!this.peer!.forgotten) {
      const arrivalUs = this.path.packet(this.simulator.nowUs, 0);
      if (arrivalUs !== LOST) this.simulator.scheduleAt(arrivalUs, resetArrives, this.peer!);
    }
    return true;
  }

  private receiveClosed(message: unknown): void {
    // An end that closed in order ignores what still comes: its own FIN is on the way.
    if (this.refuses()) return;
    if (message === FIN) {
      this.forget();
      this.peer!.forget();
    }
  }

  private forget(): void {
    this.forgotten = true;
    this.recovery?.stop();
    this.host.mortals.delete(this);
  }

  private transmit(message: unknown, sizeBytes: number): void {
    const { path, recovery, simulator } = this;
    const nowUs = simulator.nowUs;
    if (!path.clean || !this.back.passable || recovery?.busy || (path.packetwise && this.mustQueue(sizeBytes))) {
      this.recover(message, sizeBytes);
      return;
    }
    let arrivalUs: number;
    if (path.loopback) {
      arrivalUs = path.group(nowUs, sizeBytes);
    } else {
      const { window, timeout } = this;
      if (this.nextSendUs < timeout.silentUntil(nowUs)) this.nextSendUs = timeout.silentUntil(nowUs);
      if (this.nextSendUs <= nowUs) {
        window.restartAfterIdle(nowUs, rtoUs(path.typicalUs + this.back.typicalUs, 0));
        if (window.inFlightBytes + sizeBytes > window.cwndBytes) {
          this.transmitInRounds(nowUs, message, sizeBytes);
          return;
        }
      } else {
        this.transmitInRounds(this.nextSendUs, message, sizeBytes);
        return;
      }
      arrivalUs = path.group(nowUs, sizeBytes, this.flow);
      if (arrivalUs === LOST) {
        this.recover(message, sizeBytes);
        return;
      }
      if (arrivalUs < this.lastArrivalUs) arrivalUs = this.lastArrivalUs;
      const ackUs = arrivalUs + this.back.typicalUs;
      window.push(ackUs, sizeBytes, nowUs);
      // With a rate the acknowledgements of what is before it in the queue put the timeout off.
      if (!path.hasNetemRate) timeout.sent(nowUs, ackUs);
    }
    this.lastArrivalUs = arrivalUs;
    simulator.scheduleAt(arrivalUs, this.arrive, message);
  }

  /** More than a packet, or one that may not go to the interface yet. */
  private mustQueue(sizeBytes: number): boolean {
    const { path, flow, simulator } = this;
    const packetBytes = path.autosizes ? MIN_OFFLOAD_SEGMENTS * SEGMENT_BYTES : path.packetBytes;
    return sizeBytes > packetBytes || (path.smallQueues && flow.heldUntilUs(simulator.nowUs) > simulator.nowUs);
  }

  /**
   * A message that does not fit into the window, or comes behind one: the rest follows as acknowledgements come in.
   *
   * Model: worked out at sending, so what changes on the path in between no longer concerns it, and it takes no room in
   * queues beyond its first round. With a rate, where that matters, it goes packet by packet instead.
   */
  private transmitInRounds(startUs: number, message: unknown, sizeBytes: number): void {
    const { path, window, back, simulator } = this;
    const nowUs = simulator.nowUs;
    if (path.hasRate) {
      this.recover(message, sizeBytes);
      return;
    }
    let atUs = startUs;
    let left = sizeBytes;
    let arrivalUs = this.lastArrivalUs;
    for (;;) {
      const { inFlightBytes, cwndBytes } = window;
      window.settle(atUs);
      const room = window.cwndBytes - window.inFlightBytes;
      // Silly window: waits for room for a whole segment rather than sending crumbs.
      if (window.inFlightBytes > 0 && room < left && room < window.segmentBytes) {
        atUs = window.nextAckUs;
        continue;
      }
      const part = Math.min(room, left);
      let partArrivalUs = atUs === nowUs ? path.group(atUs, part) : path.groupLater(atUs, part);
      if (partArrivalUs === LOST) {
        // Only the first part can find the queue full, and then nothing has been sent.
        this.recover(message, sizeBytes);
        return;
      }
      if (partArrivalUs < arrivalUs) partArrivalUs = arrivalUs;
      arrivalUs = partArrivalUs;
      window.push(arrivalUs + back.typicalUs, part, nowUs);
      // Acknowledgements come one by one: while they let more out than they take in, that much more is in flight.
      if (room > 0) window.sent(0, inFlightBytes + ((window.cwndBytes - cwndBytes) * part) / room);
      left -= part;
      if (left === 0) break;
    }
    this.nextSendUs = atUs;
    window.lastSendUs = atUs;
    this.lastArrivalUs = arrivalUs;
    simulator.scheduleAt(arrivalUs, this.arrive, message);
  }

  private recover(message: unknown, sizeBytes: number): void {
    this.recovery ??= new Recovery(this.simulator, this, this.peer!);
    this.recovery.send(message, sizeBytes);
  }
}

function resetArrives(end: End): void {
  if (end.host.powered) end.breakOff('reset');
}
