import { EntryWindow } from './entry-window.js';
import { invariant, violated } from './invariant.js';
import type { ConfState, Entry, HardState, MemberId, Snapshot, Storage, StorageMiss, StorageOwner } from './types.js';
import { NONE } from './types.js';

const EMPTY_CONF_STATE: ConfState = {
  voters: [],
  learners: [],
  votersOutgoing: [],
  learnersNext: [],
  autoLeave: false,
};

/**
 * Storage that lives in memory: a hard state, a snapshot, and the entries behind the last compaction. etcd: MemoryStorage.
 *
 * The entry at firstIndex - 1 is gone but its term is kept, for matching.
 */
export class MemoryStorage implements Storage {
  private hardState: HardState = { term: 0, vote: NONE, commit: 0 };
  private latestSnapshot: Snapshot = { index: 0, term: 0, confState: EMPTY_CONF_STATE, data: undefined, dataBytes: 0 };
  private readonly window = new EntryWindow(1);
  private compactedTerm = 0;
  private owner: StorageOwner | undefined;

  /** @param voters configuration to start from, at index 0: as if every member had been told it beforehand */
  constructor(voters: readonly MemberId[] = []) {
    if (voters.length === 0) return;
    const confState = { ...EMPTY_CONF_STATE, voters: [...voters] };
    this.latestSnapshot = { ...this.latestSnapshot, confState };
  }

  initialState(): { readonly hardState: HardState; readonly confState: ConfState } {
    return { hardState: this.hardState, confState: this.latestSnapshot.confState };
  }

  /** The node that reads from here now; compact() asks it how far it has applied. */
  attach(owner: StorageOwner): void {
    this.owner = owner;
  }

  entries(lo: number, hi: number, maxBytes: number): readonly Entry[] | StorageMiss {
    if (lo < this.window.offset) return 'compacted';
    if (hi > this.window.end) return 'unavailable';
    return this.window.slice(lo, hi, maxBytes);
  }

  term(index: number): number | StorageMiss {
    const window = this.window;
    if (index >= window.offset) return index < window.end ? window.at(index).term : 'unavailable';
    return index === window.offset - 1 ? this.compactedTerm : 'compacted';
  }

  lastIndex(): number {
    return this.window.end - 1;
  }

  firstIndex(): number {
    return this.window.offset;
  }

  snapshot(): Snapshot {
    return this.latestSnapshot;
  }

  setHardState(hardState: HardState): void {
    this.hardState = hardState;
  }

  /**
   * Appends entries, replacing those at and above the first one's index; compacted ones are passed over.
   *
   * @throws InvariantError if they leave a gap
   */
  append(entries: readonly Entry[]): void {
    const window = this.window;
    let i = 0;
    while (i < entries.length && entries[i]!.index < window.offset) i++;
    if (i === entries.length) return;
    const { index } = entries[i]!;
    if (index > window.end) violated('entries leave a gap in storage', { ...this.facts(), index, end: window.end });
    window.truncateFrom(index);
    for (; i < entries.length; i++) window.push(entries[i]!);
  }

  /**
   * Replaces everything by a snapshot (one with index 0 may come any time: it only tells the configuration).
   *
   * @throws InvariantError if a snapshot as new is there already
   */
  applySnapshot(snapshot: Snapshot): void {
    const current = this.latestSnapshot.index;
    invariant(current === 0 || current < snapshot.index, 'a snapshot is older than the one in storage', {
      ...this.facts(),
      index: snapshot.index,
      current,
    });
    this.latestSnapshot = snapshot;
    this.window.restart(snapshot.index + 1);
    this.compactedTerm = snapshot.term;
  }

  /**
   * Makes and keeps the snapshot at `index`. Nothing is compacted.
   *
   * @param confState the configuration at `index`; left out: as in the snapshot before
   * @throws InvariantError if `index` is not beyond the last snapshot, or not in the log
   */
  createSnapshot(
    index: number,
    content: { confState?: ConfState | undefined; data?: unknown; dataBytes?: number | undefined } = {},
  ): Snapshot {
    const term = this.term(index);
    const current = this.latestSnapshot.index;
    if (index <= current || typeof term !== 'number') {
      violated('a snapshot must be newer than the last and within the log', { ...this.facts(), index, current });
    }
    this.latestSnapshot = {
      index,
      term,
      confState: content.confState ?? this.latestSnapshot.confState,
      data: content.data,
      dataBytes: content.dataBytes ?? 0,
    };
    return this.latestSnapshot;
  }

  /**
   * Drops the entries up to `index`; its term stays known.
   *
   * @returns 'compacted' if that has happened before
   * @throws InvariantError if `index` is beyond the log, or beyond what the attached node has applied
   */
  compact(index: number): 'compacted' | undefined {
    if (index < this.window.offset) return 'compacted';
    const applied = this.owner?.appliedIndex ?? index;
    if (index >= this.window.end || index > applied) {
      violated('compacting beyond what is applied', { ...this.facts(), index, applied, last: this.lastIndex() });
    }
    this.compactedTerm = this.window.at(index).term;
    this.window.dropThrough(index);
    return undefined;
  }

  private facts(): { member: number | undefined; term: number } {
    return { member: this.owner?.id, term: this.owner?.term ?? this.hardState.term };
  }
}
