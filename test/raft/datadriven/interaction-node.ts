import type { MemoryStorage } from '../../../src/raft/memory-storage.js';
import { RawNode } from '../../../src/raft/raw-node.js';
import type { ConfState, Entry, HardState, Message, RaftConfig, Snapshot, Storage } from '../../../src/raft/types.js';
import { CommandError } from './arguments.js';

/**
 * One node of the interaction environment: RawNode, storage, and a state machine that strings the data together and takes
 * a snapshot at every entry.
 */
export class InteractionNode {
  readonly raw: RawNode;
  readonly storage: MemoryStorage;
  readonly asynchronous: boolean;
  readonly appendWork: Message[] = [];
  readonly applyWork: Message[] = [];
  /** Snapshots after each applied entry; the last is the one that storage gives. */
  readonly history: Snapshot[];

  constructor(config: RaftConfig, storage: MemoryStorage, start: Snapshot) {
    this.storage = storage;
    this.history = [start];
    this.asynchronous = config.asyncStorageWrites;
    this.raw = new RawNode({ ...config, storage: this.snapshotting() });
  }

  /** @throws CommandError for a snapshot with entries behind it, or one that is not new, in etcd's words */
  store(hardState: HardState | undefined, snapshot: Snapshot | undefined, entries: readonly Entry[]): void {
    const { storage } = this;
    if (hardState !== undefined) storage.setHardState(hardState);
    if (snapshot === undefined) {
      storage.append(entries);
      return;
    }
    if (entries.length > 0) throw new CommandError("can't apply snapshot and entries at the same time");
    if (storage.snapshot().index >= snapshot.index) {
      throw new CommandError('requested index is older than the existing snapshot');
    }
    storage.applySnapshot(snapshot);
  }

  apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const previous = this.history[this.history.length - 1]!;
      let confState: ConfState = previous.confState;
      let data = String(previous.data ?? '');
      if (entry.type === 'EntryNormal') data += String(entry.data ?? '');
      else confState = this.raw.applyConfChange(entry.confChange!);
      this.history.push({ index: entry.index, term: entry.term, data, dataBytes: Buffer.byteLength(data), confState });
    }
  }

  /** The storage, but for snapshots: those of the state machine. */
  private snapshotting(): Storage {
    const { storage, history } = this;
    return {
      initialState: () => storage.initialState(),
      entries: (lo, hi, maxBytes) => storage.entries(lo, hi, maxBytes),
      term: (index) => storage.term(index),
      lastIndex: () => storage.lastIndex(),
      firstIndex: () => storage.firstIndex(),
      snapshot: () => history[history.length - 1]!,
      // Not attached: a script may compact what is handed out but not applied yet, as etcd's storage lets it.
    };
  }
}
