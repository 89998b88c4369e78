import type { MemoryStorage } from '../../../src/raft/memory-storage.js';
import { RawNode } from '../../../src/raft/raw-node.js';
import type { ConfState, Entry, HardState, Message, RaftConfig, Snapshot, Storage } from '../../../src/raft/types.js';

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

  store(hardState: HardState | undefined, snapshot: Snapshot | undefined, entries: readonly Entry[]): void {
    if (hardState !== undefined) this.storage.setHardState(hardState);
    if (snapshot !== undefined) this.storage.applySnapshot(snapshot);
    else this.storage.append(entries);
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
