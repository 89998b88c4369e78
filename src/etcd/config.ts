import type { DurationDistribution } from '../engine/index.js';

/** Everything that decides how one member behaves. Plain data, resolved: no defaults are left open here. */
export interface MemberConfig {
  readonly name: string;
  readonly version: EtcdVersion;
  readonly raft: RaftSettings;
  readonly disk: DiskConfig;
  readonly cpu: CpuCosts;
}

/** Which release's behaviour a member shows; see `docs/model.md` for what differs. */
export type EtcdVersion = '3.4' | '3.5' | '3.6';

/** etcd's own flags. */
export interface RaftSettings {
  /** --heartbeat-interval; also raft's tick. */
  readonly heartbeatIntervalUs: number;
  /** --election-timeout, a whole multiple of the heartbeat interval. */
  readonly electionTimeoutUs: number;
  /** etcd's patience is counted in ticks; LogCabin's ends anywhere in its range, and is renewed as Raft's paper says. */
  readonly electionTimer: 'ticks' | 'continuous';
  /** Longest patience: twice the shortest (etcd), or what a continuous timer is given. */
  readonly electionTimeoutMaxUs: number;
  /**
   * LogCabin: nothing else is done while term, vote or entries go to disk; etcd goes on taking messages.
   *
   * Model: clients' requests are taken meanwhile.
   */
  readonly blockingWrites: boolean;
  /** --pre-vote: off by default in 3.4, on in 3.5. */
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** --snapshot-count: applied entries between snapshots (100,000). */
  readonly snapshotCount: number;
  /** Entries kept behind a snapshot for slow followers (5,000). */
  readonly snapshotCatchUpEntries: number;
  /** Limits of etcd's raft node: 1 MiB a message, 512 messages in flight a peer. */
  readonly maxSizePerMsgBytes: number;
  readonly maxInflightMsgs: number;
  /** --max-request-bytes (1.5 MiB). */
  readonly maxRequestBytes: number;
  /** --backend-batch-interval (100 ms) and --backend-batch-limit (10,000 entries): how long what is applied waits for its commit. */
  readonly backendBatchIntervalUs: number;
  readonly backendBatchLimit: number;
}

export interface DiskConfig {
  /** One flush: an fdatasync, without what it takes of a CPU. */
  readonly fsync: DurationDistribution;
  /** CPU time that a process spends on it, and the machine's kernel beside all processes, µs. */
  readonly syncUs: number;
  readonly kernelUs: number;
  /** Sequential write rate that a flush's bytes take on top, bytes/s; 0 = unlimited. */
  readonly writeBytesPerSec: number;
}

/** CPU time by kind of work, µs (of one core at speed 1). */
export interface CpuCosts {
  /** Receiving, decoding and answering one unary call. */
  readonly callUs: number;
  /** A Range: finding and copying keys, on top of the call; plus `keyUs` a key returned and `byteUs` a byte. */
  readonly rangeUs: number;
  readonly keyUs: number;
  /** What a linearizable Range takes more than a serializable one: the read loop and its notifications. */
  readonly linearizableUs: number;
  readonly byteUs: number;
  /** A byte's way to a client once it is written: the kernel's and a packet switch's copies. The connection's next answer waits for it. */
  readonly sendByteUs: number;
  /** Turning a mutation into a proposal. */
  readonly proposalUs: number;
  /**
   * One of the process's loops (a connection's reader or writer, a peer stream's writer, the node loop) getting from idle
   * to busy: a goroutine's turn and a system call. What waits meanwhile comes along.
   */
  readonly loopUs: number;
  /** One turn of the Ready loop. */
  readonly readyUs: number;
  /** Taking in one raft message, and encoding and writing one; plus `entryUs` an entry in it. */
  readonly receiveUs: number;
  readonly sendUs: number;
  readonly entryUs: number;
  /** Applying one entry to the store. */
  readonly applyUs: number;
  /** Sending one watch response. */
  readonly watchEventUs: number;
  /** On top, for the first work after the process has slept: after `wakeAfterUs` without any. */
  readonly wakeUs: number;
  readonly wakeAfterUs: number;
  /** How long idle threads look for work before they sleep: CPU time that each pause costs, and that delays nothing. */
  readonly spinUs: number;
}
