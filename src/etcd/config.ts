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
export type EtcdVersion = '3.4' | '3.5';

/** etcd's own flags. */
export interface RaftSettings {
  /** --heartbeat-interval; also raft's tick. */
  readonly heartbeatIntervalUs: number;
  /** --election-timeout, a whole multiple of the heartbeat interval. */
  readonly electionTimeoutUs: number;
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
}

export interface DiskConfig {
  /** One fdatasync of the WAL, after its write. */
  readonly fsync: DurationDistribution;
  /** Sequential write rate that a batch's bytes take on top, bytes/s; 0 = unlimited. */
  readonly writeBytesPerSec: number;
}

/** CPU time by kind of work, µs (of one core at speed 1). */
export interface CpuCosts {
  /** Receiving, decoding and answering one unary call. */
  readonly callUs: number;
  /** A Range: finding and copying keys, on top of the call; plus `keyUs` a key returned and `byteUs` a byte. */
  readonly rangeUs: number;
  readonly keyUs: number;
  readonly byteUs: number;
  /** Turning a mutation into a proposal. */
  readonly proposalUs: number;
  /** One turn of the Ready loop. */
  readonly readyUs: number;
  /** Receiving or sending one raft message; plus `entryUs` an entry in it. */
  readonly messageUs: number;
  readonly entryUs: number;
  /** Applying one entry to the store. */
  readonly applyUs: number;
  /** Sending one watch response. */
  readonly watchEventUs: number;
  /** On top, for the first work after the process has slept: after `wakeAfterUs` without any. */
  readonly wakeUs: number;
  readonly wakeAfterUs: number;
}
