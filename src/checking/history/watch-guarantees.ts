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

function judgeOne(
  watch: RecordedWatch,
  truth: Truth,
  blame: (property: string, atUs: number, text: string) => void,
): void {
  /** All up to here has come, or is before the watch. Undefined until that is known. */
  let seenTo = watch.startRevision ? watch.startRevision - 1 : undefined;
  let lastEvent = 0;
  let bookmark = 0;
  /** Events of the newest revision; older ones cannot come again without being out of order. */
  let lastKeys = new Set<string>();
  const missedUpTo = (revision: number): WatchEvent | undefined =>
    seenTo === undefined ? undefined : truth.firstBetween(seenTo + 1, revision, watch);
  for (const observation of watch.observations) {
    const { atUs } = observation;
    switch (observation.kind) {
      case 'created':
        seenTo ??= observation.revision;
        break;
      case 'resumed': {
        const next = Math.max(lastEvent, bookmark, seenTo ?? 0) + 1;
        if (seenTo !== undefined && observation.fromRevision !== next) {
          blame('Watch Resumable', atUs, `goes on from revision ${observation.fromRevision}, not ${next}`);
        }
        break;
      }
      case 'canceled':
        return;
      case 'progress': {
        const missed = missedUpTo(observation.revision);
        if (missed !== undefined) {
          blame('Watch Bookmarkable', atUs, `told of revision ${observation.revision} before ${describe(missed)}`);
        }
        bookmark = Math.max(bookmark, observation.revision);
        if (seenTo !== undefined) seenTo = Math.max(seenTo, observation.revision);
        break;
      }
      case 'events': {
        const first = observation.events[0]?.kv.modRevision ?? 0;
        if (first !== 0 && first === lastEvent) {
          blame('Watch Atomic', atUs, `events of revision ${first} come in two answers`);
        }
        for (const event of observation.events) {
          const { modRevision, key } = event.kv;
          if (modRevision < lastEvent) {
            blame('Watch Ordered', atUs, `${describe(event)} comes after revision ${lastEvent}`);
            continue;
          }
          if (modRevision === lastEvent && lastKeys.has(key)) {
            blame('Watch Unique', atUs, `${describe(event)} comes twice`);
            continue;
          }
          if (bookmark >= modRevision) {
            blame(
              'Watch Bookmarkable',
              atUs,
              `${describe(event)} comes after a notice that all up to ${bookmark} had come`,
            );
          } else if (seenTo !== undefined && modRevision <= seenTo && modRevision !== lastEvent) {
            blame(
              'Watch Ordered',
              atUs,
              `${describe(event)} is from before revision ${seenTo + 1}, where the watch starts`,
            );
          }
          if (!coversKey(key, watch)) blame('Watch Reliable', atUs, `${describe(event)} was not asked for`);
          const missed = missedUpTo(modRevision - 1);
          if (missed !== undefined)
            blame('Watch Reliable', atUs, `${describe(missed)} is left out before revision ${modRevision}`);
          if (seenTo !== undefined) seenTo = Math.max(seenTo, modRevision - 1);
          if (modRevision > lastEvent) lastKeys = new Set();
          lastKeys.add(key);
          lastEvent = modRevision;
        }
        const lacking = truth.at(lastEvent, watch).find(({ kv }) => !lastKeys.has(kv.key));
        if (lacking !== undefined && observation.events.length > 0) {
          blame('Watch Atomic', atUs, `revision ${lastEvent} comes without ${describe(lacking)}`);
        }
        if (seenTo !== undefined) seenTo = Math.max(seenTo, lastEvent);
        break;
      }
    }
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
