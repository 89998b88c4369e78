import type { WatchEvent } from '../../api/index.js';
import type { Violation } from '../invariants/index.js';
import { coversKey } from './etcd-operation.js';

/** What a client saw of a watch, in the order in which it saw it. */
export type WatchObservation =
  /** The member took the watch; changes after `revision` will come, unless it started earlier. */
  | { readonly kind: 'created'; readonly atUs: number; readonly revision: number }
  | {
      readonly kind: 'events';
      readonly atUs: number;
      readonly revision: number;
      readonly events: readonly WatchEvent[];
    }
  | { readonly kind: 'progress'; readonly atUs: number; readonly revision: number }
  /** After a break, the client asked for all from `fromRevision` on. */
  | { readonly kind: 'resumed'; readonly atUs: number; readonly fromRevision: number }
  /** Over: what it asked for had been compacted. */
  | { readonly kind: 'canceled'; readonly atUs: number; readonly compactRevision: number };

/** One watch, over all its breaks. */
export interface RecordedWatch {
  readonly client: string;
  /** For people: which of the client's watches. */
  readonly name: string;
  readonly key: string;
  readonly rangeEnd?: string;
  /** 0 or absent = from its creation on. */
  readonly startRevision?: number;
  readonly observations: readonly WatchObservation[];
}

/**
 * etcd's promises to watchers, judged on what watchers saw.
 *
 * Ordered: events come by revision. Unique: none comes twice. Reliable: none in between is left out. Atomic: the events
 * of one revision come in one answer. Resumable: a broken watch goes on behind its last event. Bookmarkable: a progress
 * notice says that all up to its revision have come.
 * Source: etcd API guarantees, "Watch APIs".
 *
 * @param committed events known to have happened, from acknowledged writes or a member's store, any order, doubles
 *   welcome; what the watches saw themselves counts too. Without it only what some watch saw can be missed by another
 */
export function judgeWatches(watches: readonly RecordedWatch[], committed: readonly WatchEvent[] = []): Violation[] {
  const found: Violation[] = [];
  const truth = new Truth();
  const blame = (property: string, atUs: number, { client, name }: RecordedWatch, text: string): void => {
    found.push({ property, atUs, member: client, text: `watch ${name} of ${client}: ${text}` });
  };
  for (const event of committed) truth.add(event);
  for (const watch of watches) {
    for (const observation of watch.observations) {
      if (observation.kind !== 'events') continue;
      for (const event of observation.events) {
        const other = truth.add(event);
        if (other === undefined) continue;
        const was = `${describe(other)} at the same revision elsewhere`;
        blame('Watch Reliable', observation.atUs, watch, `${describe(event)}, but ${was}`);
      }
    }
  }
  truth.sort();
  for (const watch of watches) judgeOne(watch, truth, (property, atUs, text) => blame(property, atUs, watch, text));
  return found;
}

type Blame = (property: string, atUs: number, text: string) => void;

function judgeOne(watch: RecordedWatch, truth: Truth, blame: Blame): void {
  const progress = new WatchProgress(watch, truth, blame);
  for (const observation of watch.observations) {
    switch (observation.kind) {
      case 'created':
        progress.created(observation.revision);
        break;
      case 'resumed':
        progress.resumed(observation.fromRevision, observation.atUs);
        break;
      case 'canceled':
        return;
      case 'progress':
        progress.bookmarked(observation.revision, observation.atUs);
        break;
      case 'events':
        progress.received(observation.events, observation.atUs);
        break;
    }
  }
}

/** How far one watch has come. */
class WatchProgress {
  /** All up to here has come, or lies before the watch. Undefined until that is known. */
  private seenTo: number | undefined;
  private bookmark = 0;
  /** Newest revision of which an event came, and the keys that came of it. */
  private lastRevision = 0;
  private lastKeys = new Set<string>();
  private readonly watch: RecordedWatch;
  private readonly truth: Truth;
  private readonly blame: Blame;

  constructor(watch: RecordedWatch, truth: Truth, blame: Blame) {
    this.watch = watch;
    this.truth = truth;
    this.blame = blame;
    this.seenTo = watch.startRevision ? watch.startRevision - 1 : undefined;
  }

  created(revision: number): void {
    this.seenTo ??= revision;
  }

  resumed(fromRevision: number, atUs: number): void {
    if (this.seenTo === undefined) return;
    const next = this.seenTo + 1;
    if (fromRevision !== next)
      this.blame('Watch Resumable', atUs, `goes on from revision ${fromRevision}, not ${next}`);
  }

  bookmarked(revision: number, atUs: number): void {
    const missed = this.missedUpTo(revision);
    if (missed !== undefined) {
      this.blame('Watch Bookmarkable', atUs, `told of revision ${revision} before ${describe(missed)}`);
    }
    this.bookmark = Math.max(this.bookmark, revision);
    this.sawAllTo(revision);
  }

  /** One answer of the member. */
  received(events: readonly WatchEvent[], atUs: number): void {
    const [first] = events;
    if (first === undefined) return;
    if (first.kv.modRevision === this.lastRevision) {
      this.blame('Watch Atomic', atUs, `events of revision ${this.lastRevision} come in two answers`);
    }
    for (const event of events) {
      if (event.kv.modRevision > this.lastRevision) {
        if (event !== first) this.endRevision(atUs);
        this.next(event, atUs);
      } else this.again(event, atUs);
    }
    this.endRevision(atUs);
  }

  /** The first event of a new revision. */
  private next(event: WatchEvent, atUs: number): void {
    const { modRevision, key } = event.kv;
    if (this.bookmark >= modRevision) {
      const notice = `a notice that all up to ${this.bookmark} had come`;
      this.blame('Watch Bookmarkable', atUs, `${describe(event)} comes after ${notice}`);
    } else if (this.seenTo !== undefined && modRevision <= this.seenTo) {
      const start = `revision ${this.seenTo + 1}, where the watch starts`;
      this.blame('Watch Ordered', atUs, `${describe(event)} is from before ${start}`);
    }
    const missed = this.missedUpTo(modRevision - 1);
    if (missed !== undefined) {
      this.blame('Watch Reliable', atUs, `${describe(missed)} is left out before revision ${modRevision}`);
    }
    this.sawAllTo(modRevision - 1);
    this.lastRevision = modRevision;
    this.lastKeys = new Set([key]);
    this.checkKey(event, atUs);
  }

  /** An event of the newest revision, or of an older one. */
  private again(event: WatchEvent, atUs: number): void {
    const { modRevision, key } = event.kv;
    if (modRevision < this.lastRevision) {
      this.blame('Watch Ordered', atUs, `${describe(event)} comes after revision ${this.lastRevision}`);
    } else if (this.lastKeys.has(key)) {
      this.blame('Watch Unique', atUs, `${describe(event)} comes twice`);
    } else {
      this.lastKeys.add(key);
      this.checkKey(event, atUs);
    }
  }

  private checkKey(event: WatchEvent, atUs: number): void {
    if (!coversKey(event.kv.key, this.watch)) {
      this.blame('Watch Reliable', atUs, `${describe(event)} was not asked for`);
    }
  }

  private endRevision(atUs: number): void {
    const lacking = this.truth.at(this.lastRevision, this.watch).find(({ kv }) => !this.lastKeys.has(kv.key));
    if (lacking !== undefined) {
      this.blame('Watch Atomic', atUs, `revision ${this.lastRevision} comes without ${describe(lacking)}`);
    }
    this.sawAllTo(this.lastRevision);
  }

  private missedUpTo(revision: number): WatchEvent | undefined {
    return this.seenTo === undefined ? undefined : this.truth.firstBetween(this.seenTo + 1, revision, this.watch);
  }

  /** Each miss is told once. */
  private sawAllTo(revision: number): void {
    if (this.seenTo !== undefined) this.seenTo = Math.max(this.seenTo, revision);
  }
}

/** All events known to have happened. */
class Truth {
  private readonly byRevision = new Map<number, Map<string, WatchEvent>>();
  private revisions: number[] = [];

  /** @returns what was known of this key and revision before, if it is something else */
  add(event: WatchEvent): WatchEvent | undefined {
    const { modRevision, key } = event.kv;
    let events = this.byRevision.get(modRevision);
    if (events === undefined) {
      events = new Map();
      this.byRevision.set(modRevision, events);
    }
    const known = events.get(key);
    if (known === undefined) events.set(key, event);
    return known === undefined || isSame(known, event) ? undefined : known;
  }

  sort(): void {
    this.revisions = [...this.byRevision.keys()].sort((a, b) => a - b);
  }

  /** The first event on a key of the watch with `from` <= revision <= `to`. */
  firstBetween(from: number, to: number, watch: RecordedWatch): WatchEvent | undefined {
    let low = 0;
    let high = this.revisions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.revisions[middle]! < from) low = middle + 1;
      else high = middle;
    }
    for (; low < this.revisions.length && this.revisions[low]! <= to; low++) {
      const [event] = this.at(this.revisions[low]!, watch);
      if (event !== undefined) return event;
    }
    return undefined;
  }

  at(revision: number, watch: RecordedWatch): WatchEvent[] {
    return [...(this.byRevision.get(revision)?.values() ?? [])].filter(({ kv }) => coversKey(kv.key, watch));
  }
}

function isSame(a: WatchEvent, b: WatchEvent): boolean {
  if (a.type !== b.type) return false;
  return a.type === 'delete' || (a.kv.value.text === b.kv.value.text && isSameVersion(a.kv.version, b.kv.version));
}

/** 0 = not known. */
function isSameVersion(a: number, b: number): boolean {
  return a === b || a === 0 || b === 0;
}

function describe({ type, kv }: WatchEvent): string {
  return `${type} ${kv.key} of revision ${kv.modRevision}`;
}
