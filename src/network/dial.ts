import { type Handler, NO_TIMER, type Simulator, type Timer } from '../engine/index.js';
import { End } from './connection.js';
import type { Mortal } from './host.js';
import { LOST } from './netem.js';
import type { Path } from './path.js';
import { MAX_RTO_US, rtoUs, SYN_RETRIES, SYN_RTO_US } from './tcp.js';
import type { CloseReason, DialOptions, Owner } from './types.js';

/** After the TCP handshake each round is retried as data is. */
const DATA_RETRIES = 15;

/**
 * A connection in the making: round trips of real packets, the first being TCP's SYN, each retried when it gets lost.
 *
 * Model: the accepting side has its end from the last round's request on, so with one round trip half of one too early.
 */
export class Dial<Outgoing, Incoming> implements Mortal {
  readonly owner: Owner;
  readonly outlivesMember: boolean;
  private readonly simulator: Simulator;
  private readonly options: DialOptions<Outgoing, Incoming>;
  private readonly path: Path;
  private readonly back: Path;
  private readonly rounds: number;
  private round = 0;
  private attempts = 0;
  private roundStartUs = 0;
  private rttUs = 0;
  private incarnation = -1;
  private over = false;
  private retry: Timer = NO_TIMER;
  private readonly giveUp: Timer;
  private dialling: End | undefined;
  private readonly onRequest: Handler<number> = (round) => this.requestArrives(round);
  private readonly onReply: Handler<number> = (round) => this.replyArrives(round);
  private readonly onRefusal: Handler<CloseReason> = (reason) => this.fail(reason);

  constructor(simulator: Simulator, options: DialOptions<Outgoing, Incoming>, path: Path, back: Path) {
    this.simulator = simulator;
    this.options = options;
    this.path = path;
    this.back = back;
    this.owner = options.port === 'peer' ? 'member' : 'client';
    this.outlivesMember = path.loopback && this.owner === 'client';
    this.rounds = Math.max(1, options.roundTrips);
    path.from.mortals.add(this);
    this.giveUp = simulator.startTimer(options.timeoutUs, this.onRefusal, 'timed-out' as CloseReason);
    this.startRound();
  }

  reset(): void {
    this.vanish();
  }

  vanish(): void {
    this.over = true;
    this.path.from.mortals.delete(this);
    this.simulator.cancel(this.giveUp);
    this.simulator.cancel(this.retry);
  }

  private startRound(): void {
    this.attempts = 0;
    this.roundStartUs = this.simulator.nowUs;
    this.request();
  }

  private request(): void {
    const { simulator, path, round } = this;
    const firstRtoUs = round === 0 ? SYN_RTO_US : rtoUs(this.rttUs, 0);
    const waitUs = Math.min(firstRtoUs * 2 ** this.attempts, MAX_RTO_US);
    this.attempts++;
    this.retry = simulator.startTimer(waitUs, requestAgain, this);
    const arrivalUs = path.packet(simulator.nowUs, 0);
    if (arrivalUs !== LOST) simulator.scheduleAt(arrivalUs, this.onRequest, round);
  }

  /** The answer did not come in time. */
  requestOrGiveUp(): void {
    if (this.attempts > (this.round === 0 ? SYN_RETRIES : DATA_RETRIES)) this.fail('timed-out');
    else this.request();
  }

  private requestArrives(round: number): void {
    const { back, simulator } = this;
    const server = this.path.to;
    if (this.over || !server.powered) return;
    const accept = server.ports.get(this.options.port);
    if (this.incarnation < 0) this.incarnation = server.incarnation;
    const known = accept !== undefined && this.incarnation === server.incarnation;
    const replyUs = back.packet(simulator.nowUs, 0);
    if (!known) {
      const reason: CloseReason = round === 0 ? 'refused' : 'reset';
      if (replyUs !== LOST) simulator.scheduleAt(replyUs, this.onRefusal, reason);
      return;
    }
    if (replyUs !== LOST) simulator.scheduleAt(replyUs, this.onReply, round);
    if (round !== this.rounds - 1 || this.dialling !== undefined) return;
    const [dialling, accepting] = End.pair(simulator, this.path, back, this.owner);
    this.dialling = dialling;
    dialling.onClose = this.onRefusal;
    // What the server says now arrives behind its answer to the dial.
    if (replyUs !== LOST) accepting.lastArrivalUs = replyUs;
    accept(accepting);
  }

  private replyArrives(round: number): void {
    if (this.over || round !== this.round) return;
    this.rttUs = this.simulator.nowUs - this.roundStartUs;
    this.simulator.cancel(this.retry);
    if (round < this.rounds - 1) {
      this.round++;
      this.startRound();
      return;
    }
    this.vanish();
    const { opened } = this.options;
    this.dialling!.begin(opened);
  }

  private fail(reason: CloseReason): void {
    if (this.over) return;
    this.vanish();
    this.dialling?.reset();
    this.options.failed(reason);
  }
}

function requestAgain(dial: { requestOrGiveUp(): void }): void {
  dial.requestOrGiveUp();
}
