/**
 * The words that raft speaks with its surroundings: entries, messages, storage, Ready.
 *
 * Plain data after etcd's raftpb and raft packages, so that what holds there can be compared here field by field.
 * Entries travel by reference; nobody changes one after it has been appended.
 */

import type { RaftRules } from './rules.js';
import type { RaftTracer } from './tracer.js';

/** A raft node's id, > 0. Ids never add up, hence the brand. */
export type MemberId = number & { readonly __brand: 'MemberId' };

/** No member: 0, as in etcd. */
export const NONE = 0 as MemberId;
/** Addressees of storage messages (asynchronous storage writes). Never a voter. */
export const APPEND_THREAD = -1 as MemberId;
export const APPLY_THREAD = -2 as MemberId;

export type EntryType = 'EntryNormal' | 'EntryConfChange' | 'EntryConfChangeV2';

/** What an entry carries. The core reads its size and, for a configuration change, its content; the rest is the state machine's. */
export interface Entry {
  readonly term: number;
  readonly index: number;
  readonly type: EntryType;
  /** Opaque to raft; `undefined` for a leader's empty entry. */
  readonly data: unknown;
  /** Size of `data` as it would be encoded, bytes. */
  readonly dataBytes: number;
  /** Set iff `type` is not EntryNormal. */
  readonly confChange?: ConfChangeV2 | undefined;
  /** An empty EntryNormal that was a configuration change until the leader refused it: encoded a little longer than others. */
  readonly isRefusedChange?: true | undefined;
}

export type ConfChangeType =
  | 'ConfChangeAddNode'
  | 'ConfChangeRemoveNode'
  | 'ConfChangeUpdateNode'
  | 'ConfChangeAddLearnerNode';
export type ConfChangeTransition =
  | 'ConfChangeTransitionAuto'
  | 'ConfChangeTransitionJointImplicit'
  | 'ConfChangeTransitionJointExplicit';

export interface ConfChangeSingle {
  readonly type: ConfChangeType;
  readonly nodeId: MemberId;
}

/** A configuration change; a v1 change is one with exactly one `changes` element in an EntryConfChange. */
export interface ConfChangeV2 {
  readonly transition: ConfChangeTransition;
  readonly changes: readonly ConfChangeSingle[];
  /** Opaque to raft. */
  readonly context?: unknown;
}

export interface ConfState {
  readonly voters: readonly MemberId[];
  readonly learners: readonly MemberId[];
  readonly votersOutgoing: readonly MemberId[];
  readonly learnersNext: readonly MemberId[];
  readonly autoLeave: boolean;
}

export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly confState: ConfState;
  /** Opaque to raft; its size in bytes is `dataBytes`. */
  readonly data: unknown;
  readonly dataBytes: number;
}

export interface HardState {
  readonly term: number;
  readonly vote: MemberId;
  readonly commit: number;
}

export type RaftState = 'StateFollower' | 'StatePreCandidate' | 'StateCandidate' | 'StateLeader';

export interface SoftState {
  readonly lead: MemberId;
  readonly raftState: RaftState;
}

/** A confirmed read: every entry up to `index` must be applied before the read with `context` is served. */
export interface ReadState {
  readonly index: number;
  readonly context: unknown;
}

export type MessageType =
  | 'MsgHup'
  | 'MsgBeat'
  | 'MsgProp'
  | 'MsgApp'
  | 'MsgAppResp'
  | 'MsgVote'
  | 'MsgVoteResp'
  | 'MsgSnap'
  | 'MsgHeartbeat'
  | 'MsgHeartbeatResp'
  | 'MsgUnreachable'
  | 'MsgSnapStatus'
  | 'MsgCheckQuorum'
  | 'MsgTransferLeader'
  | 'MsgTimeoutNow'
  | 'MsgReadIndex'
  | 'MsgReadIndexResp'
  | 'MsgPreVote'
  | 'MsgPreVoteResp'
  | 'MsgStorageAppend'
  | 'MsgStorageAppendResp'
  | 'MsgStorageApply'
  | 'MsgStorageApplyResp'
  | 'MsgForgetLeader';

/** One raft message, raftpb.Message. All fields always present (one hidden class, so that reading them stays fast). */
export interface Message {
  readonly type: MessageType;
  readonly from: MemberId;
  to: MemberId;
  /** 0 = local. */
  term: number;
  readonly logTerm: number;
  readonly index: number;
  readonly entries: readonly Entry[];
  readonly commit: number;
  /** MsgStorageAppend only. */
  readonly vote: MemberId;
  readonly snapshot: Snapshot | undefined;
  readonly reject: boolean;
  readonly rejectHint: number;
  /** ReadIndex and heartbeat context, or the transfer marker of a campaign. Compared by identity or string value. */
  readonly context: unknown;
  /** Storage messages only. */
  readonly responses: readonly Message[];
}

/**
 * What storage must offer to the core: raft.Storage.
 *
 * `term` and `entries` answer 'compacted' or 'unavailable' by value: both are ordinary outcomes.
 */
export interface Storage {
  initialState(): { readonly hardState: HardState; readonly confState: ConfState };
  /** Entries in [lo, hi), at least one, further ones only while the encoded sizes add up to <= maxBytes. */
  entries(lo: number, hi: number, maxBytes: number): readonly Entry[] | StorageMiss;
  term(index: number): number | StorageMiss;
  lastIndex(): number;
  firstIndex(): number;
  snapshot(): Snapshot | 'snapshot-temporarily-unavailable';
  /** Optional: told at its construction which node reads from here, so that storage can refuse to compact too far. */
  attach?(owner: StorageOwner): void;
}

/** What storage may know of the node that reads from it. */
export interface StorageOwner {
  readonly id: MemberId;
  readonly term: number;
  readonly appliedIndex: number;
}
export type StorageMiss = 'compacted' | 'unavailable';

/** What a node wants done: persist, send, apply. Empty parts are empty arrays or `undefined`. */
export interface Ready {
  readonly softState: SoftState | undefined;
  readonly hardState: HardState | undefined;
  readonly readStates: readonly ReadState[];
  readonly entries: readonly Entry[];
  readonly snapshot: Snapshot | undefined;
  readonly committedEntries: readonly Entry[];
  readonly messages: readonly Message[];
  /** Entries, term or vote must be on disk before the node goes on: an fsync is due. */
  readonly mustSync: boolean;
}

export interface RaftConfig {
  readonly id: MemberId;
  /** Ticks without a leader before a follower campaigns; the timeout is drawn from [electionTick, 2 electionTick). */
  readonly electionTick: number;
  readonly heartbeatTick: number;
  readonly storage: Storage;
  /** Last applied index (a restarted node must not get those entries again). */
  readonly applied: number;
  readonly asyncStorageWrites: boolean;
  /** Limit on the encoded entries of one MsgApp, bytes; Infinity = none, 0 = one entry a message. */
  readonly maxSizePerMsg: number;
  readonly maxCommittedSizePerReady: number;
  readonly maxUncommittedEntriesSize: number;
  readonly maxInflightMsgs: number;
  readonly maxInflightBytes: number;
  readonly checkQuorum: boolean;
  readonly preVote: boolean;
  readonly readOnlyOption: 'safe' | 'lease-based';
  readonly disableProposalForwarding: boolean;
  readonly disableConfChangeValidation: boolean;
  readonly stepDownOnRemoval: boolean;
  /** Whole ticks in [electionTick, 2 electionTick); called at every reset. The core has no chance of its own. */
  readonly drawElectionTimeout: () => number;
  /** The library's log lines; leave it out and none is built. */
  readonly logger?: Logger | undefined;
  /** Hears each step; leave it out and nothing is worked out for it. */
  readonly tracer?: RaftTracer | undefined;
  /** The decisions of Raft; leave it out for etcd's. Only a seeded fault brings its own (see README.md here). */
  readonly rules?: RaftRules | undefined;
}

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';
export type Logger = (level: LogLevel, line: string) => void;

/** How step and propose end: `undefined` means taken; a text is etcd's error text, an ordinary modelled failure. */
export type StepError = 'raft proposal dropped' | 'raft: cannot step as peer not found' | undefined;

/**
 * RawNode: one member's raft as a pure state machine.
 *
 * Call `ready()` when `hasReady()`, persist, send, apply, then `advance()` (synchronous storage writes only).
 */
export interface RawNodeApi {
  readonly id: MemberId;
  /** One tick of the logical clock (etcd: 100 ms, the heartbeat interval). */
  tick(): void;
  campaign(): void;
  propose(data: unknown, dataBytes: number): StepError;
  proposeConfChange(change: ConfChangeV2, options?: { v1?: boolean }): StepError;
  applyConfChange(change: ConfChangeV2): ConfState;
  /** Takes a message from the network or a storage thread. @throws InvariantError for a local message type */
  step(message: Message): StepError;
  hasReady(): boolean;
  ready(): Ready;
  advance(): void;
  readIndex(context: unknown): void;
  transferLeader(to: MemberId): void;
  forgetLeader(): void;
  reportUnreachable(id: MemberId): void;
  reportSnapshot(id: MemberId, status: 'finish' | 'failure'): void;
  /** Cheap reads, no allocation. */
  readonly term: number;
  readonly lead: MemberId;
  readonly state: RaftState;
  readonly commitIndex: number;
  readonly appliedIndex: number;
}
