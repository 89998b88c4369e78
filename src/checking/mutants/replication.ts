import { majorityIndex } from '../../raft/quorum/majority.js';
import type { Raft } from '../../raft/raft.js';
import type { MemberId } from '../../raft/types.js';
import { type Mutant, withDecisions, withRules } from './mutant.js';

const PUT = { kind: 'client', ask: 'put', key: 0 } as const;
const CUT_OFF = { kind: 'fault', action: 'partition', target: 'subject', options: {} } as const;

/**
 * Source: Raft paper, figure 8. A leader keeps an entry to itself; the next one leads for a moment and keeps its own; the
 * first comes back, brings its entry to a majority, and is cut off before one of its new term gets there.
 */
const FIGURE_8 = [
  { ...CUT_OFF, atMs: 500, target: 'leader', forMs: 1200 },
  ...[520, 525, 530].flatMap((atMs) => [0, 1].map((client) => ({ ...PUT, atMs, client }))),
  { ...CUT_OFF, atMs: 0, forMs: 2000, after: { step: 'became-leader', count: 1 } },
  { ...CUT_OFF, atMs: 40, forMs: 3000, after: { step: 'became-leader', count: 2 } },
];

/** A leader that is cut off takes more writes in than the others, who go on without it and forget their first ones. */
const LONELY_LEADER = [
  { ...CUT_OFF, atMs: 500, target: 'leader', forMs: 2500 },
  ...Array.from({ length: 24 }, (_, i) => ({ ...PUT, atMs: 505 + 5 * i, client: i % 2 })),
  ...Array.from({ length: 8 }, (_, i) => ({ ...PUT, atMs: 1500 + 20 * i, client: i % 2 })),
];

/** The log: what is appended, acknowledged, committed, and what snapshots do to it. */
export const replicationMutants: readonly Mutant[] = [
  {
    name: 'commit-quorum-off-by-one',
    source: 'Raft paper §5.3: a majority of the servers',
    property: 'Durable Acknowledgement',
    budgetRuns: 500,
    conduct: withRules({ quorumIndex: (raft) => indexHeldBy(raft, (voters) => Math.max(1, voters >> 1)) }),
  },
  {
    name: 'commit-needs-all',
    source: 'Raft paper §5.3: a minority of slow servers must not matter',
    property: 'Every Client Gets Through',
    budgetRuns: 1000,
    conduct: withRules({ quorumIndex: (raft) => indexHeldBy(raft, (voters) => voters) }),
  },
  {
    name: 'union-quorum',
    source: 'Raft paper §6: agreement needs separate majorities, not one of all servers together',
    property: 'Leader Completeness',
    budgetRuns: 20_000,
    conduct: withRules({
      quorumIndex: (raft) => {
        const { incoming, outgoing } = raft.tracker.configuration.voters;
        const all = [...new Set([...incoming, ...outgoing])];
        return majorityIndex(matchesOf(raft, all), all.length);
      },
      electionResult: (raft) => {
        const { incoming, outgoing } = raft.tracker.configuration.voters;
        const all = [...new Set([...incoming, ...outgoing])];
        const granted = all.filter((id) => raft.tracker.vote(id) === true).length;
        const rejected = all.filter((id) => raft.tracker.vote(id) === false).length;
        if (2 * granted > all.length) return 'VoteWon';
        return 2 * (all.length - rejected) > all.length ? 'VotePending' : 'VoteLost';
      },
    }),
    aim: { settings: { spares: 2 }, actions: ['change-members', 'partition', 'crash', 'move-leader', 'cut-link'] },
  },
  {
    name: 'commits-older-terms',
    source: 'Raft paper §5.4.2, figure 8',
    property: 'Leader Completeness',
    budgetRuns: 30_000,
    conduct: withRules({ mayCommit: () => true }),
    aim: {
      actions: ['crash', 'partition', 'move-leader', 'cut-link'],
      asks: ['put'],
      settings: {
        ...{ voters: 3, spares: 0, clients: 2, maxMessageBytes: 1, electionTicks: 3, preVote: false },
        ...{ delayMs: 10, jitterMs: 0, fsyncMs: 1, snapshotCount: 10_000, balancer: 'round-robin' },
      },
      sketch: FIGURE_8,
    },
  },
  {
    name: 'commits-on-a-rejection',
    source: 'Raft paper §5.3: a rejection says that the logs differ; etcd-io/raft: MsgAppResp.Reject',
    property: 'State Machine Safety',
    budgetRuns: 3000,
    conduct: withDecisions(() => ({
      step: (raw, message) => {
        const isRejection = message.type === 'MsgAppResp' && message.reject;
        raw.step(isRejection ? { ...message, reject: false, rejectHint: 0 } : message);
      },
    })),
  },
  {
    name: 'truncates-on-a-stale-append',
    source: 'Raft paper §5.3: only entries that conflict are deleted; a known slip of many implementations',
    property: 'Log Matching',
    budgetRuns: 3000,
    conduct: withDecisions(() => ({
      step: (raw, message) => {
        const { log } = raw.raft;
        const end = message.index + message.entries.length;
        const isStale = message.type === 'MsgApp' && message.entries.length > 0 && end < log.lastIndex();
        if (isStale && message.term === raw.term && log.matches(message.index, message.logTerm)) {
          log.unstable.truncateAndAppend(message.entries, 0);
        }
        raw.step(message);
      },
    })),
    aim: { actions: ['message-reordering', 'message-duplication', 'crash', 'partition'] },
  },
  {
    name: 'acknowledges-its-last-index',
    source: 'Raft paper, figure 2: matchIndex is what the message showed to match',
    property: 'Durable Acknowledgement',
    budgetRuns: 3000,
    // As it was before the message had replaced what conflicts.
    conduct: withDecisions(() => ({
      step: (raw, message) => {
        const last = raw.lastIndex;
        raw.step(message);
        const answers = raw.raft.messagesAfterAppend;
        const answer = answers.at(-1);
        if (message.type !== 'MsgApp' || answer?.type !== 'MsgAppResp' || answer.reject || answer.index >= last) return;
        answers[answers.length - 1] = { ...answer, index: last };
      },
    })),
    aim: { asks: ['put'], actions: ['partition', 'crash', 'move-leader'], settings: { voters: 3, spares: 0 } },
  },
  {
    name: 'commit-beyond-the-message',
    source: 'Raft paper, figure 2: min(leaderCommit, index of last new entry); etcd-io/raft maybeAppend',
    property: 'No Panic',
    budgetRuns: 3000,
    conduct: withRules({ followerCommit: (_raft, commit) => commit }),
    aim: {
      settings: { maxMessageBytes: 1 },
      actions: ['crash', 'partition', 'cut-link', 'move-leader', 'message-loss'],
    },
  },
  {
    name: 'heartbeat-with-the-whole-commit',
    source: 'etcd-io/raft: a heartbeat carries min(match, committed)',
    property: 'State Machine Safety',
    budgetRuns: 500,
    conduct: withRules({ heartbeatCommit: (raft) => raft.log.committed }),
  },
  {
    name: 'commit-index-moves-back',
    source: 'Raft paper §5.3: commitIndex increases monotonically; etcd issue 5263',
    property: 'Monotone Commit',
    budgetRuns: 500,
    conduct: withDecisions(() => ({
      step: (raw, message) => {
        const { log } = raw.raft;
        if (message.type === 'MsgHeartbeat' && message.term === raw.term && raw.state === 'StateFollower') {
          log.committed = Math.min(message.commit, log.lastIndex());
        }
        raw.step(message);
      },
    })),
    aim: { actions: ['message-reordering', 'message-duplication', 'crash', 'partition'] },
  },
  {
    name: 'takes-stale-messages',
    source: 'Raft paper §5.1: a request with a stale term number is rejected',
    property: 'Log Matching',
    budgetRuns: 2000,
    conduct: withRules({ ignoresLowerTerm: () => false }),
  },
  {
    name: 'acknowledges-before-the-fsync',
    source: 'Raft paper §5.2: persistent state before responding; Protocol-aware recovery, FAST 2018',
    property: 'Durable Acknowledgement',
    budgetRuns: 500,
    conduct: withDecisions(() => ({ answersAfterSaved: () => false })),
    aim: { settings: { fsyncMs: 20 } },
  },
  {
    name: 'snapshot-keeps-a-conflicting-suffix',
    source: 'Raft paper §7: a snapshot that is not a prefix of the log replaces all of it',
    property: 'Log Matching',
    budgetRuns: 6000,
    conduct: withDecisions(() => ({
      storeSnapshot: (storage, snapshot) => {
        const from = snapshot.index + 1;
        const end = storage.lastIndex() + 1;
        const kept = from < end ? storage.entries(from, end, Number.POSITIVE_INFINITY) : [];
        storage.applySnapshot(snapshot);
        if (typeof kept !== 'string') storage.append(kept);
      },
    })),
    aim: {
      settings: { voters: 3, spares: 0, clients: 2, electionTicks: 3, snapshotCount: 3, catchUpEntries: 1 },
      actions: ['partition', 'crash', 'cut-link', 'pause'],
      sketch: LONELY_LEADER,
    },
  },
  {
    name: 'installed-index-without-data',
    source: 'etcd issue 10219 and others: a member that takes the index of a snapshot without its state',
    property: 'Equal Hash',
    budgetRuns: 500,
    conduct: withDecisions(() => ({ installsData: () => false })),
    aim: { settings: { snapshotCount: 3, catchUpEntries: 1 }, actions: ['partition', 'crash', 'cut-link', 'pause'] },
  },
  {
    name: 'takes-old-snapshots',
    source: 'etcd-io/raft restore: a snapshot at or below the commit index is ignored',
    property: 'No Panic',
    budgetRuns: 3000,
    conduct: withRules({ takesSnapshot: () => true }),
    aim: {
      settings: { snapshotCount: 3, catchUpEntries: 1 },
      actions: ['partition', 'crash', 'message-duplication', 'message-reordering'],
    },
  },
  {
    name: 'applied-index-saved-before-the-apply',
    source: 'etcd issue 13766 (3.5.0 to 3.5.2): a consistent index ahead of the data',
    property: 'Equal Hash',
    budgetRuns: 500,
    conduct: withDecisions(() => ({
      resumesAfter: (snapshotIndex, commitIndex) => Math.min(commitIndex, snapshotIndex + 2),
    })),
    aim: { actions: ['crash', 'torn-write', 'failing-disk', 'partition'] },
  },
  {
    name: 'progress-stuck-in-probe',
    source: 'etcd-io/raft: a heartbeat answer ends the wait of a probe (MsgAppFlowPaused)',
    property: 'Every Member Catches Up',
    budgetRuns: 500,
    conduct: withDecisions(() => ({
      step: (raw, message) => {
        const peer = raw.raft.tracker.progress(message.from);
        const waits = message.type === 'MsgHeartbeatResp' && peer?.state === 'StateProbe' && peer.paused;
        if (!waits) raw.step(message);
        else peer.recentActive = true;
      },
    })),
    aim: { actions: ['message-loss', 'crash', 'partition', 'move-leader'] },
  },
  {
    name: 'progress-stuck-in-snapshot',
    source: 'etcd-io/raft: ReportSnapshot must be told of a lost snapshot; cockroachdb issue 10532',
    property: 'Every Member Catches Up',
    budgetRuns: 2000,
    conduct: withDecisions(() => ({ reportsLostSnapshots: () => false })),
    aim: {
      settings: { snapshotCount: 3, catchUpEntries: 1 },
      actions: ['message-loss', 'crash', 'partition', 'cut-link', 'failing-disk'],
    },
  },
];

/** The index that `needed(voters)` of the voters have reached. */
function indexHeldBy(raft: Raft, needed: (voters: number) => number): number {
  const sorted = matchesOf(raft, raft.tracker.configuration.voters.incoming).sort((a, b) => b - a);
  return sorted[needed(sorted.length) - 1] ?? 0;
}

function matchesOf(raft: Raft, ids: readonly MemberId[]): number[] {
  return ids.map((id) => raft.tracker.progress(id)?.match ?? 0);
}
