import { defaultRaftConfig } from '../../../src/raft/config.js';
import { MemoryStorage } from '../../../src/raft/memory-storage.js';
import { RawNode } from '../../../src/raft/raw-node.js';
import type { RaftRules } from '../../../src/raft/rules.js';
import type {
  ConfState,
  Entry,
  HardState,
  MemberId,
  Message,
  ReadState,
  Ready,
  Snapshot,
  Storage,
} from '../../../src/raft/types.js';

export interface MemberOptions {
  readonly asyncStorageWrites: boolean;
  readonly rules: RaftRules;
}

/** What a disk holds: written, and for the part before the last sync, safe. */
interface Disk {
  readonly hardState: HardState;
  readonly snapshot: Snapshot;
  /** Behind the last compaction, which may lie before the snapshot. */
  readonly entries: readonly Entry[];
}

/** One member with a disk that forgets, at a crash, what was not synced. */
export class SimMember {
  readonly id: MemberId;
  raw: RawNode;
  /** Messages to send. */
  outbox: Message[] = [];
  readonly reads: ReadState[] = [];
  /** Called with each entry that the state machine takes. */
  onApply: (entry: Entry) => void = () => {};
  private readonly options: MemberOptions;
  private storage: MemoryStorage;
  private written: Disk;
  private synced: Disk;
  /** Of all that is applied: what a leader sends to who needs it. */
  private latest: Snapshot;
  private appendWork: Message[] = [];
  private applyWork: Message[] = [];
  private chance: number;

  constructor(id: MemberId, start: Snapshot, options: MemberOptions) {
    this.id = id;
    this.chance = id * 7919;
    this.options = options;
    this.written = { hardState: { term: 0, vote: 0 as MemberId, commit: start.index }, snapshot: start, entries: [] };
    this.synced = this.written;
    this.latest = start;
    this.storage = new MemoryStorage();
    this.raw = this.boot();
  }

  get appliedConfState(): ConfState {
    return this.latest.confState;
  }

  /** Comes up from what was synced; returns how many written entries that lost. */
  crash(): number {
    const lost = this.written.entries.filter((entry) => !this.synced.entries.includes(entry)).length;
    this.written = this.synced;
    this.outbox = [];
    this.appendWork = [];
    this.applyWork = [];
    this.raw = this.boot();
    return lost;
  }

  /** Handles a Ready: all of it, or only what is to be done before the disk is asked (and then the power goes). */
  handleReady(until: 'done' | 'power-cut' = 'done'): void {
    if (!this.raw.hasReady()) return;
    const ready = this.raw.ready();
    this.reads.push(...ready.readStates);
    if (this.options.asyncStorageWrites) {
      for (const message of ready.messages) {
        if (message.type === 'MsgStorageAppend') this.appendWork.push(message);
        else if (message.type === 'MsgStorageApply') this.applyWork.push(message);
        else this.outbox.push(message);
      }
      return;
    }
    if (until === 'power-cut') {
      // A leader may send entries while it writes them.
      this.outbox.push(...ready.messages.filter((message) => message.type === 'MsgApp'));
      return;
    }
    this.store(ready.hardState, ready.snapshot, ready.entries, ready.mustSync);
    this.outbox.push(...ready.messages);
    this.apply(ready);
    this.raw.advance();
  }

  /** The append thread does its next piece of work. */
  stepAppendThread(): void {
    const work = this.appendWork.shift();
    if (work === undefined) return;
    const { term, vote, commit, snapshot, entries } = work;
    const hardState = term === 0 && vote === 0 && commit === 0 ? undefined : { term, vote, commit };
    const { hardState: before } = this.written;
    const mustSync = entries.length > 0 || (hardState !== undefined && (term !== before.term || vote !== before.vote));
    this.store(hardState, snapshot, entries, mustSync);
    this.respond(work);
  }

  stepApplyThread(): void {
    const work = this.applyWork.shift();
    if (work === undefined) return;
    this.apply({ committedEntries: work.entries });
    this.respond(work);
  }

  /** Keeps a snapshot of what is applied, and only the last few entries. */
  compact(keep: number): void {
    const { index, confState } = this.latest;
    if (index <= this.written.snapshot.index || index > this.raw.appliedIndex) return;
    const snapshot = this.storage.createSnapshot(index, { confState });
    const upTo = index - keep;
    if (upTo >= this.storage.firstIndex()) this.storage.compact(upTo);
    // A member that comes up begins at its snapshot, so its disk needs nothing from before.
    const entries = this.written.entries.filter((entry) => entry.index > index);
    this.written = { ...this.written, snapshot, entries };
    this.synced = this.written;
  }

  private respond(work: Message): void {
    for (const response of work.responses) {
      if (response.to === this.id) this.raw.step(response);
      else this.outbox.push(response);
    }
  }

  private store(
    hardState: HardState | undefined,
    snapshot: Snapshot | undefined,
    entries: readonly Entry[],
    mustSync: boolean,
  ): void {
    let next = this.written;
    if (hardState !== undefined) {
      this.storage.setHardState(hardState);
      next = { ...next, hardState };
    }
    if (snapshot !== undefined) {
      this.storage.applySnapshot(snapshot);
      this.latest = snapshot;
      next = { ...next, snapshot, entries: [] };
    }
    if (entries.length > 0) {
      this.storage.append(entries);
      const kept = next.entries.filter((entry) => entry.index < entries[0]!.index);
      next = { ...next, entries: [...kept, ...entries] };
    }
    this.written = next;
    if (mustSync || snapshot !== undefined) this.synced = next;
  }

  private apply({ committedEntries }: Pick<Ready, 'committedEntries'>): void {
    for (const entry of committedEntries) {
      let { confState } = this.latest;
      if (entry.confChange !== undefined) confState = this.raw.applyConfChange(entry.confChange);
      this.latest = { ...this.latest, index: entry.index, term: entry.term, confState };
      this.onApply(entry);
    }
  }

  private boot(): RawNode {
    const { hardState, snapshot, entries } = this.written;
    this.storage = new MemoryStorage();
    this.storage.applySnapshot(snapshot);
    this.storage.append(entries);
    // The commit index is written lazily; a snapshot proves what it covers.
    this.storage.setHardState({ ...hardState, commit: Math.max(hardState.commit, snapshot.index) });
    this.latest = snapshot;
    return new RawNode(
      defaultRaftConfig(this.id, this.servingLatest(), {
        ...this.options,
        electionTick: 5,
        // A removed leader that stays would hold the others up; a member of etcd's stops by itself.
        stepDownOnRemoval: true,
        maxInflightMsgs: 4,
        maxSizePerMsg: 64,
        maxCommittedSizePerReady: 64,
        applied: snapshot.index,
        drawElectionTimeout: () => 5 + this.draw(5),
      }),
    );
  }

  /** The storage, but that it gives the newest snapshot there could be, as etcd does. */
  private servingLatest(): Storage {
    const { storage } = this;
    return {
      initialState: () => storage.initialState(),
      entries: (lo, hi, maxBytes) => storage.entries(lo, hi, maxBytes),
      term: (index) => storage.term(index),
      lastIndex: () => storage.lastIndex(),
      firstIndex: () => storage.firstIndex(),
      snapshot: () => this.latest,
      attach: (owner) => storage.attach(owner),
    };
  }

  /** 0 to below - 1, of this member's own: equal draws would make votes split for ever. */
  private draw(below: number): number {
    this.chance = (this.chance * 1_103_515_245 + 12_345) % 0x80000000;
    return Math.floor(this.chance / 65_536) % below;
  }
}
