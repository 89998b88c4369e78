import type { ResponseHeader, WatchCreateRequest, WatchEvent, WatchResponse } from '../../../src/api/index.js';
import { checkTxn, MvccStore, WatchHub } from '../../../src/etcd/storage/index.js';
import { inRange } from './model-store.js';
import { type Write, withoutRevisions } from './operations.js';

export interface Watch {
  readonly streamId: number;
  readonly create: WatchCreateRequest;
  /** First revision it wants. */
  readonly start: number;
  readonly received: WatchEvent[];
  readonly batches: (readonly WatchEvent[])[];
  canceled: (WatchResponse & { readonly kind: 'watch-canceled' }) | undefined;
  open: boolean;
}

/** A store with its hub, all that was ever written, and clients that write down what reaches them. */
export class WatchedStore {
  readonly store = new MvccStore();
  readonly hub: WatchHub;
  /** Every event that there ever was, in order. */
  readonly written: WatchEvent[] = [];
  readonly watches: Watch[] = [];
  readonly progressed: { readonly streamId: number; readonly watchId: number; readonly revision: number }[] = [];
  readonly problems: string[] = [];

  constructor(replay: 'at-once' | 'on-sync') {
    const header = (revision: number): ResponseHeader => ({ member: 'm1', revision, raftTerm: 1 });
    const push = (streamId: number, response: WatchResponse): void => this.take(streamId, response);
    this.hub = new WatchHub({ history: this.store, header, push, replay });
  }

  write(request: Write): readonly WatchEvent[] {
    const events = this.applyTo(this.store, request);
    this.hub.notify(this.store.revision, events);
    return events;
  }

  /** Another member goes on without this one, which then gets its snapshot. */
  jump(requests: readonly Write[], compactTo: number): void {
    const ahead = new MvccStore();
    ahead.restore(this.store.snapshot());
    for (const request of requests) this.applyTo(ahead, request);
    ahead.compact(Math.min(compactTo, ahead.revision));
    this.store.restore(ahead.snapshot());
    this.hub.restored();
  }

  create(streamId: number, create: WatchCreateRequest): Watch {
    const start = create.startRevision || this.store.revision + 1;
    const watch: Watch = { streamId, create, start, received: [], batches: [], canceled: undefined, open: false };
    this.watches.push(watch);
    this.hub.create(streamId, create, this.store.revision);
    return watch;
  }

  closeStream(streamId: number): void {
    this.hub.closeStream(streamId);
    for (const watch of this.watches) if (watch.streamId === streamId) watch.open = false;
  }

  /** All events that the watch wants, up to a revision. */
  wanted({ create, start }: Watch, upTo: number): WatchEvent[] {
    return this.written.filter(
      ({ kv }) => kv.modRevision >= start && kv.modRevision <= upTo && inRange(kv.key, create.key, create.rangeEnd),
    );
  }

  private applyTo(store: MvccStore, request: Write): readonly WatchEvent[] {
    const real = withoutRevisions(request);
    if (real.kind === 'txn' && checkTxn(real) !== undefined) return [];
    const { events } = store.apply(real);
    this.written.push(...events);
    return events;
  }

  private take(streamId: number, response: WatchResponse): void {
    const { watchId, header } = response;
    if (response.kind === 'watch-progress') {
      this.progressed.push({ streamId, watchId, revision: header.revision });
      for (const watch of this.watches) {
        if (!watch.open || watch.streamId !== streamId || (watchId !== -1 && watch.create.watchId !== watchId))
          continue;
        if (this.wanted(watch, header.revision).length !== watch.received.length) this.problems.push('false progress');
      }
      return;
    }
    const watch = this.watches.findLast((one) => one.streamId === streamId && one.create.watchId === watchId);
    if (watch === undefined) {
      this.problems.push('response to nobody');
    } else if (response.kind === 'watch-created') {
      watch.open = true;
    } else if (!watch.open) {
      this.problems.push(`${response.kind} on a closed watch`);
    } else if (response.kind === 'watch-canceled') {
      watch.open = false;
      watch.canceled = response;
    } else {
      this.batch(watch, response.events, header.revision);
    }
  }

  private batch(watch: Watch, events: readonly WatchEvent[], revision: number): void {
    const first = events[0];
    const last = events.at(-1);
    if (first === undefined || last === undefined) {
      this.problems.push('empty batch');
      return;
    }
    if (last.kv.modRevision > revision) this.problems.push('header behind its events');
    const whole = this.wanted(watch, last.kv.modRevision).slice(watch.received.length);
    const same =
      whole.length === events.length &&
      whole.every(({ type, kv, previous }, i) => {
        const event = events[i]!;
        const known = kv.modRevision - 1 >= this.store.compactRevision;
        const before = event.previous === previous || (event.previous === undefined && !known);
        return event.type === type && event.kv === kv && (watch.create.previousKv ? before : !event.previous);
      });
    if (!same) this.problems.push(`batch up to ${last.kv.modRevision} is not what was written`);
    watch.batches.push(events);
    watch.received.push(...events);
  }
}
