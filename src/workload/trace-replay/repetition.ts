import type { RecordedRequest } from './recorded-request.js';

/** A poll: the same request at every tick of a clock, left out while one is in flight. */
export interface Poll {
  readonly first: RecordedRequest;
  readonly periodUs: number;
  readonly members: readonly RecordedRequest[];
}

const FEWEST_TICKS = 8;
/** How far from a whole number of periods two ticks may lie, periods. */
const TICK_TOLERANCE = 0.15;

/** The longest regular run of each request that nobody asked for and that comes again and again. */
export function findPolls(requests: readonly RecordedRequest[]): Poll[] {
  const polls: Poll[] = [];
  for (const same of byIdentity(requests.filter(({ kind, record }) => kind === 'get' && record.user === undefined))) {
    if (same.length < FEWEST_TICKS) continue;
    const spacings = same.slice(1).map((request, i) => request.startUs - same[i]!.startUs);
    const sorted = spacings.slice().sort((a, b) => a - b);
    const periodUs = sorted[Math.floor(sorted.length / 8)]!;
    if (periodUs <= 0) continue;
    const regular = (spacingUs: number) => {
      const ticks = Math.round(spacingUs / periodUs);
      return ticks >= 1 && Math.abs(spacingUs / periodUs - ticks) <= TICK_TOLERANCE;
    };
    let best: RecordedRequest[] = [];
    let run = [same[0]!];
    for (let i = 1; i < same.length; i++) {
      run = regular(spacings[i - 1]!) ? [...run, same[i]!] : [same[i]!];
      if (run.length > best.length) best = run;
    }
    if (best.length >= FEWEST_TICKS) polls.push({ first: best[0]!, periodUs, members: best });
  }
  return polls;
}

const SERIES_SPACING_US = 1_000_000;
/** How evenly a series is spaced, as a share of its spacing. */
const SERIES_TOLERANCE = 0.1;

/**
 * Requests that come again by a timer, such as a lease's renewal: at least a second after the one before, three times or
 * more at an even distance. Nobody waits for them.
 */
export function findSeries(requests: readonly RecordedRequest[]): ReadonlySet<number> {
  const series = new Set<number>();
  for (const same of byIdentity(requests)) {
    const spacingUs = (i: number): number => same[i]!.startUs - same[i - 1]!.startUs;
    for (let i = 1; i < same.length; i++) {
      if (spacingUs(i) < SERIES_SPACING_US) continue;
      const even = [i - 1, i + 1].some(
        (j) => j >= 1 && j < same.length && Math.abs(spacingUs(j) - spacingUs(i)) <= SERIES_TOLERANCE * spacingUs(i),
      );
      if (even) series.add(same[i]!.index);
    }
  }
  return series;
}

/**
 * What a recording was made for: every write that is not the repetition of one a second or more ago.
 *
 * When the last of these has ended, the recorded system had done its work; what goes on then is upkeep.
 */
export function essentialWrites(requests: readonly RecordedRequest[]): RecordedRequest[] {
  const writes = requests.filter(({ kind }) => kind === 'create' || kind === 'update' || kind === 'txn');
  return byIdentity(writes).flatMap((same) =>
    same.filter((write, i) => i === 0 || write.startUs - same[i - 1]!.startUs < SERIES_SPACING_US),
  );
}

function byIdentity(requests: readonly RecordedRequest[]): readonly (readonly RecordedRequest[])[] {
  const groups = new Map<string, RecordedRequest[]>();
  for (const request of requests) {
    const group = groups.get(request.identity);
    if (group === undefined) groups.set(request.identity, [request]);
    else group.push(request);
  }
  // In the order of the first of each: the requests come sorted by start.
  return [...groups.values()];
}
