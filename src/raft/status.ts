import type { Raft } from './raft.js';
import type { Configuration } from './tracker/configuration.js';
import type { ProgressState } from './tracker/progress.js';
import type { MemberId, RaftState } from './types.js';

/** What a node knows of itself; no progress. */
export interface BasicStatus {
  readonly id: MemberId;
  readonly term: number;
  readonly vote: MemberId;
  readonly commit: number;
  readonly applied: number;
  readonly lead: MemberId;
  readonly raftState: RaftState;
  readonly leadTransferee: MemberId;
}

/** One peer as its leader sees it: a copy, which later messages do not change. */
export interface ProgressStatus {
  readonly id: MemberId;
  readonly match: number;
  readonly next: number;
  readonly state: ProgressState;
  readonly isLearner: boolean;
  readonly isPaused: boolean;
  readonly recentActive: boolean;
  readonly pendingSnapshot: number;
  readonly inflightMsgs: number;
  readonly inflightBytes: number;
  readonly inflightFull: boolean;
  /** In etcd's words: `StateReplicate match=11 next=15 inactive`. */
  readonly description: string;
}

export interface Status extends BasicStatus {
  readonly configuration: Configuration;
  /** Ascending by id, the leader itself included; empty unless this node leads. */
  readonly progress: readonly ProgressStatus[];
}

export function basicStatusOf(raft: Raft): BasicStatus {
  return {
    id: raft.id,
    term: raft.term,
    vote: raft.vote,
    commit: raft.log.committed,
    applied: raft.log.applied,
    lead: raft.lead,
    raftState: raft.state,
    leadTransferee: raft.leadTransferee,
  };
}

export function statusOf(raft: Raft): Status {
  return { ...basicStatusOf(raft), configuration: raft.tracker.configuration, progress: progressOf(raft) };
}

function progressOf(raft: Raft): ProgressStatus[] {
  if (raft.state !== 'StateLeader') return [];
  return raft.tracker.ids.map((id, i) => {
    const peer = raft.tracker.peers[i]!;
    return {
      id,
      match: peer.match,
      next: peer.next,
      state: peer.state,
      isLearner: peer.isLearner,
      isPaused: peer.isPaused,
      recentActive: peer.recentActive,
      pendingSnapshot: peer.pendingSnapshot,
      inflightMsgs: peer.inflights.count,
      inflightBytes: peer.inflights.bytes,
      inflightFull: peer.inflights.full,
      description: peer.describe(),
    };
  });
}
