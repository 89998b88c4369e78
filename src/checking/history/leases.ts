import type { Violation } from '../invariants/index.js';
import { coversKey, isKeyRequest, isStale, type KeyResponse, partsOf } from './etcd-operation.js';
import { certaintyOf, type RecordedOperation } from './recorded-operation.js';

export interface LeaseJudgeOptions {
  /**
   * How long after its time a lease's keys may still be there, µs: half a second until the lessor looks, the revoke's
   * way through the log, an election timeout's grace.
   */
  readonly graceUs: number;
  /** When members became leaders, µs: each starts every lease's time anew. */
  readonly leaderChangesUs?: readonly number[];
  /** Slack for clocks that run fast, as a share of the TTL. */
  readonly driftRatio?: number;
}

interface Lease {
  readonly id: number;
  ttlUs: number;
  /** Start of the last answered grant or renewal: the member's clock started no earlier. */
  renewedUs: number;
  /** End of the last one that may have happened: it started no later. Infinity: an answer is missing. */
  renewedBeforeUs: number;
  /** A client ended it, or may have: nothing is judged. */
  isRevoked: boolean;
}

const SECOND_US = 1_000_000;

/**
 * Whether leased keys lived as long as they should, and no longer.
 *
 * Too early: a key that a client put with a lease, and that no client touched otherwise, is gone before the TTL has
 * passed since the start of the last renewal that was answered. Too late: a linearizable read still shows it when the
 * TTL and the grace have passed since the end of the last renewal or election.
 * Source: etcd API guarantees, "Lease"; etcd server lease/lessor.go.
 *
 * Model: only keys that one put wrote and nothing else touched are judged; a history with others says less.
 */
export function judgeLeases(records: readonly RecordedOperation[], options: LeaseJudgeOptions): Violation[] {
  const { graceUs, leaderChangesUs = [], driftRatio = 0 } = options;
  const leases = collectLeases(records);
  const found: Violation[] = [];
  const keys = leasedKeys(records);
  const lastElectionUs = (beforeUs: number): number =>
    leaderChangesUs.reduce((last, atUs) => (atUs <= beforeUs ? Math.max(last, atUs) : last), 0);
  for (const record of records) {
    const { request, outcome, invokedUs, returnedUs } = record;
    if (request.kind !== 'range' || request.revision || request.limit || request.countOnly) continue;
    if (isStale(request) || outcome?.kind !== 'range' || returnedUs === undefined) continue;
    const shown = new Set(outcome.kvs.map(({ key }) => key));
    for (const key of request.rangeEnd ? keys.keys() : [request.key]) {
      const leased = keys.get(key);
      if (leased === undefined) continue;
      const { leaseId, putReturnedUs } = leased;
      const lease = leases.get(leaseId);
      if (lease === undefined || lease.isRevoked || !coversKey(key, request)) continue;
      if (!shown.has(key)) {
        const livesToUs = lease.renewedUs + lease.ttlUs * (1 - driftRatio);
        if (invokedUs <= putReturnedUs || returnedUs >= livesToUs) continue;
        const text = `${key} is gone ${milliseconds(livesToUs - returnedUs)} before lease ${leaseId} may end`;
        found.push({ property: 'Lease Lives Its Time', atUs: returnedUs, member: outcome.header.member, text });
      } else {
        const startUs = Math.max(lease.renewedBeforeUs, lastElectionUs(invokedUs));
        const goneByUs = startUs + lease.ttlUs * (1 + driftRatio) + graceUs;
        if (invokedUs <= goneByUs) continue;
        const text = `${key} is still there ${milliseconds(invokedUs - goneByUs)} after lease ${leaseId} must have ended`;
        found.push({ property: 'Lease Ends', atUs: returnedUs, member: outcome.header.member, text });
      }
    }
  }
  return found;
}

function collectLeases(records: readonly RecordedOperation[]): Map<number, Lease> {
  const leases = new Map<number, Lease>();
  for (const { request, outcome, invokedUs } of records) {
    if (request.kind !== 'lease-grant' || outcome?.kind !== 'lease') continue;
    const { leaseId, ttlSec } = outcome;
    // An id granted anew after its lease had ended: two lives that the answers do not tell apart.
    const isRevoked = leases.has(leaseId);
    leases.set(leaseId, {
      id: leaseId,
      ttlUs: ttlSec * SECOND_US,
      renewedUs: invokedUs,
      renewedBeforeUs: 0,
      isRevoked,
    });
  }
  for (const record of records) {
    const { request, outcome, invokedUs, returnedUs = Number.POSITIVE_INFINITY } = record;
    if (request.kind === 'lease-revoke') {
      const lease = leases.get(request.leaseId);
      if (lease !== undefined && certaintyOf(record) !== 'did-not-happen') lease.isRevoked = true;
      continue;
    }
    const isGrant = request.kind === 'lease-grant';
    if (!isGrant && request.kind !== 'lease-keep-alive') continue;
    const id = isGrant ? (outcome?.kind === 'lease' ? outcome.leaseId : undefined) : request.leaseId;
    const lease = id === undefined ? undefined : leases.get(id);
    if (lease === undefined) continue;
    const certainty = certaintyOf(record);
    if (certainty === 'unknown') lease.renewedBeforeUs = Number.POSITIVE_INFINITY;
    if (certainty !== 'answered' || outcome?.kind !== 'lease' || outcome.ttlSec <= 0) continue;
    lease.renewedUs = Math.max(lease.renewedUs, invokedUs);
    lease.renewedBeforeUs = Math.max(lease.renewedBeforeUs, returnedUs);
  }
  return leases;
}

/** Keys that exactly one acknowledged put wrote, with a lease, and nothing else may have written or deleted. */
function leasedKeys(
  records: readonly RecordedOperation[],
): Map<string, { readonly leaseId: number; readonly putReturnedUs: number }> {
  const keys = new Map<string, { readonly leaseId: number; readonly putReturnedUs: number }>();
  const spoiled = new Set<string>();
  const ranges: { readonly key: string; readonly rangeEnd?: string }[] = [];
  for (const record of records) {
    const { request, outcome, returnedUs } = record;
    if (!isKeyRequest(request) || certaintyOf(record) === 'did-not-happen') continue;
    const isKnown = certaintyOf(record) === 'answered' && returnedUs !== undefined;
    for (const { operation } of partsOf(request, isKnown ? (outcome as KeyResponse) : undefined)) {
      if (operation.kind === 'delete-range') ranges.push(operation);
      if (operation.kind !== 'put') continue;
      if (!isKnown || !operation.leaseId || keys.has(operation.key)) spoiled.add(operation.key);
      else keys.set(operation.key, { leaseId: operation.leaseId, putReturnedUs: returnedUs });
    }
  }
  for (const key of [...keys.keys()]) {
    if (spoiled.has(key) || ranges.some((range) => coversKey(key, range))) keys.delete(key);
  }
  return keys;
}

function milliseconds(us: number): string {
  return `${(us / 1000).toFixed(3)} ms`;
}
