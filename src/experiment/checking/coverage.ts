import type { InvariantEvent } from '../../checking/index.js';
import type { Member } from '../../etcd/index.js';

/** What one run reached. */
export interface RunCoverage {
  readonly leaders: number;
  readonly highestTerm: number;
  /** Terms in which several stood and none won. */
  readonly splitVotes: number;
  /** Times at which a leader did not know of a newer one. */
  readonly staleLeaders: number;
  readonly snapshots: number;
  /** Configurations beyond the first. */
  readonly configurations: number;
  readonly restarts: number;
  readonly operations: number;
  /** How often each fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  /** Numbers that stand for states of the protocol: see `ProtocolStates`. */
  readonly states: ReadonlySet<number>;
}

/** Counts along a run. */
export class CoverageMeter {
  private leaders = 0;
  private highestTerm = 0;
  private staleLeaders = 0;
  private snapshots = 0;
  private restarts = 0;
  private readonly configurations = new Set<number>();
  private readonly candidates = new Map<number, Set<string>>();
  private readonly won = new Set<number>();
  private readonly faults = new Map<string, number>();
  private readonly states = new Set<number>();
  operations = 0;

  heard(event: InvariantEvent, members: readonly Member[]): void {
    switch (event.kind) {
      case 'became-leader':
        this.leaders++;
        this.won.add(event.term);
        if (members.some(({ role, term, name }) => role === 'leader' && term < event.term && name !== event.member)) {
          this.staleLeaders++;
        }
        break;
      case 'term-changed':
        this.highestTerm = Math.max(this.highestTerm, event.term);
        break;
      case 'vote-persisted':
        if (event.candidate === event.member) {
          const own = this.candidates.get(event.term) ?? new Set();
          this.candidates.set(event.term, own.add(event.member));
        }
        break;
      case 'snapshot-installed':
        this.snapshots++;
        break;
      case 'restart':
        this.restarts++;
        break;
      case 'config-applied':
        if (event.index > 0) this.configurations.add(event.index);
        break;
      case 'log-append':
      case 'commit-advanced':
      case 'stepped-down':
      case 'crash':
        break;
      default:
        return;
    }
    this.states.add(protocolState(event.kind, members, this.configurations.size));
  }

  struck(action: string): void {
    this.faults.set(action, (this.faults.get(action) ?? 0) + 1);
  }

  result(): RunCoverage {
    let splitVotes = 0;
    for (const [term, own] of this.candidates) if (own.size > 1 && !this.won.has(term)) splitVotes++;
    return {
      leaders: this.leaders,
      highestTerm: this.highestTerm,
      splitVotes,
      staleLeaders: this.staleLeaders,
      snapshots: this.snapshots,
      configurations: this.configurations.size,
      restarts: this.restarts,
      operations: this.operations,
      faults: Object.fromEntries([...this.faults].sort(([a], [b]) => (a < b ? -1 : 1))),
      states: this.states,
    };
  }
}

/**
 * A number for where the protocol stands: each member's role, how far its term and its commit index lie behind the
 * furthest, how many configurations there were, and what has just happened.
 *
 * Names of members do not count: two states that differ by them alone are one.
 */
function protocolState(kind: string, members: readonly Member[], configurations: number): number {
  let highestTerm = 0;
  let highestCommit = 0;
  for (const { term, commitIndex } of members) {
    highestTerm = Math.max(highestTerm, term);
    highestCommit = Math.max(highestCommit, commitIndex);
  }
  const parts = members.map(({ role, term, commitIndex }) => {
    const behind = Math.min(3, highestTerm - term);
    const missing = Math.min(3, highestCommit - commitIndex);
    return ROLE_NUMBERS[role]! * 16 + behind * 4 + missing;
  });
  parts.sort((a, b) => a - b);
  let hash =
    Math.imul(configurations, 0x9e3779b1) ^ kind.length ^ (kind.charCodeAt(0) << 8) ^ (kind.charCodeAt(3) << 16);
  for (const part of parts) hash = Math.imul(hash ^ part, 0x01000193) ^ (hash >>> 15);
  return hash >>> 0;
}

const ROLE_NUMBERS: Readonly<Record<string, number>> = {
  down: 0,
  follower: 1,
  'pre-candidate': 2,
  candidate: 3,
  leader: 4,
  learner: 5,
};

/** What many runs reached together, for a report. */
export class CoverageReport {
  runs = 0;
  readonly runsWith = new Map<string, number>();
  readonly totals = new Map<string, number>();
  readonly faultRuns = new Map<string, number>();
  readonly states = new Set<number>();
  highestTerm = 0;

  /** @returns how many states were new */
  add(coverage: RunCoverage): number {
    this.runs++;
    this.highestTerm = Math.max(this.highestTerm, coverage.highestTerm);
    for (const name of COUNTED) {
      const count = coverage[name];
      this.totals.set(name, (this.totals.get(name) ?? 0) + count);
      if (count > 0) this.runsWith.set(name, (this.runsWith.get(name) ?? 0) + 1);
    }
    for (const action of Object.keys(coverage.faults)) {
      this.faultRuns.set(action, (this.faultRuns.get(action) ?? 0) + 1);
    }
    const before = this.states.size;
    for (const state of coverage.states) this.states.add(state);
    return this.states.size - before;
  }

  /** Plain, for JSON and tables. */
  summary(): CoverageSummary {
    return {
      runs: this.runs,
      highestTerm: this.highestTerm,
      states: this.states.size,
      reached: COUNTED.map((name) => ({
        name,
        total: this.totals.get(name) ?? 0,
        runs: this.runsWith.get(name) ?? 0,
      })),
      faults: [...this.faultRuns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, runs]) => ({ name, runs })),
    };
  }
}

const COUNTED = [
  'leaders',
  'splitVotes',
  'staleLeaders',
  'snapshots',
  'configurations',
  'restarts',
  'operations',
] as const;

export interface CoverageSummary {
  readonly runs: number;
  readonly highestTerm: number;
  /** Different states of the protocol. */
  readonly states: number;
  /** `runs`: those in which it happened at least once. */
  readonly reached: readonly {
    readonly name: (typeof COUNTED)[number];
    readonly total: number;
    readonly runs: number;
  }[];
  readonly faults: readonly { readonly name: string; readonly runs: number }[];
}
