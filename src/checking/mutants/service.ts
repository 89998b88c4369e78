import type { WatchResponse } from '../../api/index.js';
import { type Mutant, withDecisions, withRules } from './mutant.js';

const READS = ['put', 'get', 'get', 'get-all'];
/** Idle leases of a check live six seconds. */
export const CHECKPOINT_US = 1_100_000;
const WATCHES = ['put', 'put', 'delete', 'create', 'watch', 'rewatch'];

/** What clients see: reads, leases, watches, and which member they ask. */
export const serviceMutants: readonly Mutant[] = [
  {
    name: 'reads-served-locally',
    source: 'Jepsen: etcd 0.4.1 and Consul, 2014: reads from a local state',
    property: 'Linearizability',
    budgetRuns: 1000,
    conduct: withDecisions(() => ({ confirmsReads: () => false })),
    aim: { asks: READS },
  },
  {
    name: 'leader-reads-served-locally',
    source: 'Jepsen: etcd 0.4.1, 2014: a deposed leader answers from its own state',
    property: 'Linearizability',
    budgetRuns: 2000,
    conduct: withDecisions(() => ({ confirmsReads: (leads) => !leads })),
    aim: { asks: READS },
  },
  {
    name: 'read-index-before-the-first-commit',
    source: 'Raft thesis §6.4, step 1; etcd issue 7331',
    property: 'Linearizability',
    budgetRuns: 20_000,
    conduct: withRules({ mayAnswerReads: () => true }),
    aim: { asks: READS },
  },
  {
    name: 'read-confirmed-by-one-answer',
    source: 'Raft thesis §6.4, step 3: a majority must answer the heartbeat',
    property: 'Linearizability',
    budgetRuns: 2000,
    conduct: withRules({ confirmedReads: () => Number.POSITIVE_INFINITY }),
    aim: {
      asks: READS,
      actions: ['cut-link'],
      settings: { voters: 5, spares: 0, preVote: false, checkQuorum: false, electionTicks: 3 },
    },
  },
  {
    name: 'duplicated-read-context',
    source: 'etcd-io/raft ReadIndex: the context must be unique; etcd issue 9563',
    property: 'Linearizability',
    budgetRuns: 20_000,
    conduct: withDecisions(() => ({ readContext: () => 'read' })),
    aim: { asks: READS, actions: ['message-reordering', 'message-duplication', 'pause', 'partition', 'cut-link'] },
  },
  {
    name: 'lease-reads-on-a-paused-leader',
    source: 'Raft thesis §6.4.1: leases trust the clocks; etcd docs on ReadOnlyLeaseBased',
    property: 'Linearizability',
    budgetRuns: 6000,
    conduct: withDecisions(() => ({ readOnlyOption: 'lease-based' })),
    aim: {
      asks: READS,
      settings: { checkQuorum: true, electionTicks: 3 },
      actions: ['pause', 'clock-drift', 'partition'],
    },
  },
  {
    name: 'stale-leader-revokes-leases',
    source: 'etcd issue 15247: a leader that was stuck wakes up without its term and revokes all leases',
    property: 'Lease Lives Its Time',
    budgetRuns: 10_000,
    conduct: withDecisions(() => ({ confirmsBeforeRevoking: () => false })),
    aim: {
      asks: ['lease', 'put'],
      actions: ['pause'],
      settings: { voters: 3, spares: 0, electionTicks: 3, checkQuorum: true },
      sketch: [
        { kind: 'client', atMs: 160, client: 0, ask: 'lease', key: 0 },
        { kind: 'fault', atMs: 300, action: 'pause', target: 'leader', forMs: 1200, options: {} },
      ],
    },
  },
  {
    name: 'checkpoints-lost-on-a-leader-change',
    source: 'etcd pull request 13508: the remaining time of leases was lost although checkpoints were on',
    property: 'Lease Keeps Its Checkpoint',
    budgetRuns: 2000,
    conduct: withDecisions(() => ({ leaseCheckpointUs: CHECKPOINT_US, keepsCheckpoints: () => false })),
    aim: { asks: ['idle-lease', 'put'], actions: ['move-leader', 'crash'] },
  },
  {
    name: 'lessor-never-demoted',
    source: 'etcd lease/lessor.go, Demote: only the leader may let the time of leases run',
    property: 'Lease Lives Its Time',
    budgetRuns: 2000,
    conduct: withDecisions(() => ({ demotesLessor: () => false, confirmsBeforeRevoking: () => false })),
    aim: { asks: ['lease', 'lease', 'put'], actions: ['move-leader', 'pause', 'partition'] },
  },
  {
    name: 'watch-loses-events',
    source: 'etcd issue 15220 and others: events between two batches lost',
    property: 'Watch Reliable',
    budgetRuns: 200,
    conduct: withDecisions(() => everyThird((response) => (response.kind === 'watch-events' ? [] : [response]))),
    aim: { asks: WATCHES },
  },
  {
    name: 'watch-repeats-events',
    source: 'etcd issue 11888 and others: a synced watcher served from the history again',
    property: 'Watch Unique',
    budgetRuns: 200,
    conduct: withDecisions(() => everyThird((response) => [response, response])),
    aim: { asks: WATCHES },
  },
  {
    name: 'watch-reorders-events',
    source: 'etcd robustness tests: watch events come in the order of their revisions',
    property: 'Watch Ordered',
    budgetRuns: 200,
    conduct: withDecisions(() => {
      let held: WatchResponse | undefined;
      return {
        watchResponses: (response) => {
          if (response.kind !== 'watch-events') return [response];
          if (held === undefined) {
            held = response;
            return [];
          }
          const both = [response, held];
          held = undefined;
          return both;
        },
      };
    }),
    aim: { asks: WATCHES, settings: { clients: 1 } },
  },
  {
    name: 'client-pinned-to-a-partitioned-member',
    source: 'etcd issue 9212 and clientv3 before 3.4: a balancer that stays with an endpoint that nobody else reaches',
    property: 'Every Client Gets Through',
    budgetRuns: 3000,
    client: { pick: (before, offered) => before ?? offered },
    aim: { actions: ['partition'], settings: { voters: 3, spares: 0 } },
  },
  {
    name: 'leader-hint-never-invalidated',
    source: 'clients that cache the leader of the first answer; etcd issue 22268',
    property: 'Every Client Gets Through',
    budgetRuns: 3000,
    client: {
      pick: (before, offered) => before ?? offered,
      heard: (before, leader) => (before === undefined ? leader : undefined),
    },
    aim: { actions: ['partition', 'crash'], settings: { voters: 3, spares: 0, balancer: 'round-robin' } },
  },
];

/** Every third response of a process goes through `spoil`. */
function everyThird(spoil: (response: WatchResponse) => readonly WatchResponse[]) {
  let count = 0;
  return {
    watchResponses: (response: WatchResponse): readonly WatchResponse[] => {
      if (response.kind !== 'watch-events') return [response];
      return ++count % 3 === 0 ? spoil(response) : [response];
    },
  };
}
