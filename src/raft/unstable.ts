import { EntryWindow } from './entry-window.js';
import type { Entry, Logger, Snapshot } from './types.js';

/**
 * The part of the log that storage does not hold yet: perhaps a snapshot, then entries. etcd: raft.unstable.
 *
 * Handed out in a Ready it stays here, "in progress", until storage acknowledges it. `offset` may be below storage's last
 * index: the next write then truncates storage.
 *
 * Invariant: entries.offset <= offsetInProgress <= entries.end.
 */
export class Unstable {
  snapshot: Snapshot | undefined = undefined;
  snapshotInProgress = false;
  readonly entries: EntryWindow;
  /** Entries below this index are being written. */
  offsetInProgress: number;
  private readonly logger: Logger | undefined;

  constructor(offset: number, logger: Logger | undefined) {
    this.entries = new EntryWindow(offset);
    this.offsetInProgress = offset;
    this.logger = logger;
  }

  get hasNextEntries(): boolean {
    return this.offsetInProgress < this.entries.end;
  }

  /** Entries that no Ready has handed out yet. */
  nextEntries(): Entry[] {
    return this.entries.slice(this.offsetInProgress, this.entries.end, Number.POSITIVE_INFINITY);
  }

  get nextSnapshot(): Snapshot | undefined {
    return this.snapshotInProgress ? undefined : this.snapshot;
  }

  /** All that is here is being written now. */
  acceptInProgress(): void {
    if (this.entries.length > 0) this.offsetInProgress = this.entries.end;
    if (this.snapshot !== undefined) this.snapshotInProgress = true;
  }

  /** Storage holds the entries up to (index, term), if the entry there is still that one. */
  stableTo(index: number, term: number): void {
    const entries = this.entries;
    if (index < entries.offset || index >= entries.end) {
      this.logger?.(
        'INFO',
        this.snapshot?.index === index
          ? `entry at index ${index} matched unstable snapshot; ignoring`
          : `entry at index ${index} missing from unstable log; ignoring`,
      );
      return;
    }
    const ours = entries.at(index).term;
    if (ours !== term) {
      this.logger?.(
        'INFO',
        `entry at (index,term)=(${index},${term}) mismatched with entry at (${index},${ours}) in unstable log; ignoring`,
      );
      return;
    }
    entries.dropThrough(index);
    if (this.offsetInProgress < entries.offset) this.offsetInProgress = entries.offset;
  }

  stableSnapshotTo(index: number): void {
    if (this.snapshot === undefined || this.snapshot.index !== index) return;
    this.snapshot = undefined;
    this.snapshotInProgress = false;
  }

  restore(snapshot: Snapshot): void {
    this.entries.restart(snapshot.index + 1);
    this.offsetInProgress = snapshot.index + 1;
    this.snapshot = snapshot;
    this.snapshotInProgress = false;
  }

  /** Appends `from[at]` and all behind it, replacing what is here at and above its index. */
  truncateAndAppend(from: readonly Entry[], at: number): void {
    const index = from[at]!.index;
    if (index <= this.entries.offset && index !== this.entries.end) {
      this.logger?.('INFO', `replace the unstable entries from index ${index}`);
      this.entries.restart(index);
      this.offsetInProgress = index;
    } else if (index !== this.entries.end) {
      this.logger?.('INFO', `truncate the unstable entries before index ${index}`);
      this.entries.truncateFrom(index);
      if (this.offsetInProgress > index) this.offsetInProgress = index;
    }
    for (let i = at; i < from.length; i++) this.entries.push(from[i]!);
  }

  /** The leader's own new entry. */
  push(entry: Entry): void {
    this.entries.push(entry);
  }
}
