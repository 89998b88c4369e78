import type { EntryMark, InvariantEvent, VoterSet } from './event.js';
import { EMPTY_LOG_HASH, LogView, logHash } from './log-view.js';
import { describeVoters } from './quorum.js';

/** What is known of one member. Its log is the durable one. */
export interface MemberView {
  readonly name: string;
  readonly log: LogView;
  isUp: boolean;
  /** In memory, and as on disk. */
  term: number;
  durableTerm: number;
  /** The term it leads; undefined = none. */
  leads: number | undefined;
  commitIndex: number;
  appliedIndex: number;
  /** Of the last snapshot on its disk. It becomes the state behind what was to be applied before. */
  snapshotIndex: number;
}

/** A prefix of all logs that a member once held, by its last entry. */
interface Prefix {
  readonly hash: number;
  readonly member: string;
}

/**
 * The cluster as the events tell it: one for all invariants, so that each only has to look.
 *
 * It keeps a term and a hash an entry and member, and lets nothing go: some ten bytes an entry, for runs of minutes.
 */
export class ClusterView {
  private readonly members = new Map<string, MemberView>();
  /** By index, then by term: the first log that had such an entry. */
  private readonly prefixes: (Map<number, Prefix> | undefined)[] = [];
  /** What is committed, for certain and for ever: as the first member told that committed it. */
  readonly committed = new LogView();
  /** Every configuration that counted, in the order of their indexes. */
  readonly configs: { readonly index: number; readonly config: VoterSet; readonly member: string }[] = [];

  member(name: string): MemberView {
    let view = this.members.get(name);
    if (view === undefined) {
      view = {
        name,
        log: new LogView(),
        isUp: true,
        term: 0,
        durableTerm: 0,
        leads: undefined,
        commitIndex: 0,
        appliedIndex: 0,
        snapshotIndex: 0,
      };
      this.members.set(name, view);
    }
    return view;
  }

  /** The log that first had an entry of this index and term; undefined if none has. */
  prefix(index: number, term: number): Prefix | undefined {
    return this.prefixes[index]?.get(term);
  }

  takeIn(event: InvariantEvent): void {
    const member = this.member(event.member);
    switch (event.kind) {
      case 'became-leader':
        member.leads = event.term;
        return;
      case 'stepped-down':
        member.leads = undefined;
        return;
      case 'term-changed':
        member.term = event.term;
        return;
      case 'vote-persisted':
        member.durableTerm = event.term;
        return;
      case 'log-append':
        for (const entry of event.entries) this.append(member, entry);
        return;
      case 'truncated':
        member.log.truncateFrom(event.fromIndex);
        return;
      case 'commit-advanced':
        member.commitIndex = event.index;
        this.commit(event.index, event.entryTerm);
        return;
      case 'applied':
        member.appliedIndex = event.entry.index;
        return;
      case 'config-applied':
        this.configure(event.index, event.config, event.member);
        return;
      case 'snapshot-installed': {
        const { index, term } = event;
        const hash = this.prefix(index, term)?.hash ?? logHash(EMPTY_LOG_HASH, term, index);
        member.log.restart({ index, term, hash });
        member.snapshotIndex = index;
        return;
      }
      case 'crash':
        member.isUp = false;
        member.leads = undefined;
        return;
      case 'restart':
        member.isUp = true;
        member.term = event.term;
        member.commitIndex = 0;
        member.appliedIndex = event.appliedIndex;
        return;
      case 'lease-checkpointed':
      case 'lease-started':
      case 'acknowledged':
      case 'kv-hash':
        return;
    }
  }

  private append(member: MemberView, entry: EntryMark): void {
    if (!member.log.append(entry)) return;
    const hash = member.log.hashAt(entry.index);
    if (hash === undefined) return;
    let here = this.prefixes[entry.index];
    if (here === undefined) {
      here = new Map();
      this.prefixes[entry.index] = here;
    }
    if (!here.has(entry.term)) here.set(entry.term, { hash, member: member.name });
  }

  /** Follows the log of a member that has the newly committed entry. */
  private commit(index: number, term: number): void {
    const { committed } = this;
    if (index <= committed.lastIndex) return;
    const hash = this.prefix(index, term)?.hash;
    if (hash !== undefined) committed.restart({ index, term, hash });
  }

  /** A snapshot holds a configuration that an earlier entry made: that is no further one. */
  private configure(index: number, config: VoterSet, member: string): void {
    const { configs } = this;
    let at = configs.length;
    while (at > 0 && configs[at - 1]!.index > index) at--;
    const before = configs[at - 1];
    const after = configs[at];
    if (before !== undefined && (before.index === index || isSame(before.config, config))) return;
    if (after !== undefined && isSame(after.config, config)) configs[at] = { ...after, index };
    else configs.splice(at, 0, { index, config, member });
  }
}

function isSame(a: VoterSet, b: VoterSet): boolean {
  return describeVoters(a) === describeVoters(b);
}
