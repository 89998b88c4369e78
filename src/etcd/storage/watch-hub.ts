import {
  ETCD_ERRORS,
  type ResponseHeader,
  type WatchCreateRequest,
  type WatchEvent,
  type WatchResponse,
} from '../../api/index.js';
import { invariant } from '../../engine/index.js';
import { IntervalIndex } from './interval-index.js';
import { isSingleKey, type KeyRange, keyRange } from './key-range.js';

/** Where events of the past come from. `MvccStore` is one. */
export interface WatchHistory {
  readonly revision: number;
  readonly compactRevision: number;
  events(range: KeyRange, from: number, to: number): readonly WatchEvent[];
}

export interface WatchHubConfig {
  readonly history: WatchHistory;
  /** The header of a message that speaks of `revision`. */
  readonly header: (revision: number) => ResponseHeader;
  /** Takes what goes out on a stream, in order. */
  readonly push: (streamId: number, response: WatchResponse) => void;
  /**
   * When a watcher that starts in the past gets its past: 'at-once', within `create`; 'on-sync', within the next
   * `sync()`, as in etcd, which calls it every 100 ms. Default 'at-once'.
   */
  readonly replay?: 'at-once' | 'on-sync';
}

interface Watcher {
  readonly streamId: number;
  readonly watchId: number;
  readonly range: KeyRange;
  readonly single: boolean;
  readonly previousKv: boolean;
  readonly progressNotify: boolean;
  /** Order of creation. */
  readonly sequence: number;
  /** As asked for; it wants no event before it. */
  readonly startRevision: number;
  /** Unsynced watchers: the first revision it has not seen. Synced ones have seen all that the hub was told. */
  nextRevision: number;
  synced: boolean;
  /** Sent an event since the last progress tick. */
  active: boolean;
  /** Events of the revision that is being handed out. */
  pending: WatchEvent[] | undefined;
}

/** Revisions in one response to a watcher that catches up, and watchers that catch up in one `sync`. etcd's own. */
const MAX_REVISIONS_PER_BATCH = 1000;
const MAX_WATCHERS_PER_SYNC = 512;
/** A response to all watchers of a stream at once. etcd: clientv3.InvalidWatchID. */
const ALL_WATCHERS = -1;

/**
 * The watchers of one member.
 *
 * A watcher gets every event of its range from its start revision on, in order, once, and each revision whole. It is
 * *synced* while it has seen all there is: then it gets events from `notify`. One that starts in the past is unsynced
 * until it has been served from the history. Source: etcd mvcc watchable_store.go, v3rpc/watch.go.
 *
 * Model: a stream takes all that it is given; etcd sets watchers aside (victims) whose stream is full and serves them
 * from the history later. Filters and fragments of responses are left out: a kube-apiserver uses neither.
 */
export class WatchHub {
  private readonly config: WatchHubConfig;
  private readonly streams = new Map<number, Map<number, Watcher>>();
  private readonly byKey = new Map<string, Watcher[]>();
  private readonly byRange = new IntervalIndex<Watcher>();
  /** In the order of creation, or of falling behind. */
  private unsynced = new Set<Watcher>();
  private sequence = 0;
  /** Newest revision that was handed to `notify`. */
  private notified: number;

  constructor(config: WatchHubConfig) {
    this.config = config;
    this.notified = config.history.revision;
  }

  get watcherCount(): number {
    let count = 0;
    for (const watchers of this.streams.values()) count += watchers.size;
    return count;
  }

  /** etcd: slow watchers. */
  get unsyncedCount(): number {
    return this.unsynced.size;
  }

  /** Answers 'watch-created', and after it 'watch-canceled' if that watch cannot be. `currentRevision`: the store's. */
  create(streamId: number, create: WatchCreateRequest, currentRevision: number): void {
    const { watchId } = create;
    const header = this.config.header(currentRevision);
    this.config.push(streamId, { kind: 'watch-created', watchId, header });
    // etcd: an empty key stands for the lowest one there is.
    const key = create.key === '' ? '\0' : create.key;
    const range = keyRange(key, create.rangeEnd);
    if (range.end !== undefined && range.end <= range.start) {
      this.refuse(streamId, watchId, header, 'mvcc: watcher range is empty');
      return;
    }
    const watchers = this.streams.get(streamId) ?? new Map<number, Watcher>();
    if (watchers.has(watchId)) {
      this.refuse(streamId, watchId, header, 'mvcc: duplicate watch ID provided on the WatchStream');
      return;
    }
    const startRevision = create.startRevision || currentRevision + 1;
    const watcher: Watcher = {
      streamId,
      watchId,
      range,
      single: isSingleKey(create.rangeEnd),
      previousKv: create.previousKv ?? false,
      progressNotify: create.progressNotify ?? false,
      sequence: this.sequence++,
      startRevision,
      nextRevision: startRevision,
      synced: false,
      active: true,
      pending: undefined,
    };
    watchers.set(watchId, watcher);
    this.streams.set(streamId, watchers);
    if (startRevision > currentRevision) {
      this.addSynced(watcher);
      return;
    }
    this.unsynced.add(watcher);
    if (this.config.replay !== 'on-sync') while (this.unsynced.has(watcher)) this.catchUp(watcher);
  }

  /** Hands out the events of one revision, all of them, right after it was applied; an empty list is nothing. */
  notify(revision: number, events: readonly WatchEvent[]): void {
    if (events.length === 0) return;
    invariant(revision === this.notified + 1, 'watch events skip a revision', { revision, notified: this.notified });
    this.notified = revision;
    if (this.byKey.size === 0 && this.byRange.size === 0) return;
    const touched: Watcher[] = [];
    for (const event of events) {
      const { key } = event.kv;
      const exact = this.byKey.get(key);
      if (exact !== undefined) for (const watcher of exact) this.offer(watcher, event, touched);
      for (const watcher of this.byRange.containing(key)) this.offer(watcher, event, touched);
    }
    if (touched.length === 0) return;
    if (touched.length > 1) touched.sort((a, b) => a.sequence - b.sequence);
    const header = this.config.header(revision);
    for (const watcher of touched) {
      const batch = watcher.pending!;
      watcher.pending = undefined;
      this.send(watcher, batch, header);
    }
  }

  /**
   * Serves unsynced watchers from the history: 512 of them at most, each up to 1,000 revisions.
   *
   * @returns how many watchers are still behind
   */
  sync(): number {
    let served = 0;
    for (const watcher of [...this.unsynced]) {
      if (served++ === MAX_WATCHERS_PER_SYNC) break;
      this.catchUp(watcher);
    }
    return this.unsynced.size;
  }

  /** The client cancels a watch; an unknown one is passed over. */
  cancel(streamId: number, watchId: number): void {
    const watcher = this.streams.get(streamId)?.get(watchId);
    if (watcher === undefined) return;
    this.remove(watcher);
    this.refuse(streamId, watchId, this.config.header(this.config.history.revision), '');
  }

  /** The stream is gone: so are its watchers, without a word. */
  closeStream(streamId: number): void {
    const watchers = this.streams.get(streamId);
    if (watchers === undefined) return;
    for (const watcher of watchers.values()) this.remove(watcher);
    this.streams.delete(streamId);
  }

  /**
   * The client asks how far its watches are.
   *
   * @returns false, and nothing is sent, while a watcher of the stream is behind or starts in the future, or the stream
   *   has none. Source: etcd progressIfSync (3.4.25, 3.5.8).
   */
  progress(streamId: number): boolean {
    const watchers = this.streams.get(streamId);
    const { revision } = this.config.history;
    if (watchers === undefined || watchers.size === 0) return false;
    for (const watcher of watchers.values()) if (!this.isCurrent(watcher, revision)) return false;
    this.config.push(streamId, { kind: 'watch-progress', watchId: ALL_WATCHERS, header: this.config.header(revision) });
    return true;
  }

  /**
   * Tells the stream's watchers with `progressNotify` how far they are if they had no event since the last call. etcd
   * calls it every 10 min.
   */
  progressTick(streamId: number): void {
    const { revision } = this.config.history;
    for (const watcher of this.streams.get(streamId)?.values() ?? []) {
      if (!watcher.progressNotify) continue;
      if (!watcher.active && this.isCurrent(watcher, revision)) {
        const { watchId } = watcher;
        this.config.push(streamId, { kind: 'watch-progress', watchId, header: this.config.header(revision) });
      }
      watcher.active = false;
    }
  }

  /**
   * The store was restored from a snapshot and may have jumped ahead: all watchers are behind until the next `sync`, or
   * served now where replay is 'at-once'.
   */
  restored(): void {
    const synced = [...this.streams.values()].flatMap((watchers) => [...watchers.values()].filter((w) => w.synced));
    synced.sort((a, b) => a.sequence - b.sequence);
    for (const watcher of synced) {
      this.removeSynced(watcher);
      watcher.nextRevision = Math.max(watcher.startRevision, this.notified + 1);
      this.unsynced.add(watcher);
    }
    this.notified = this.config.history.revision;
    if (this.config.replay !== 'on-sync') while (this.unsynced.size > 0) this.sync();
  }

  private isCurrent(watcher: Watcher, revision: number): boolean {
    return watcher.synced && watcher.startRevision <= revision;
  }

  private offer(watcher: Watcher, event: WatchEvent, touched: Watcher[]): void {
    if (event.kv.modRevision < watcher.startRevision) return;
    if (watcher.pending === undefined) {
      watcher.pending = [];
      touched.push(watcher);
    }
    watcher.pending.push(event);
  }

  /** Sends up to MAX_REVISIONS_PER_BATCH revisions of the past; the watcher is synced if that was all. */
  private catchUp(watcher: Watcher): void {
    const { history } = this.config;
    // Otherwise the events between the two would come twice: from the history and by notify.
    invariant(history.revision === this.notified, 'watch events applied but not handed out', {
      applied: history.revision,
      notified: this.notified,
    });
    const header = this.config.header(history.revision);
    if (watcher.nextRevision < history.compactRevision) {
      this.remove(watcher);
      const { streamId, watchId } = watcher;
      this.refuse(streamId, watchId, header, ETCD_ERRORS.compacted.text, history.compactRevision);
      return;
    }
    const events = history.events(watcher.range, watcher.nextRevision, history.revision);
    const end = endOfBatch(events);
    if (end > 0) this.send(watcher, end === events.length ? events : events.slice(0, end), header);
    if (end < events.length) {
      watcher.nextRevision = events[end]!.kv.modRevision;
      return;
    }
    this.unsynced.delete(watcher);
    this.addSynced(watcher);
  }

  private send(watcher: Watcher, events: readonly WatchEvent[], header: ResponseHeader): void {
    watcher.active = true;
    const { streamId, watchId } = watcher;
    const seen = watcher.previousKv ? events : events.map(withoutPrevious);
    this.config.push(streamId, { kind: 'watch-events', watchId, header, events: seen });
  }

  private refuse(streamId: number, watchId: number, header: ResponseHeader, reason: string, compactRevision = 0): void {
    this.config.push(streamId, { kind: 'watch-canceled', watchId, header, compactRevision, reason });
  }

  private addSynced(watcher: Watcher): void {
    watcher.synced = true;
    if (!watcher.single) {
      this.byRange.add(watcher);
      return;
    }
    const others = this.byKey.get(watcher.range.start);
    if (others === undefined) this.byKey.set(watcher.range.start, [watcher]);
    else others.push(watcher);
  }

  private removeSynced(watcher: Watcher): void {
    watcher.synced = false;
    this.byRange.delete(watcher);
    const others = this.byKey.get(watcher.range.start);
    if (!watcher.single || others === undefined) return;
    others.splice(others.indexOf(watcher), 1);
    if (others.length === 0) this.byKey.delete(watcher.range.start);
  }

  private remove(watcher: Watcher): void {
    this.streams.get(watcher.streamId)?.delete(watcher.watchId);
    this.unsynced.delete(watcher);
    if (watcher.synced) this.removeSynced(watcher);
  }
}

/** How many of the events make up a batch: whole revisions, and not too many of them. */
function endOfBatch(events: readonly WatchEvent[]): number {
  let revisions = 0;
  let last = 0;
  for (let i = 0; i < events.length; i++) {
    const { modRevision } = events[i]!.kv;
    if (modRevision === last) continue;
    last = modRevision;
    if (revisions++ === MAX_REVISIONS_PER_BATCH) return i;
  }
  return events.length;
}

function withoutPrevious(event: WatchEvent): WatchEvent {
  return event.previous === undefined ? event : { type: event.type, kv: event.kv };
}
