import type { RecordedRequest } from './recorded-request.js';

/** A client-side limit: `burst` requests at once, then one an interval. */
export interface RateLimit {
  readonly intervalUs: number;
  readonly burst: number;
}

/** kube-controller-manager's: --kube-api-qps 20, --kube-api-burst 30. */
export const CONTROLLER_LIMIT: RateLimit = { intervalUs: 50_000, burst: 30 };

/** Hands out the times at which the limit lets requests go. Full at the first one. */
export class RateLimitClock {
  private readonly limit: RateLimit;
  private nextUs = Number.NEGATIVE_INFINITY;

  constructor(limit: RateLimit) {
    this.limit = limit;
  }

  /** For a request that was seen to go at `sentUs`: @returns when the limit would have let it go, <= sentUs */
  observe(sentUs: number): number {
    const freeUs = Math.min(Math.max(this.nextUs, this.fullUs(sentUs)), sentUs);
    this.take(sentUs);
    return freeUs;
  }

  /** @returns when a request that asks at `askedUs` may go, >= askedUs */
  take(askedUs: number): number {
    this.nextUs = Math.max(this.nextUs, this.fullUs(askedUs));
    const atUs = Math.max(this.nextUs, askedUs);
    this.nextUs += this.limit.intervalUs;
    return atUs;
  }

  /** The limit saves up no more than one burst. */
  private fullUs(nowUs: number): number {
    return nowUs - (this.limit.burst - 1) * this.limit.intervalUs;
  }
}

const CONTROLLER_MANAGER = 'system:kube-controller-manager';

/**
 * The requests that the controllers' shared limit counts, in their order: service accounts and their namespaces, but not
 * what the token controller asks, which has a client of its own.
 */
export function limitedRequests(requests: readonly RecordedRequest[]): RecordedRequest[] {
  const byTokenController = tokenControllerReads(requests);
  return requests.filter(({ index, sender, kind, record }) => {
    if (sender !== CONTROLLER_MANAGER || byTokenController.has(index)) return false;
    const resource = (record.key ?? '').split('/')[2];
    if (resource === 'namespaces') return kind === 'get';
    return resource === 'serviceaccounts' && (kind === 'get' || kind === 'create');
  });
}

/** For each token secret, the last get of its account that had ended before it. */
function tokenControllerReads(requests: readonly RecordedRequest[]): ReadonlySet<number> {
  const reads = new Set<number>();
  for (const secret of requests) {
    if (secret.kind !== 'create' || secret.sender !== CONTROLLER_MANAGER) continue;
    const match = /^\/registry\/secrets\/([^/]+)\/(.+)-token-[^-]*$/.exec(secret.record.key ?? '');
    if (match === null) continue;
    const account = `/registry/serviceaccounts/${match[1]}/${match[2]}`;
    let last: RecordedRequest | undefined;
    for (const request of requests) {
      if (request.kind !== 'get' || request.record.key !== account || request.record.n !== 1) continue;
      if (request.endUs <= secret.startUs && (last === undefined || request.endUs > last.endUs)) last = request;
    }
    if (last !== undefined) reads.add(last.index);
  }
  return reads;
}
