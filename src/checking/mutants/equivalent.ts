import { etcdRules } from '../../raft/rules.js';
import { type Mutant, withDecisions, withRules } from './mutant.js';
import { CHECKPOINT_US } from './service.js';

/** Changes that are no bugs: a check that complains of one of these is wrong itself. */
export const equivalentMutants: readonly Mutant[] = [
  {
    name: 'log-check-in-other-words',
    source: 'Raft paper §5.4.1, written out',
    property: 'none: compares terms, then lengths, as before',
    budgetRuns: 300,
    equivalent: true,
    conduct: withRules({
      isLogNewEnough: ({ log }, { index, logTerm }) =>
        logTerm > log.lastTerm() || (logTerm === log.lastTerm() && index >= log.lastIndex()),
    }),
  },
  {
    name: 'snapshot-to-an-inactive-peer',
    source: 'etcd-io/raft sends snapshots to active peers only, to spare work',
    property: 'none: an undelivered snapshot is reported and sent again',
    budgetRuns: 300,
    equivalent: true,
    conduct: withRules({ maySendSnapshot: () => true }),
  },
  {
    name: 'longer-election-timeouts',
    source: 'Raft paper §5.6: any timeout far above the round trip',
    property: 'none: elections take longer',
    budgetRuns: 300,
    equivalent: true,
    conduct: withDecisions(() => ({ electionTimeout: (electionTick, drawn) => drawn + electionTick })),
  },
  {
    name: 'transfer-to-a-member-that-lags',
    source: 'Raft thesis §3.10: a target that lags loses its election',
    property: 'none: the vote checks its log, and the transfer ends after a timeout',
    budgetRuns: 300,
    equivalent: true,
    conduct: withRules({ mayTakeOver: () => true }),
  },
  {
    name: 'read-contexts-counted',
    source: 'etcd: request ids from a counter',
    property: 'none: each is still unique within its process',
    budgetRuns: 300,
    equivalent: true,
    conduct: withDecisions(() => ({ readContext: () => ({ read: true }) })),
  },
  {
    name: 'leases-checkpointed',
    source: 'etcd --experimental-enable-lease-checkpoint',
    property: 'none: leases go on where they were',
    budgetRuns: 300,
    equivalent: true,
    conduct: withDecisions(() => ({ leaseCheckpointUs: CHECKPOINT_US })),
    aim: { asks: ['lease', 'idle-lease', 'put'] },
  },
  {
    name: 'commit-checked-twice',
    source: 'Raft paper §5.4.2, asked a second time',
    property: 'none: the same answer twice',
    budgetRuns: 300,
    equivalent: true,
    conduct: withRules({
      mayCommit: (raft, index) => etcdRules.mayCommit(raft, index) && raft.log.termOrZero(index) === raft.term,
    }),
  },
];
