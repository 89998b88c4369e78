import type { Raft } from '../raft/raft.js';
import type { RaftTracer } from '../raft/tracer.js';
import type { ConfState, Entry, HardState, Message, SoftState } from '../raft/types.js';
import type { Member } from './member.js';

/** What outsiders (the timeline, checkers) may want to hear of at once. */
export interface MemberObserver {
  readonly leadership?: (member: Member, soft: SoftState) => void;
  /** Every step that a safety property speaks of. Without it nothing is worked out for it. */
  readonly steps?: StepObserver;
  /** Raft messages as they leave a member and as it takes them in. */
  readonly messages?: MessageObserver;
  /** Every step of every member's raft, and when what a Ready held has come onto the disk. */
  readonly raft?: DriverTracer;
}

export interface DriverTracer extends RaftTracer {
  /** What the node's last Ready held is on its disk. */
  stored(raft: Raft): void;
}

export interface MessageObserver {
  sent(member: Member, message: Message): void;
  /** Before the member's raft has seen it. */
  received(member: Member, message: Message): void;
}

/**
 * A member's steps, in the order in which they bind.
 *
 * What is `stored` is on disk; a leader's messages may be under way before its own entries are.
 */
export interface StepObserver {
  /** A configuration counts from now on: the one at `index` (0: the one to start from). */
  configured(member: Member, index: number, config: ConfState): void;
  termChanged(member: Member, term: number): void;
  becameLeader(member: Member, term: number): void;
  steppedDown(member: Member): void;
  snapshotStored(member: Member, snapshot: { readonly index: number; readonly term: number }): void;
  hardStateStored(member: Member, hardState: HardState): void;
  /** Those at and above the first one's index are replaced. */
  entriesStored(member: Member, entries: readonly Entry[]): void;
  /** The commit index rose to `index`, whose entry has `term`. */
  committed(member: Member, index: number, term: number): void;
  applied(member: Member, entry: Entry): void;
  /** Hash of the store after a write. */
  hashed(member: Member, revision: number, hash: number): void;
  /** Whoever asked for this entry is told that it took effect. */
  acknowledged(member: Member, entry: Entry): void;
  /** The log says that so much is left of a lease, seconds; 0: its whole time. */
  leaseCheckpointed(member: Member, leaseId: number, remainingTtlSec: number): void;
  /** A new leader lets a lease's time run: as much as `givenSec` of `ttlSec`. */
  leaseStarted(member: Member, leaseId: number, times: { readonly ttlSec: number; readonly givenSec: number }): void;
  crashed(member: Member): void;
  /** Back, with what its disk held. */
  restarted(member: Member, term: number, appliedIndex: number): void;
}
