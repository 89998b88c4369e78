import {
  EntryDigests,
  type Invariant,
  type InvariantEvent,
  type MemberEvent,
  SafetyMonitor,
} from '../../checking/index.js';
import type { Member, StepObserver } from '../../etcd/index.js';
import type { ConfState, Entry, HardState, MemberId } from '../../raft/types.js';
import { NONE } from '../../raft/types.js';

/** Passes members' steps on to the invariants, and to whoever wants to see them too. */
export class StepMonitor implements StepObserver {
  readonly safety: SafetyMonitor;
  private readonly digests = new EntryDigests();
  private readonly nameOf: (id: MemberId) => string;
  private readonly nowUs: () => number;
  private readonly heard: ((event: InvariantEvent) => void) | undefined;

  /** @param heard after the invariants have passed an event */
  constructor(
    invariants: readonly Invariant[],
    nameOf: (id: MemberId) => string,
    nowUs: () => number,
    heard?: (event: InvariantEvent) => void,
  ) {
    this.safety = new SafetyMonitor(invariants, 'throw');
    this.nameOf = nameOf;
    this.nowUs = nowUs;
    this.heard = heard;
  }

  configured(member: Member, index: number, config: ConfState): void {
    const names = (ids: readonly MemberId[]): string[] => ids.map(this.nameOf);
    const voters = { voters: names(config.voters), votersOutgoing: names(config.votersOutgoing) };
    this.tell(member, { kind: 'config-applied', index, config: voters });
  }

  termChanged(member: Member, term: number): void {
    this.tell(member, { kind: 'term-changed', term });
  }

  becameLeader(member: Member, term: number): void {
    this.tell(member, { kind: 'became-leader', term });
  }

  steppedDown(member: Member): void {
    this.tell(member, { kind: 'stepped-down' });
  }

  snapshotStored(member: Member, { index, term }: { readonly index: number; readonly term: number }): void {
    this.tell(member, { kind: 'snapshot-installed', index, term });
  }

  hardStateStored(member: Member, { term, vote }: HardState): void {
    this.tell(member, {
      kind: 'vote-persisted',
      term,
      candidate: vote === NONE ? undefined : this.nameOf(vote),
    });
  }

  entriesStored(member: Member, entries: readonly Entry[]): void {
    this.tell(member, { kind: 'log-append', entries: entries.map((entry) => this.digests.mark(entry)) });
  }

  committed(member: Member, index: number, entryTerm: number): void {
    this.tell(member, { kind: 'commit-advanced', index, entryTerm });
  }

  applied(member: Member, entry: Entry): void {
    this.tell(member, { kind: 'applied', entry: this.digests.mark(entry) });
  }

  hashed(member: Member, revision: number, hash: number): void {
    this.tell(member, { kind: 'kv-hash', revision, hash });
  }

  acknowledged(member: Member, { index, term }: Entry): void {
    this.tell(member, { kind: 'acknowledged', index, term });
  }

  leaseCheckpointed(member: Member, leaseId: number, remainingSec: number): void {
    this.tell(member, { kind: 'lease-checkpointed', leaseId, remainingSec });
  }

  leaseStarted(member: Member, leaseId: number, times: { readonly ttlSec: number; readonly givenSec: number }): void {
    this.tell(member, { kind: 'lease-started', leaseId, ...times });
  }

  crashed(member: Member): void {
    this.tell(member, { kind: 'crash' });
  }

  restarted(member: Member, term: number, appliedIndex: number): void {
    this.tell(member, { kind: 'restart', term, appliedIndex });
  }

  private tell(member: Member, event: MemberEvent): void {
    const full: InvariantEvent = { atUs: this.nowUs(), member: member.name, ...event };
    this.safety.observe(full);
    this.heard?.(full);
  }
}
