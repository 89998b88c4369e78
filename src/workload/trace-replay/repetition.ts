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

/** Requests that nobody asked for and that come again and again at whole numbers of a period. */
export function findPolls(requests: readonly RecordedRequest[]): Poll[] {
  const polls: Poll[] = [];
  for (const same of byIdentity(requests.filter(({ kind, record }) => kind === 'get' && record.user === undefined))) {
    if (same.length < FEWEST_TICKS) continue;
    const spacings = same.slice(1).map((request, i) => request.startUs - same[i]!.startUs);
    const periodUs = likeliestPeriodUs(spacings);
    const runs = regularRuns(spacings.map((spacingUs) => ticksIn(spacingUs, periodUs) > 0));
    if (!runs.some(({ from, to }) => to - from + 1 >= FEWEST_TICKS)) continue;
    // A late tick breaks a run, not the poll.
    const members = same.slice(runs[0]!.from, runs[runs.length - 1]!.to + 1);
    polls.push({ first: members[0]!, periodUs, members });
  }
  return polls;
}

/** The one of the spacings of which most spacings are whole multiples; its middle value over these. */
function likeliestPeriodUs(spacings: readonly number[]): number {
  let likeliestUs = 1;
  let most = 0;
  for (const candidateUs of new Set(spacings)) {
    const regular = spacings.filter((spacingUs) => ticksIn(spacingUs, candidateUs) > 0).length;
    if (candidateUs > 0 && regular > most) {
      most = regular;
      likeliestUs = candidateUs;
    }
  }
  // The middle one: a late tick makes one spacing longer and the next one shorter.
  const periodsUs = spacings
    .map((spacingUs) => spacingUs / ticksIn(spacingUs, likeliestUs))
    .filter((periodUs) => Number.isFinite(periodUs))
    .sort((a, b) => a - b);
  return Math.round(periodsUs[periodsUs.length >> 1] ?? likeliestUs);
}

/** Periods in a spacing; 0 if they are no whole number. */
function ticksIn(spacingUs: number, periodUs: number): number {
  const ticks = Math.round(spacingUs / periodUs);
  return Math.abs(spacingUs / periodUs - ticks) <= TICK_TOLERANCE ? ticks : 0;
}

/** Runs of at least three ticks. @param regular of each spacing; @returns first and last tick of each run */
function regularRuns(regular: readonly boolean[]): readonly { readonly from: number; readonly to: number }[] {
  const runs: { from: number; to: number }[] = [];
  let from = 0;
  for (let i = 0; i <= regular.length; i++) {
    if (regular[i]) continue;
    if (i - from >= 2) runs.push({ from, to: i });
    from = i + 1;
  }
  return runs;
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
