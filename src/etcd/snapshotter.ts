import type { MemoryStorage } from '../raft/memory-storage.js';
import type { ConfState, Message } from '../raft/types.js';
import type { Applier, StateSnapshot } from './applier.js';
import type { RaftSettings } from './config.js';
import type { RaftDriver } from './raft-driver.js';
import type { Lessor, MvccStore } from './storage/index.js';

/** Whose state is kept, and where. */
export interface SnapshotSource {
  readonly store: MvccStore;
  readonly lessor: Lessor;
  readonly applier: Applier;
  readonly driver: RaftDriver;
  readonly storage: MemoryStorage;
  readonly confState: ConfState;
}

/** Snapshots of a member's applied state: made every so many entries, and made fresh for a member that needs one. */
export class Snapshotter {
  private readonly settings: RaftSettings;
  private readonly source: SnapshotSource;
  private readonly applier: Applier;
  private readonly snapshotCount: number;
  private snapshotIndex: number;

  constructor(settings: RaftSettings, snapshotIndex: number, source: SnapshotSource) {
    this.settings = settings;
    this.source = source;
    this.applier = source.applier;
    this.snapshotCount = settings.snapshotCount;
    this.snapshotIndex = snapshotIndex;
  }

  /** One that another member sent is in place. */
  installed(index: number): void {
    this.snapshotIndex = index;
  }

  /** Due once enough entries are applied, and raft knows of it: apply and Ready loop are done in either order. */
  makeIfDue(): void {
    const { appliedIndex } = this.applier;
    // Asked after every turn of the node loop, and nearly always in vain.
    if (appliedIndex - this.snapshotIndex <= this.snapshotCount) return;
    const { driver, storage, confState } = this.source;
    // One that another member sent may be on disk already, and wait for what is applied before it.
    if (appliedIndex > driver.raw.appliedIndex || appliedIndex < storage.firstIndex()) return;
    const { snapshotCatchUpEntries } = this.settings;
    this.snapshotIndex = appliedIndex;
    const data = this.state();
    storage.createSnapshot(appliedIndex, { confState, data, dataBytes: data.store.sizeBytes });
    if (appliedIndex > snapshotCatchUpEntries) storage.compact(appliedIndex - snapshotCatchUpEntries);
  }

  /**
   * A snapshot that leaves is of what is applied now, not of when raft's storage was compacted: a member that has been
   * added since would not find itself in that. etcd: createMergedSnapshotMessage.
   */
  withCurrentState(message: Message): Message {
    const { applier, driver, confState } = this.source;
    const index = applier.appliedIndex;
    const term = driver.raw.raft.log.termOrZero(index);
    if (message.snapshot === undefined || term === 0 || index <= message.snapshot.index) return message;
    const data = this.state();
    const snapshot = { index, term, confState, data, dataBytes: data.store.sizeBytes };
    return { ...message, snapshot };
  }

  private state(): StateSnapshot {
    return { store: this.source.store.snapshot(), leases: this.source.lessor.snapshot() };
  }
}
