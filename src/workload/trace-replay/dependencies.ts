import { CONTROLLER_LIMIT, limitedRequests, RateLimitClock } from './rate-limit.js';
import { APISERVER_USER, type RecordedRequest } from './recorded-request.js';
import { findPolls, findSeries, type Poll } from './repetition.js';

/** When a recorded request is sent again: `thinkUs` after the last that it waits for, later if a rate limit holds it back. */
export interface Dependency {
  /** Requests that must have ended. */
  readonly ends: readonly RecordedRequest[];
  /** A request from whose start a timer of `thinkUs` runs; undefined = none. */
  readonly timerFrom: RecordedRequest | undefined;
  readonly thinkUs: number;
  readonly limited: boolean;
}

export interface ReplayedPoll extends Poll {
  /** The poll goes on until this one has ended. */
  readonly until: RecordedRequest | undefined;
}

export interface ReplayPlan {
  readonly requests: readonly RecordedRequest[];
  /** By index. A poll's later ticks have none. */
  readonly dependencies: readonly (Dependency | undefined)[];
  readonly polls: readonly ReplayedPoll[];
}

/** A longer pause than this was no caller's thinking, but a timer, a program's start, or work of its own. */
const LONGEST_THINK_US = 250_000;
/** The apiserver's own timers, and how far from them a request may be seen. */
const TIMERS_US: readonly number[] = [1_000_000, 10_000_000, 60_000_000];
const TIMER_TOLERANCE_US = 25_000;

/**
 * Infers what each request waited for.
 *
 * A caller's next request follows the end of its last: the sender's latest end before the start, together with the latest
 * end in the same part of the API, so that two chains of one sender side by side stay two. Requests with no end shortly
 * before them are timers if they lie 1, 10 or 60 s behind the start of an earlier such request; else they wait for all that
 * had ended. A new program starts when the readiness poll has ended, a controller's own client after its token.
 */
export function planReplay(requests: readonly RecordedRequest[]): ReplayPlan {
  const polls = findPolls(requests);
  const inPoll = new Set(polls.flatMap(({ members }) => members.map(({ index }) => index)));
  const laterTicks = new Set(polls.flatMap(({ members }) => members.slice(1).map(({ index }) => index)));
  const limited = new Set(limitedRequests(requests).map(({ index }) => index));
  const past = new Past(requests, { inPoll, series: findSeries(requests), limited });
  const limitClock = new RateLimitClock(CONTROLLER_LIMIT);
  const dependencies = requests.map((request): Dependency | undefined => {
    if (laterTicks.has(request.index)) return undefined;
    const dependency = past.dependencyOf(request);
    if (!limited.has(request.index)) return { ...dependency, limited: false };
    // The recorded pause holds the limit's own wait, which the replay adds again: think is what is left of it.
    const freeUs = limitClock.observe(request.startUs);
    return { ...dependency, thinkUs: Math.min(dependency.thinkUs, request.startUs - freeUs), limited: true };
  });
  return {
    requests,
    dependencies,
    polls: polls.map((poll) => ({ ...poll, until: past.before(poll.members[poll.members.length - 1]!) })),
  };
}

/** Requests with rules of their own, by index. */
interface Kinds {
  readonly inPoll: ReadonlySet<number>;
  readonly series: ReadonlySet<number>;
  readonly limited: ReadonlySet<number>;
}

type Unlimited = Omit<Dependency, 'limited'>;

/** What had ended, and when, as the recording is read from its start. */
class Past {
  private readonly byEnd: readonly RecordedRequest[];
  private readonly dials: ReadonlyMap<number, RecordedRequest>;
  private readonly inPoll: ReadonlySet<number>;
  private readonly series: ReadonlySet<number>;
  private readonly limited: ReadonlySet<number>;
  private readonly roots: RecordedRequest[] = [];
  private readonly seenGroups = new Set<string>();

  constructor(requests: readonly RecordedRequest[], { inPoll, series, limited }: Kinds) {
    this.byEnd = requests.slice().sort((a, b) => a.endUs - b.endUs || a.index - b.index);
    this.dials = new Map(requests.filter(({ kind }) => kind === 'dial').map((dial) => [dial.record.c, dial]));
    this.inPoll = inPoll;
    this.series = series;
    this.limited = limited;
  }

  dependencyOf(request: RecordedRequest): Unlimited {
    const dial = request.kind === 'dial' ? undefined : this.dials.get(request.record.c);
    const group = `${request.sender} ${request.apiGroup}`;
    const isNewGroup = !this.seenGroups.has(group);
    this.seenGroups.add(group);
    const ends = distinct([
      this.latest(request, (other) => this.sameSender(request, other)),
      this.latest(request, (other) => this.sameSender(request, other) && other.apiGroup === request.apiGroup),
      dial,
    ]);
    const thinkUs = request.startUs - latestEndUs(ends);
    const near = ends.length > 0 && thinkUs >= 0 && thinkUs <= LONGEST_THINK_US;
    if (near && !(isNewGroup && request.sender === APISERVER_USER)) return { ends, timerFrom: undefined, thinkUs };
    const timer = this.timerOf(request);
    this.roots.push(request);
    if (timer !== undefined) return { ...timer, ends: dial === undefined ? [] : [dial] };
    if (near) return { ends, timerFrom: undefined, thinkUs };
    return this.longWait(request, ends, dial);
  }

  /** The apiserver's latest end before a request. */
  before(request: RecordedRequest): RecordedRequest | undefined {
    return this.latest(request, ({ sender }) => sender === APISERVER_USER);
  }

  private longWait(request: RecordedRequest, own: RecordedRequest[], dial: RecordedRequest | undefined): Unlimited {
    const { sender } = request;
    const dials = dial === undefined ? [] : [dial];
    const since = (ends: RecordedRequest[]): Unlimited => ({
      ends: distinct([...ends, ...dials]),
      timerFrom: undefined,
      thinkUs: Math.max(request.startUs - latestEndUs(ends), 0),
    });
    if (sender === APISERVER_USER || sender === 'dial') return since(this.allBefore(request));
    const program = this.latest(request, (other) => other.sender === sender && !this.series.has(other.index));
    const before = distinct([...own.filter((other) => other.kind !== 'dial'), program]);
    if (before.length > 0) return since(before);
    const account = /^system:serviceaccount:[^:]*:(.*)$/.exec(sender)?.[1];
    if (account !== undefined) {
      const token = this.latest(
        request,
        ({ record }) => record.path?.endsWith(`/serviceaccounts/${account}/token`) ?? false,
      );
      if (token !== undefined) return since([token]);
    }
    const ready = this.latestReadiness(request);
    return since(ready === undefined ? this.allBefore(request) : [ready]);
  }

  private sameSender(request: RecordedRequest, other: RecordedRequest): boolean {
    if (other.sender !== request.sender) return false;
    // What shares a rate limit is one chain; what follows it may come out of that chain.
    if (this.limited.has(request.index) && !this.limited.has(other.index)) return false;
    // A renewal follows the one before it; nobody else follows a renewal.
    if (this.series.has(request.index)) return other.record.key === request.record.key;
    return !this.series.has(other.index);
  }

  private latest(request: RecordedRequest, of: (other: RecordedRequest) => boolean): RecordedRequest | undefined {
    for (let i = this.endedBefore(request.startUs) - 1; i >= 0; i--) {
      const other = this.byEnd[i]!;
      if (other.index !== request.index && !this.inPoll.has(other.index) && of(other)) return other;
    }
    return undefined;
  }

  /** The last answer to a readiness check, polls and single ones. */
  private latestReadiness(request: RecordedRequest): RecordedRequest | undefined {
    const keys = new Set([...this.inPoll].map((index) => this.byIndex(index)?.record.key));
    for (let i = this.endedBefore(request.startUs) - 1; i >= 0; i--) {
      const other = this.byEnd[i]!;
      if (keys.has(other.record.key) && !this.inPoll.has(other.index)) return other;
    }
    return undefined;
  }

  private byIndex(index: number): RecordedRequest | undefined {
    return this.byEnd.find((request) => request.index === index);
  }

  private allBefore(request: RecordedRequest): RecordedRequest[] {
    return this.byEnd
      .slice(0, this.endedBefore(request.startUs))
      .filter(({ index }) => index !== request.index && !this.inPoll.has(index) && !this.series.has(index));
  }

  private timerOf(request: RecordedRequest): Pick<Unlimited, 'timerFrom' | 'thinkUs'> | undefined {
    for (let i = this.roots.length - 1; i >= 0; i--) {
      const root = this.roots[i]!;
      const delayUs = request.startUs - root.startUs;
      if (root.sender !== request.sender) continue;
      if (TIMERS_US.some((timerUs) => Math.abs(delayUs - timerUs) <= TIMER_TOLERANCE_US)) {
        return { timerFrom: root, thinkUs: delayUs };
      }
    }
    return undefined;
  }

  /** How many of `byEnd` had ended by then. */
  private endedBefore(timeUs: number): number {
    let low = 0;
    let high = this.byEnd.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.byEnd[middle]!.endUs <= timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function latestEndUs(requests: readonly RecordedRequest[]): number {
  return requests.reduce((latest, { endUs }) => Math.max(latest, endUs), 0);
}

function distinct(requests: readonly (RecordedRequest | undefined)[]): RecordedRequest[] {
  return [...new Set(requests.filter((each): each is RecordedRequest => each !== undefined))];
}
