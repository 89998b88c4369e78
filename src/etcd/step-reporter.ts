import type { RawNode } from '../raft/raw-node.js';
import type { ConfState, Entry, Ready, SoftState } from '../raft/types.js';
import type { ApplyObserver } from './applier.js';
import type { Member } from './member.js';
import type { StepObserver } from './observer.js';
import type { Lessor } from './storage/index.js';

/** Works out one process's steps for an observer. There is none without an observer. */
export class StepReporter implements ApplyObserver {
  private readonly member: Member;
  private readonly steps: StepObserver;
  private readonly raw: RawNode;
  private term: number;
  private commitIndex: number;
  /** The term that it leads; 0: none. */
  private ledTerm = 0;

  constructor(member: Member, steps: StepObserver, raw: RawNode) {
    this.member = member;
    this.steps = steps;
    this.raw = raw;
    this.term = raw.term;
    this.commitIndex = raw.appliedIndex;
  }

  started(confState: ConfState, appliedIndex: number, isRestart: boolean): void {
    if (isRestart) this.steps.restarted(this.member, this.term, appliedIndex);
    this.configured(appliedIndex, confState);
    this.turned();
  }

  /** Raft has done something: its term or commit index may have changed. */
  turned(): void {
    const { raw } = this;
    if (raw.term !== this.term) {
      this.term = raw.term;
      this.steps.termChanged(this.member, raw.term);
    }
    if (raw.commitIndex === this.commitIndex) return;
    this.commitIndex = raw.commitIndex;
    this.steps.committed(this.member, raw.commitIndex, raw.raft.log.termOrZero(raw.commitIndex));
  }

  leadership(soft: SoftState): void {
    this.turned();
    if (soft.raftState === 'StateLeader') {
      if (this.ledTerm === this.raw.term) return;
      this.ledTerm = this.raw.term;
      this.steps.becameLeader(this.member, this.ledTerm);
    } else if (this.ledTerm !== 0) {
      this.ledTerm = 0;
      this.steps.steppedDown(this.member);
    }
  }

  saved({ snapshot, hardState, entries }: Ready): void {
    if (snapshot !== undefined) this.steps.snapshotStored(this.member, snapshot);
    if (hardState !== undefined) this.steps.hardStateStored(this.member, hardState);
    if (entries.length > 0) this.steps.entriesStored(this.member, entries);
  }

  configured(index: number, confState: ConfState): void {
    this.steps.configured(this.member, index, confState);
  }

  applied(entry: Entry): void {
    this.turned();
    this.steps.applied(this.member, entry);
  }

  hashed(revision: number, hash: number): void {
    this.steps.hashed(this.member, revision, hash);
  }

  leaseCheckpointed(leaseId: number, remainingTtlSec: number): void {
    this.steps.leaseCheckpointed(this.member, leaseId, remainingTtlSec);
  }

  /** @param fromUs when their time begins to run out */
  leasesStarted(lessor: Lessor, fromUs: number): void {
    for (const { leaseId, ttlSec } of lessor.all()) {
      const givenSec = (lessor.remainingUs(leaseId, fromUs) ?? 0) / 1e6;
      this.steps.leaseStarted(this.member, leaseId, { ttlSec, givenSec });
    }
  }

  acknowledged(entry: Entry): void {
    this.steps.acknowledged(this.member, entry);
  }
}
