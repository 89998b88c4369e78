import type { Operation } from '../client/index.js';
import type { Member } from '../etcd/index.js';
import type { RaftState } from '../raft/types.js';

interface Struck {
  readonly timeUs: number;
  /** Highest term of any member at that moment. */
  readonly term: number;
}

/**
 * What follows the last fault that struck: the election, and what those see who ask only after it.
 *
 * `new_leader`: the first member that is elected. `leader_known`: all running members follow one leader of a newer term.
 * `step_downs`: leaders that gave up, without being killed. `successes`, `errors`: of calls begun after the fault.
 * A vote is split, or refused because a voter still trusts the old leader, where `terms_to_leader` exceeds 1.
 */
export class Aftermath {
  private readonly members: () => readonly Member[];
  private struck: Struck | undefined;
  private readonly figures = new Map<string, { readonly unit: string; readonly value: number }>();
  private readonly operations = { succeeded: 0, failed: 0 };
  private stepDowns = 0;
  /** Who leads, by name, and in which of its processes. */
  private readonly leading = new Map<string, number>();
  private firstSuccessUs = Number.POSITIVE_INFINITY;

  constructor(members: () => readonly Member[]) {
    this.members = members;
  }

  /** A fault strikes now. What the one before it led to is forgotten. */
  strike(nowUs: number): void {
    this.struck = { timeUs: nowUs, term: Math.max(...this.members().map(({ term }) => term)) };
    this.figures.clear();
    this.operations.succeeded = 0;
    this.operations.failed = 0;
    this.firstSuccessUs = Number.POSITIVE_INFINITY;
    this.stepDowns = 0;
    this.leading.clear();
    for (const member of this.members()) if (member.role === 'leader') this.lead(member);
  }

  /** A member's role, or the leader it knows of, has changed. */
  leadership(nowUs: number, member: Member, state: RaftState): void {
    const { struck } = this;
    if (struck === undefined) return;
    const sinceMs = (nowUs - struck.timeUs) / 1000;
    if (state === 'StateLeader') this.lead(member);
    else if (this.leading.get(member.name) === member.incarnations.length) {
      this.leading.delete(member.name);
      this.stepDowns++;
    }
    if (state === 'StateCandidate' || state === 'StatePreCandidate') this.first('first_candidate', 'ms', sinceMs);
    if (member.term <= struck.term) return;
    if (state === 'StateLeader') {
      this.first('new_leader', 'ms', sinceMs);
      this.first('terms_to_leader', 'count', member.term - struck.term);
    }
    if (this.isKnown()) this.first('leader_known', 'ms', sinceMs);
  }

  /** A client's call has ended. */
  finished({ invokedUs, returnedUs, outcome }: Operation): void {
    if (this.struck === undefined || invokedUs < this.struck.timeUs) return;
    if (outcome.kind === 'error') {
      this.operations.failed++;
      return;
    }
    this.operations.succeeded++;
    if (returnedUs < this.firstSuccessUs) this.firstSuccessUs = returnedUs;
  }

  /** Nothing where no fault struck; what never came to pass is left out. */
  report(report: (metric: string, unit: string, value: number) => void): void {
    if (this.struck === undefined) return;
    for (const [name, { unit, value }] of this.figures) report(`after_fault_${name}`, unit, value);
    report('after_fault_step_downs', 'count', this.stepDowns);
    report('after_fault_successes', 'count', this.operations.succeeded);
    report('after_fault_errors', 'count', this.operations.failed);
    if (this.operations.succeeded > 0) {
      report('after_fault_first_success', 'ms', (this.firstSuccessUs - this.struck.timeUs) / 1000);
    }
  }

  private lead({ name, incarnations }: Member): void {
    this.leading.set(name, incarnations.length);
  }

  private first(name: string, unit: string, value: number): void {
    if (!this.figures.has(name)) this.figures.set(name, { unit, value });
  }

  private isKnown(): boolean {
    const running = this.members().filter(({ up }) => up);
    const leader = running.find(({ role, term }) => role === 'leader' && term > this.struck!.term);
    return leader !== undefined && running.every((member) => member.leader === leader.name);
  }
}
