import { CLIENT_ERRORS, ETCD_ERRORS, type Outcome } from '../api/index.js';
import type { Program, Simulator } from '../engine/index.js';
import { type MemberId, NONE, type StepError } from '../raft/types.js';
import type { RaftSettings } from './config.js';
import type { MemberMetrics } from './metrics.js';
import { type Command, type Done, PROPOSAL_OVERHEAD_BYTES, type Proposal } from './proposal.js';
import { TimeoutQueue } from './timeout-queue.js';

interface Pending {
  readonly proposal: Proposal;
  readonly bytes: number;
  readonly startUs: number;
  /** When its caller gives up; Infinity if it does not. */
  readonly deadlineUs: number;
  readonly done: Done;
  /** Raft has it. */
  submitted: boolean;
}

/** etcdserver: how far commit may run ahead of apply before new requests are turned away. */
const MAX_GAP_BETWEEN_APPLY_AND_COMMIT = 5000;

export interface ProposalTarget {
  /** NONE while none is known. */
  readonly lead: MemberId;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  /** Whether this member reached the leader (leading, a quorum) at `sinceUs` and ever since. */
  connectedSince(leader: MemberId, sinceUs: number): boolean;
  propose(proposal: Proposal, bytes: number): StepError;
}

/**
 * Proposals on their way through the log, waiting for the apply of what this member took in.
 *
 * While no leader is known they wait here, as on etcd's proposal channel. One that was handed to raft and lost (sent to
 * a leader that died) is proposed by nobody again: its client learns after 5 s + 2 election timeouts.
 * Source: etcd server/etcdserver/v3_server.go (processInternalRaftRequestOnce), server.go (parseProposeCtxErr).
 */
export class Proposals {
  private readonly pending = new Map<number, Pending>();
  private waitingForLeader: Pending[] = [];
  private sequence: number;
  private readonly timeouts: TimeoutQueue<Pending>;
  private readonly simulator: Simulator;
  private readonly metrics: MemberMetrics;
  private readonly member: MemberId;
  private readonly settings: RaftSettings;
  private readonly target: ProposalTarget;
  /** When this member was last elected leader itself, µs. */
  leaderElectedUs = Number.NEGATIVE_INFINITY;

  constructor(
    simulator: Simulator,
    program: Program,
    metrics: MemberMetrics,
    member: MemberId,
    settings: RaftSettings,
    firstSequence: number,
    target: ProposalTarget,
  ) {
    this.sequence = firstSequence;
    this.simulator = simulator;
    this.metrics = metrics;
    this.member = member;
    this.settings = settings;
    this.target = target;
    this.timeouts = new TimeoutQueue(
      simulator,
      program,
      requestTimeoutUs(settings),
      (item) => this.pending.get(item.proposal.sequence) !== item,
      (item) => this.expire(item),
    );
  }

  /** Takes a command in; `done` is called once: with what its apply gave, or with an error. */
  propose(command: Command, bytes: number, deadlineUs: number, done: Done): void {
    if (this.target.commitIndex > this.target.appliedIndex + MAX_GAP_BETWEEN_APPLY_AND_COMMIT) {
      done(ETCD_ERRORS.tooManyRequests);
      return;
    }
    if (bytes > this.settings.maxRequestBytes) {
      done(ETCD_ERRORS.requestTooLarge);
      return;
    }
    const proposal: Proposal = { member: this.member, sequence: ++this.sequence, command };
    const item: Pending = {
      proposal,
      bytes: bytes + PROPOSAL_OVERHEAD_BYTES,
      startUs: this.simulator.nowUs,
      deadlineUs,
      done,
      submitted: false,
    };
    this.pending.set(proposal.sequence, item);
    this.timeouts.add(item);
    if (this.target.lead !== NONE && this.waitingForLeader.length === 0) this.submit(item);
    else this.waitingForLeader.push(item);
  }

  /** Hands on what waited for a leader, oldest first. Call whenever a leader may have become known. */
  submitWaiting(): void {
    if (this.waitingForLeader.length === 0 || this.target.lead === NONE) return;
    const waiting = this.waitingForLeader;
    this.waitingForLeader = [];
    for (const item of waiting) {
      if (this.pending.get(item.proposal.sequence) !== item) continue;
      // etcd: a caller that has given up takes its proposal off the channel.
      if (item.deadlineUs <= this.simulator.nowUs) this.fail(item, CLIENT_ERRORS.deadlineExceeded);
      else this.submit(item);
    }
  }

  /** An entry of this member's was applied. */
  applied(sequence: number, outcome: Outcome): void {
    const item = this.pending.get(sequence);
    if (item === undefined) return;
    this.forget(item);
    item.done(outcome);
  }

  private submit(item: Pending): void {
    item.submitted = true;
    this.metrics.proposalsPending.value++;
    const error = this.target.propose(item.proposal, item.bytes);
    if (error !== undefined) this.fail(item, ETCD_ERRORS.proposalDropped);
  }

  private expire(item: Pending): void {
    this.fail(item, item.submitted ? this.timeoutError(item.startUs) : CLIENT_ERRORS.deadlineExceeded);
  }

  /** etcd guesses the cause: an election that this member won, or a connection that broke, since the proposal came. */
  private timeoutError(startUs: number): Outcome {
    const electedUs = this.leaderElectedUs;
    const lostUs = electedUs - 2 * this.settings.electionTimeoutUs;
    if (startUs > lostUs && startUs < electedUs) return ETCD_ERRORS.timeoutDueToLeaderFail;
    const { lead } = this.target;
    if (lead !== NONE && !this.target.connectedSince(lead, startUs)) return ETCD_ERRORS.timeoutDueToConnectionLost;
    return ETCD_ERRORS.timeout;
  }

  private fail(item: Pending, error: Outcome): void {
    this.forget(item);
    this.metrics.proposalsFailed.add();
    item.done(error);
  }

  private forget(item: Pending): void {
    this.pending.delete(item.proposal.sequence);
    if (item.submitted) this.metrics.proposalsPending.value--;
  }
}

/** etcd's ReqTimeout: 5 s for queue, computation and disk, and two election timeouts. */
export function requestTimeoutUs(settings: RaftSettings): number {
  return 5_000_000 + 2 * settings.electionTimeoutUs;
}
