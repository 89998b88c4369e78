import { type ErrorResponse, ETCD_ERRORS } from '../api/index.js';
import { NO_TIMER, type Program, type Simulator, type Timer } from '../engine/index.js';
import { type MemberId, NONE } from '../raft/types.js';
import type { RaftSettings } from './config.js';
import type { PeerFrame } from './peers.js';
import { requestTimeoutUs } from './proposals.js';
import type { Lessor } from './storage/index.js';

/** The lease's time to live in s (0: there is no such lease), or why that could not be found out. */
export type RenewalDone = (result: number | ErrorResponse) => void;

export interface RenewalTarget {
  readonly lead: MemberId;
  readonly self: MemberId;
  /** False if the peer cannot be reached. */
  send(to: MemberId, frame: PeerFrame): boolean;
  /** Takes a checkpoint of a lease's remaining time back, through the log. */
  clearCheckpoint(leaseId: number, done: () => void): void;
}

/** etcd 3.5 waits this long before it asks again; 3.4 asks as fast as it can, which is of no more use. */
const THROTTLE_US = 50_000;
/** As an answer's ttl: this member's leases are not its to renew. */
const NOT_PRIMARY = -1;
const GONE = 0;

/** A keep-alive that the leader has to be asked about. */
interface Renewal {
  readonly leaseId: number;
  readonly deadlineUs: number;
  readonly done: RenewalDone;
  /** Until it is asked again. */
  timer: Timer;
  /** Of the last time that it was asked. */
  questionId: number;
  over: boolean;
}

/**
 * Renews leases: the leader by itself, any other by asking the leader, again and again until its time is up.
 *
 * A lease whose time ran out but whose revoke is not applied yet keeps its caller waiting: for the revoke (then it is
 * gone), or for a new leader, which gives it time anew.
 *
 * Model: lost questions. etcd sees the leader's connection break and asks again 50 ms later; here an unanswered question
 * is asked again after an election timeout.
 *
 * Source: etcd v3_server.go (LeaseRenew, waitLeader), lease/lessor.go (Renew), lease/leasehttp.
 */
export class LeaseRenewals {
  private readonly asked = new Map<number, Renewal>();
  /** By lease: who waits for its revoke. */
  private readonly expired = new Map<number, ((ttlSec: number) => void)[]>();
  private nextId: number;
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly lessor: Lessor;
  private readonly electionTimeoutUs: number;
  private readonly timeoutUs: number;
  private readonly target: RenewalTarget;
  private readonly onTimer = (renewal: Renewal): void => this.program.run(0, this.askLeader, renewal);

  constructor(
    simulator: Simulator,
    program: Program,
    lessor: Lessor,
    settings: RaftSettings,
    firstId: number,
    target: RenewalTarget,
  ) {
    this.simulator = simulator;
    this.program = program;
    this.lessor = lessor;
    this.electionTimeoutUs = settings.electionTimeoutUs;
    this.timeoutUs = requestTimeoutUs(settings);
    this.nextId = firstId;
    this.target = target;
  }

  /** @param deadlineUs when the caller gives up; Infinity if it does not */
  renew(leaseId: number, deadlineUs: number, done: RenewalDone): void {
    const renewal: Renewal = {
      leaseId,
      deadlineUs: Math.min(deadlineUs, this.simulator.nowUs + this.timeoutUs),
      done,
      timer: NO_TIMER,
      questionId: -1,
      over: false,
    };
    if (this.target.lead === this.target.self) this.renewHere(leaseId, (ttlSec) => this.answered(renewal, ttlSec));
    else this.askLeader(renewal);
  }

  receive(frame: PeerFrame & { kind: 'renew' | 'renewed' }): void {
    const { self } = this.target;
    if (frame.kind === 'renew') {
      this.renewHere(frame.leaseId, (ttlSec) => {
        this.target.send(frame.from, { kind: 'renewed', from: self, id: frame.id, ttlSec });
      });
      return;
    }
    const renewal = this.asked.get(frame.id);
    this.asked.delete(frame.id);
    if (renewal !== undefined) this.answered(renewal, frame.ttlSec);
  }

  /** A lease's revoke was applied. */
  revoked(leaseId: number): void {
    const waiting = this.expired.get(leaseId) ?? [];
    this.expired.delete(leaseId);
    for (const done of waiting) done(GONE);
  }

  /** Another member leads, or none does. */
  demoted(): void {
    const waiting = [...this.expired.keys()].sort((a, b) => a - b).flatMap((leaseId) => this.expired.get(leaseId)!);
    this.expired.clear();
    for (const done of waiting) done(NOT_PRIMARY);
  }

  private renewHere(leaseId: number, done: (ttlSec: number) => void): void {
    if (this.lessor.isPrimary && (this.lessor.lookup(leaseId)?.remainingTtlSec ?? 0) > 0) {
      this.target.clearCheckpoint(leaseId, () => this.renewNow(leaseId, done));
    } else this.renewNow(leaseId, done);
  }

  private renewNow(leaseId: number, done: (ttlSec: number) => void): void {
    const result = this.lessor.renew(leaseId, this.simulator.nowUs);
    if (typeof result === 'number') done(result);
    else if (result === 'not-primary') done(NOT_PRIMARY);
    else if (result !== 'expired') done(GONE);
    else this.expired.set(leaseId, [...(this.expired.get(leaseId) ?? []), done]);
  }

  private readonly askLeader = (renewal: Renewal): void => {
    if (renewal.over) return;
    const { lead, self } = this.target;
    if (this.simulator.nowUs >= renewal.deadlineUs) {
      this.end(renewal, lead === NONE ? ETCD_ERRORS.noLeader : ETCD_ERRORS.timeout);
      return;
    }
    if (lead === NONE) {
      this.askAgainAfter(renewal, this.electionTimeoutUs);
      return;
    }
    if (lead === self) {
      this.renewHere(renewal.leaseId, (ttlSec) => this.answered(renewal, ttlSec));
      return;
    }
    this.asked.delete(renewal.questionId);
    const id = this.nextId++;
    renewal.questionId = id;
    const sent = this.target.send(lead, { kind: 'renew', from: self, id, leaseId: renewal.leaseId });
    if (sent) this.asked.set(id, renewal);
    this.askAgainAfter(renewal, sent ? this.electionTimeoutUs : THROTTLE_US);
  };

  private answered(renewal: Renewal, ttlSec: number): void {
    if (renewal.over) return;
    if (ttlSec !== NOT_PRIMARY) this.end(renewal, ttlSec);
    else this.askAgainAfter(renewal, THROTTLE_US);
  }

  private askAgainAfter(renewal: Renewal, delayUs: number): void {
    const leftUs = Math.max(0, renewal.deadlineUs - this.simulator.nowUs);
    this.simulator.cancel(renewal.timer);
    renewal.timer = this.simulator.startTimer(Math.min(delayUs, leftUs), this.onTimer, renewal);
  }

  private end(renewal: Renewal, result: number | ErrorResponse): void {
    renewal.over = true;
    this.asked.delete(renewal.questionId);
    this.simulator.cancel(renewal.timer);
    renewal.done(result);
  }
}
