import type { WatchResponse } from '../api/index.js';
import type { MemoryStorage } from '../raft/memory-storage.js';
import type { RawNode } from '../raft/raw-node.js';
import type { RaftRules } from '../raft/rules.js';
import type { HardState, Message, Snapshot } from '../raft/types.js';

/**
 * A member's own decisions around its raft, one small function each: what durability, reads, leases and watches rest on.
 *
 * There is one sane set, `etcdDecisions`. A seeded fault ("mutant") is that set with a function replaced; nothing but a
 * test or a checker brings its own. The decisions of raft itself: `RaftRules`.
 */
export interface MemberDecisions {
  /** Raft takes a message from another member. A refused one is not the sender's to hear of. */
  step(raw: RawNode, message: Message): void;
  /** What of a Ready's hard state goes to disk, where `stored` lies. Raft paper, figure 2: persistent state. */
  hardStateToStore(next: HardState, stored: HardState): HardState;
  /** A leader's snapshot takes the place of the log, on disk. */
  storeSnapshot(storage: MemoryStorage, snapshot: Snapshot): void;
  /** Whether raft is told that a snapshot did not arrive. etcd: ReportSnapshot. */
  reportsLostSnapshots(): boolean;
  /** Whether a follower's answers wait until what they promise is on disk. etcd: raftNode.start. */
  answersAfterSaved(): boolean;
  /** The election timeout of this round, ticks, from the one drawn. Raft paper §5.2 */
  electionTimeout(electionTick: number, drawn: number): number;
  /** How a leader makes sure that it still leads before it answers a read. Thesis §6.4 */
  readonly readOnlyOption: 'safe' | 'lease-based';
  /** Whether a linearizable read waits for the leader's word. etcd: linearizableReadNotify. */
  confirmsReads(leads: boolean): boolean;
  /** What tells one ReadIndex round from another. etcd: requestIDs. */
  readContext(): unknown;
  /** Behind which index a restarted member goes on applying, where its disk's state is of `snapshotIndex`. */
  resumesAfter(snapshotIndex: number, commitIndex: number): number;
  /** Whether an installed snapshot takes the place of the store. */
  installsData(): boolean;
  /** Whether a leader that is none any more stops the clocks of its leases. etcd: lessor.Demote. */
  demotesLessor(): boolean;
  /** How often a leader writes down what is left of long leases; 0: never, etcd's default. */
  readonly leaseCheckpointUs: number;
  /** Whether a new leader goes on from there. etcd: lessor.Promote, remainingTTL. */
  keepsCheckpoints(): boolean;
  /** Whether a leader asks a quorum before it revokes expired leases. etcd: ensureLeadership. */
  confirmsBeforeRevoking(): boolean;
  /** What goes out on a watch stream in place of this response. */
  watchResponses(response: WatchResponse, streamId: number): readonly WatchResponse[];
  /** Whether a member that is out of the configuration ends its process, and is not listened to. etcd: stopWithDelay. */
  heedsRemoval(): boolean;
}

/** As etcd decides. */
export const etcdDecisions: MemberDecisions = Object.freeze<MemberDecisions>({
  hardStateToStore: (next) => next,
  step: (raw, message) => {
    raw.step(message);
  },
  storeSnapshot: (storage, snapshot) => storage.applySnapshot(snapshot),
  reportsLostSnapshots: () => true,
  answersAfterSaved: () => true,
  electionTimeout: (_electionTick, drawn) => drawn,
  readOnlyOption: 'safe',
  confirmsReads: () => true,
  readContext: () => ({}),
  resumesAfter: (snapshotIndex) => snapshotIndex,
  installsData: () => true,
  demotesLessor: () => true,
  leaseCheckpointUs: 0,
  keepsCheckpoints: () => true,
  confirmsBeforeRevoking: () => true,
  watchResponses: (response) => [response],
  heedsRemoval: () => true,
});

/** What a member may be given besides its configuration. Only checkers bring decisions of their own. */
export interface MemberConduct {
  readonly rules?: RaftRules;
  /** One a member: some keep count. */
  readonly decisions?: () => MemberDecisions;
}
