import { jointIds } from '../../raft/quorum/joint.js';
import { majorityVote } from '../../raft/quorum/majority.js';
import { etcdRules } from '../../raft/rules.js';
import { type MemberId, NONE } from '../../raft/types.js';
import { type Mutant, withDecisions, withRules } from './mutant.js';

/**
 * A campaign that no pre-vote came before, of a member that nobody hears: it is ahead by a term and behind by some entries
 * when the leader goes for good, and its answer is all that tells the third of the term.
 */
const UNHEARD_CAMPAIGN = [
  { kind: 'fault', atMs: 490, action: 'partition', target: 'follower', forMs: 2000, options: { direction: 'out' } },
  { kind: 'fault', atMs: 500, action: 'move-leader', target: 'follower', forMs: 0, options: {} },
  ...[600, 650, 700].map((atMs) => ({ kind: 'client', atMs, client: 0, ask: 'put', key: 0 })),
  { kind: 'fault', atMs: 900, action: 'crash', target: 'leader', forMs: 0, options: {}, lasting: true },
];

/** Half of four are no majority, unless a vote that comes twice makes them one: then both halves have a leader. */
const TWO_HALVES = [
  ...['m1', 'm2', 'm3', 'm4'].map((target) => ({
    ...{ kind: 'fault', atMs: 0, action: 'message-duplication', target, forMs: 0 },
    options: { ratio: 0.5, delay: 50_000 },
  })),
  ...[
    ['m1', 'm3'],
    ['m1', 'm4'],
    ['m2', 'm3'],
    ['m2', 'm4'],
  ].map(([target, peer]) => ({
    ...{ kind: 'fault', atMs: 300, action: 'cut-link', target, forMs: 0 },
    options: { direction: 'both', peer },
  })),
];

/** Votes, terms, timeouts. */
export const electionMutants: readonly Mutant[] = [
  {
    name: 'vote-not-persisted',
    source: 'Raft paper, figure 2: votedFor is persistent state; etcd WAL state records',
    property: 'One Vote per Term',
    budgetRuns: 3000,
    conduct: withDecisions(() => ({
      hardStateToStore: (next, stored) => ({ ...next, vote: next.term === stored.term ? stored.vote : NONE }),
    })),
    aim: { settings: { preVote: false } },
  },
  {
    name: 'term-not-persisted',
    source: 'Raft paper, figure 2: currentTerm is persistent state',
    property: 'Monotone Term',
    budgetRuns: 500,
    conduct: withDecisions(() => ({
      hardStateToStore: (next, stored) => ({ ...next, term: stored.term, vote: stored.vote }),
    })),
  },
  {
    name: 'second-vote-in-a-term',
    source: 'Raft paper §5.2: first come, first served; LogCabin and others by test of "votedFor is null"',
    property: 'One Vote per Term',
    budgetRuns: 1000,
    conduct: withRules({ mayVote: () => true }),
  },
  {
    name: 'vote-without-log-check',
    source: 'Raft paper §5.4.1; the first bug of many student implementations',
    property: 'Leader Completeness',
    budgetRuns: 2000,
    conduct: withRules({ isLogNewEnough: () => true }),
  },
  {
    name: 'length-before-term',
    source:
      'Raft paper §5.4.1: the term of the last entries decides first; hashicorp/raft and others compared otherwise',
    property: 'Leader Completeness',
    budgetRuns: 6000,
    conduct: withRules({ isLogNewEnough: (raft, request) => request.index >= raft.log.lastIndex() }),
  },
  {
    name: 'duplicate-votes-counted',
    source: 'etcd-io/raft: votes are kept by voter, so that a message that comes twice counts once',
    property: 'Election Safety',
    budgetRuns: 3000,
    conduct: withDecisions(() => {
      const counted = new Set<string>();
      return {
        step: (raw, message) => {
          if (message.type !== 'MsgVoteResp' || message.reject || raw.state !== 'StateCandidate') {
            raw.step(message);
            return;
          }
          const key = `${message.term}/${message.from}`;
          const others = jointIds(raw.raft.tracker.configuration.voters).filter(
            (id) => id !== message.from && raw.raft.tracker.vote(id) === undefined,
          );
          const from = counted.has(key) ? (others[0] ?? message.from) : message.from;
          counted.add(key);
          raw.step({ ...message, from: from as MemberId });
        },
      };
    }),
    aim: {
      actions: ['message-duplication', 'crash', 'pause'],
      settings: { preVote: false, checkQuorum: true, voters: 4, spares: 0, electionTicks: 3, fsyncMs: 1, delayMs: 1 },
      sketch: TWO_HALVES,
    },
  },
  {
    name: 'stale-vote-replies-counted',
    source: 'Raft paper §5.1: a message of an old term is stale; redisraft and others took old votes',
    property: 'Election Safety',
    budgetRuns: 6000,
    conduct: withRules({ ignoresLowerTerm: (_raft, message) => message.type !== 'MsgVoteResp' }),
    aim: {
      actions: ['message-reordering', 'message-duplication', 'partition', 'cut-link', 'slow-disk'],
      settings: { preVote: false },
    },
  },
  {
    name: 'election-quorum-off-by-one',
    source: 'Raft paper §5.2: a majority of the full cluster; half of four is none',
    property: 'Election Safety',
    budgetRuns: 2000,
    conduct: withRules({
      electionResult: (raft) => {
        const { granted } = raft.tracker.tally();
        const { incoming } = raft.tracker.configuration.voters;
        return granted >= Math.max(1, incoming.length >> 1) ? 'VoteWon' : etcdRules.electionResult(raft);
      },
    }),
  },
  {
    name: 'joint-election-by-the-new-half',
    source: 'Raft paper §6: elections need separate majorities of both configurations',
    property: 'Election Safety',
    budgetRuns: 20_000,
    conduct: withRules({
      electionResult: (raft) => majorityVote(raft.tracker.configuration.voters.incoming, (id) => raft.tracker.vote(id)),
    }),
    aim: JOINT_AIM(),
  },
  {
    name: 'higher-term-not-followed',
    source: 'Raft paper §5.1: a server that sees a larger term updates its own',
    property: 'Leader Completeness',
    budgetRuns: 500,
    conduct: withRules({ yieldsToHigherTerm: () => false }),
  },
  {
    name: 'timeouts-not-randomised',
    source: 'Raft paper §5.2 and §9.3: without randomness elections split for ever',
    property: 'A Leader Stands',
    budgetRuns: 200,
    conduct: withDecisions(() => ({ electionTimeout: (electionTick) => electionTick })),
    aim: { settings: { voters: 5, delayMs: 150, jitterMs: 0, electionTicks: 10, preVote: false, tickMs: 100 } },
  },
  {
    name: 'lower-term-prevotes-not-answered',
    source: 'etcd issue 8501, pull request 8525: a PreVote of a lower term must be told the higher one',
    property: 'A Leader Stands',
    budgetRuns: 6000,
    conduct: withDecisions(() => ({
      step: (raw, message) => {
        if (message.type === 'MsgPreVote' && message.term < raw.term) return;
        if (message.type === 'MsgPreVoteResp' && message.reject) return;
        raw.step(message);
      },
    })),
    aim: {
      settings: { preVote: true, checkQuorum: true, voters: 3, spares: 0, clients: 2, delayMs: 10 },
      sketch: UNHEARD_CAMPAIGN,
    },
  },
  {
    name: 'check-quorum-wedge',
    source: 'etcd pull request 8288 and issue 5468: a member with a higher term that nobody may tell the leader of',
    property: 'A Leader Stands',
    budgetRuns: 3000,
    conduct: withDecisions(() => ({
      step: (raw, message) => {
        const isFromLeader = message.type === 'MsgHeartbeat' || message.type === 'MsgApp';
        if (isFromLeader && message.term < raw.term) return;
        raw.step(message);
      },
    })),
    aim: { settings: { checkQuorum: true } },
  },
];

/** Where joint configurations are: members are replaced, and leaders lost meanwhile. */
function JOINT_AIM() {
  return {
    settings: { spares: 2, voters: 3, preVote: false },
    actions: ['change-members', 'partition', 'crash', 'move-leader', 'cut-link'],
  } as const;
}
