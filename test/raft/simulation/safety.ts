import type { Entry, MemberId } from '../../../src/raft/types.js';
import type { SimMember } from './sim-member.js';

/** Raft's five safety properties, watched over all members while they run. Source: Raft paper, figure 3. */
export class Safety {
  private readonly leaders = new Map<number, MemberId>();
  private readonly leaderEnds = new Map<number, { index: number; term: number }>();
  private readonly entries = new Map<string, string>();
  private readonly applied = new Map<number, string>();
  /** By index: the entry's term, and the lowest term in which somebody knew it committed. */
  private readonly committed = new Map<number, { term: number; knownIn: number }>();
  maxCommitted = 0;
  elections = 0;

  /** @throws Error with the property's name */
  check(member: SimMember): void {
    const { raw } = member;
    if (raw.state === 'StateLeader') this.checkLeader(member);
    this.checkLog(member);
    this.noteCommitted(member);
  }

  checkApplied(member: SimMember, entry: Entry): void {
    const content = contentOf(entry);
    const before = this.applied.get(entry.index) ?? content;
    if (before !== content) violated('State Machine Safety', `${member.id} applied ${content}, others ${before}`);
    this.applied.set(entry.index, content);
  }

  private checkLeader({ id, raw }: SimMember): void {
    const { term, lastIndex } = raw;
    const { log } = raw.raft;
    const other = this.leaders.get(term);
    if (other === undefined) {
      this.leaders.set(term, id);
      this.elections++;
      for (const [index, entry] of this.committed) {
        if (entry.knownIn >= term || index < log.firstIndex()) continue;
        if (!log.matches(index, entry.term)) {
          violated('Leader Completeness', `leader ${id} of term ${term} lacks ${entry.term}/${index}`);
        }
      }
    } else if (other !== id) {
      violated('Election Safety', `term ${term} has two leaders: ${other} and ${id}`);
    }
    const end = this.leaderEnds.get(term);
    if (
      end !== undefined &&
      (lastIndex < end.index || (end.index >= log.firstIndex() && !log.matches(end.index, end.term)))
    ) {
      violated('Leader Append-Only', `leader ${id} of term ${term} no longer holds ${end.term}/${end.index}`);
    }
    this.leaderEnds.set(term, { index: lastIndex, term: log.lastTerm() });
  }

  private checkLog({ id, raw }: SimMember): void {
    const { log } = raw.raft;
    const first = log.firstIndex();
    let previous = log.termOrZero(first - 1);
    for (const entry of log.slice(first, log.lastIndex() + 1, Number.POSITIVE_INFINITY) as readonly Entry[]) {
      const place = `${entry.term}/${entry.index}`;
      const content = `${contentOf(entry)} behind term ${previous}`;
      const before = this.entries.get(place) ?? content;
      if (before !== content) violated('Log Matching', `${place} is ${before}, at ${id} ${content}`);
      this.entries.set(place, content);
      previous = entry.term;
    }
  }

  private noteCommitted({ raw }: SimMember): void {
    const { log } = raw.raft;
    for (let index = Math.max(log.firstIndex(), 1); index <= log.committed; index++) {
      const term = log.termOrZero(index);
      const known = this.committed.get(index);
      if (known !== undefined && known.term !== term) {
        violated('State Machine Safety', `index ${index} is committed in terms ${known.term} and ${term}`);
      }
      this.committed.set(index, { term, knownIn: Math.min(raw.term, known?.knownIn ?? raw.term) });
    }
    this.maxCommitted = Math.max(this.maxCommitted, log.committed);
  }
}

function contentOf(entry: Entry): string {
  return `${entry.term} ${entry.type} ${String(entry.data)} ${JSON.stringify(entry.confChange?.changes)}`;
}

function violated(property: string, how: string): never {
  throw new Error(`violated: ${property}: ${how}`);
}
