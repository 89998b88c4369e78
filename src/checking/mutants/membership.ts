import { majorityIndex } from '../../raft/quorum/majority.js';
import { etcdRules } from '../../raft/rules.js';
import { type MemberId, NONE } from '../../raft/types.js';
import { type Mutant, withDecisions, withRules } from './mutant.js';

const CHANGES = ['change-members', 'partition', 'crash', 'move-leader', 'cut-link', 'pause'];

/** Changes of the configuration, and handing leadership over. */
export const membershipMutants: readonly Mutant[] = [
  {
    name: 'membership-change-of-2015',
    source: 'Ongaro, raft-dev, 10 July 2015: bug in single-server membership changes',
    property: 'State Machine Safety',
    budgetRuns: 60_000,
    conduct: withRules({
      refuseConfChange: (raft, change) => {
        const pending = raft.pendingConfIndex;
        // What an earlier leader left in the log does not count.
        if (raft.log.termOrZero(pending) !== raft.term) raft.pendingConfIndex = 0;
        const reason = etcdRules.refuseConfChange(raft, change);
        raft.pendingConfIndex = pending;
        return reason;
      },
    }),
    aim: {
      actions: ['change-members', 'change-members', 'partition', 'move-leader'],
      settings: { fsyncMs: 20, delayMs: 10 },
    },
  },
  {
    name: 'second-change-while-one-is-pending',
    source: 'Raft thesis §4.1: the next change only once the last is committed',
    property: 'State Machine Safety',
    budgetRuns: 30_000,
    conduct: withRules({ refuseConfChange: () => undefined }),
    aim: {
      actions: ['change-members', 'change-members', 'partition'],
      settings: { voters: 3, fsyncMs: 20, delayMs: 10 },
    },
  },
  {
    name: 'joint-commit-by-one-half',
    source: 'Raft paper §6: entries are committed by majorities of both configurations',
    property: 'Durable Acknowledgement',
    budgetRuns: 20_000,
    conduct: withRules({
      quorumIndex: (raft) => {
        const { incoming } = raft.tracker.configuration.voters;
        const matches = incoming.map((id) => raft.tracker.progress(id)?.match ?? 0);
        return majorityIndex(matches, matches.length);
      },
    }),
    aim: { settings: { spares: 2 }, actions: CHANGES },
  },
  {
    name: 'joint-configuration-never-left',
    source: 'etcd-io/raft: AutoLeave; a joint configuration needs both halves for ever',
    property: 'A Change Ends',
    budgetRuns: 6000,
    conduct: withRules({ mayLeaveJoint: () => false }),
    aim: { settings: { spares: 2 }, actions: CHANGES },
  },
  {
    name: 'removed-leader-still-heartbeats',
    source: 'Raft paper §6 and thesis §4.2.2: a leader that is not in the configuration steps down',
    property: 'Every Client Gets Through',
    budgetRuns: 500,
    conduct: withDecisions(() => ({ heedsRemoval: () => false })),
    aim: { actions: ['change-members'] },
  },
  {
    name: 'transfer-survives-step-down',
    source: 'etcd pull request 5809 and after: reset aborts a leader transfer',
    property: 'Every Client Gets Through',
    budgetRuns: 3000,
    conduct: withDecisions(() => {
      let transferee: MemberId = NONE;
      return {
        step: (raw, message) => {
          raw.step(message);
          if (raw.raft.leadTransferee !== NONE) transferee = raw.raft.leadTransferee;
          else if (raw.state === 'StateLeader') raw.raft.leadTransferee = transferee;
        },
      };
    }),
    aim: { actions: ['move-leader', 'crash', 'partition', 'pause'] },
  },
];
