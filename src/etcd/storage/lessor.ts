import { type ErrorResponse, ETCD_ERRORS } from '../../api/index.js';
import type { LeaseBook } from './mvcc-store.js';

export interface LessorConfig {
  /** --election-timeout, µs: leases live one and a half of it at least. */
  readonly electionTimeoutUs: number;
  /** Between two checkpoints of a lease's remaining time, µs; 0 = none are made, etcd's default (its interval: 5 min). */
  readonly checkpointIntervalUs?: number;
}

/** What is known of a lease. */
export interface LeaseInfo {
  readonly leaseId: number;
  /** As granted, seconds. */
  readonly ttlSec: number;
  /** From the last checkpoint, seconds; 0 = none. */
  readonly remainingTtlSec: number;
  /** Sorted. */
  readonly keys: readonly string[];
}

export interface LeaseCheckpoint {
  readonly leaseId: number;
  readonly remainingTtlSec: number;
}

interface Lease {
  readonly id: number;
  readonly ttlSec: number;
  remainingTtlSec: number;
  readonly keys: Set<string>;
  /** Infinity wherever this member is not the primary. */
  expiryUs: number;
  /** When the expiry is looked at next: the expiry itself, then once every retry interval until the revoke is applied. */
  checkUs: number;
  checkpointUs: number;
}

const SECOND_US = 1_000_000;
/** An expired lease whose revoke has not come through by then is proposed again. etcd: expiredLeaseRetryInterval. */
const RETRY_US = 3 * SECOND_US;
/** etcd revokes 1,000 leases a second at most, and looks for expired ones twice a second. */
const REVOKES_PER_SEC = 1000;
const REVOKES_PER_LOOK = REVOKES_PER_SEC / 2;
const MAX_CHECKPOINTS_PER_LOOK = 1000;

/**
 * The leases of one member. Grants, revokes and attachments are the same on all members, as they come through the log;
 * time runs only on the primary, which is the leader.
 *
 * All times are `nowUs`, virtual time of the caller. Source: etcd server lease/lessor.go.
 */
export class Lessor implements LeaseBook {
  private readonly config: LessorConfig;
  private readonly leases = new Map<number, Lease>();
  private primary = false;
  /** No lease is due before it: a bound that spares most looks. */
  private nextCheckUs = Number.POSITIVE_INFINITY;
  private nextCheckpointUs = Number.POSITIVE_INFINITY;

  constructor(config: LessorConfig) {
    this.config = config;
  }

  get isPrimary(): boolean {
    return this.primary;
  }

  get size(): number {
    return this.leases.size;
  }

  /** etcd: minLeaseTTL, seconds. */
  get minTtlSec(): number {
    return Math.ceil((3 * this.config.electionTimeoutUs) / 2 / SECOND_US);
  }

  /** @returns the TTL granted, seconds, which may be more than was asked for; an error if the id is taken or 0 */
  grant(leaseId: number, ttlSec: number, nowUs: number): number | ErrorResponse {
    if (leaseId === 0) return ETCD_ERRORS.leaseNotFound;
    if (this.leases.has(leaseId)) return ETCD_ERRORS.leaseExists;
    const granted = Math.max(ttlSec, this.minTtlSec);
    const lease = newLease({ leaseId, ttlSec: granted, remainingTtlSec: 0, keys: [] });
    this.leases.set(leaseId, lease);
    if (this.primary) {
      this.refresh(lease, nowUs);
      this.scheduleCheckpoint(lease, nowUs);
    }
    return granted;
  }

  /** Ends a lease. @returns its keys, sorted, which are to be deleted in one revision */
  revoke(leaseId: number): readonly string[] | ErrorResponse {
    const lease = this.leases.get(leaseId);
    if (lease === undefined) return ETCD_ERRORS.leaseNotFound;
    this.leases.delete(leaseId);
    return sorted(lease.keys);
  }

  /**
   * Starts a lease's time anew, on the primary.
   *
   * A checkpoint must have been taken back before, through the log: another leader would start from it.
   *
   * @returns the TTL, seconds; 'not-primary': ask the leader; 'expired': its time ran out but the revoke is not applied
   *   yet, so etcd keeps the caller waiting until it is (lease not found) or the leader changes (not primary)
   */
  renew(leaseId: number, nowUs: number): number | 'not-primary' | 'expired' | ErrorResponse {
    if (!this.primary) return 'not-primary';
    const lease = this.leases.get(leaseId);
    if (lease === undefined) return ETCD_ERRORS.leaseNotFound;
    if (lease.expiryUs <= nowUs) return 'expired';
    this.refresh(lease, nowUs);
    return lease.ttlSec;
  }

  has(leaseId: number): boolean {
    return this.leases.has(leaseId);
  }

  attach(leaseId: number, key: string): void {
    this.leases.get(leaseId)?.keys.add(key);
  }

  detach(leaseId: number, key: string): void {
    this.leases.get(leaseId)?.keys.delete(key);
  }

  lookup(leaseId: number): LeaseInfo | undefined {
    const lease = this.leases.get(leaseId);
    return lease === undefined ? undefined : infoOf(lease);
  }

  /** All leases in the order of their ids. */
  all(): LeaseInfo[] {
    return this.inOrder().map(infoOf);
  }

  /** @returns µs, negative when overdue, Infinity off the primary; undefined if there is no such lease */
  remainingUs(leaseId: number, nowUs: number): number | undefined {
    const lease = this.leases.get(leaseId);
    return lease === undefined ? undefined : lease.expiryUs - nowUs;
  }

  /**
   * This member leads from now on: every lease gets its whole time (or what the last checkpoint left of it), and
   * `extendUs` more, etcd's election timeout, for the renewals lost while nobody led.
   *
   * Source: etcd lessor.Promote, with the spreading of piles of leases that would all expire at once.
   */
  promote(nowUs: number, extendUs: number, keepsCheckpoints = true): void {
    this.primary = true;
    const leases = this.inOrder();
    for (const lease of leases) {
      if (!keepsCheckpoints) lease.remainingTtlSec = 0;
      this.refresh(lease, nowUs, extendUs);
      this.scheduleCheckpoint(lease, nowUs);
    }
    if (leases.length >= REVOKES_PER_SEC) this.spread(leases, nowUs, extendUs);
  }

  /** Another member leads: time stands still for all leases. */
  demote(): void {
    this.primary = false;
    this.nextCheckUs = Number.POSITIVE_INFINITY;
    this.nextCheckpointUs = Number.POSITIVE_INFINITY;
    for (const lease of this.leases.values()) stop(lease);
  }

  /**
   * Leases to propose a revoke for, the longest due first; none off the primary. etcd looks every 500 ms.
   *
   * A lease named once is not named again for 3 s.
   */
  expiredLeases(nowUs: number, limit = REVOKES_PER_LOOK): number[] {
    if (!this.primary || nowUs < this.nextCheckUs) return [];
    const due = this.inOrder().filter((lease) => lease.checkUs <= nowUs);
    due.sort((a, b) => a.checkUs - b.checkUs || a.id - b.id);
    const named = due.slice(0, limit);
    for (const lease of named) lease.checkUs = nowUs + RETRY_US;
    this.nextCheckUs = Number.POSITIVE_INFINITY;
    for (const lease of this.leases.values()) this.nextCheckUs = Math.min(this.nextCheckUs, lease.checkUs);
    return named.map((lease) => lease.id);
  }

  /** Checkpoints to propose now, the longest due first; none off the primary or where they are switched off. */
  dueCheckpoints(nowUs: number): LeaseCheckpoint[] {
    if (!this.primary || nowUs < this.nextCheckpointUs) return [];
    const due = this.inOrder().filter((lease) => lease.checkpointUs <= nowUs);
    due.sort((a, b) => a.checkpointUs - b.checkpointUs || a.id - b.id);
    const checkpoints: LeaseCheckpoint[] = [];
    for (const lease of due) {
      if (checkpoints.length === MAX_CHECKPOINTS_PER_LOOK) break;
      lease.checkpointUs = Number.POSITIVE_INFINITY;
      const remainingTtlSec = Math.ceil((lease.expiryUs - nowUs) / SECOND_US);
      if (remainingTtlSec > 0 && remainingTtlSec < lease.ttlSec)
        checkpoints.push({ leaseId: lease.id, remainingTtlSec });
    }
    this.nextCheckpointUs = Number.POSITIVE_INFINITY;
    for (const lease of this.leases.values()) {
      this.nextCheckpointUs = Math.min(this.nextCheckpointUs, lease.checkpointUs);
    }
    return checkpoints;
  }

  /** Applies a checkpoint that came through the log; it counts at the next promotion. */
  checkpoint({ leaseId, remainingTtlSec }: LeaseCheckpoint, nowUs: number): void {
    const lease = this.leases.get(leaseId);
    if (lease === undefined) return;
    lease.remainingTtlSec = remainingTtlSec;
    if (this.primary) this.scheduleCheckpoint(lease, nowUs);
  }

  snapshot(): readonly LeaseInfo[] {
    return this.all();
  }

  /** Becomes what the source of the snapshot was, and not the primary. */
  restore(snapshot: readonly LeaseInfo[]): void {
    this.demote();
    this.leases.clear();
    for (const info of snapshot) this.leases.set(info.leaseId, newLease(info));
  }

  private inOrder(): Lease[] {
    return [...this.leases.values()].sort((a, b) => a.id - b.id);
  }

  private refresh(lease: Lease, nowUs: number, extendUs = 0): void {
    lease.expiryUs = nowUs + extendUs + (lease.remainingTtlSec || lease.ttlSec) * SECOND_US;
    lease.checkUs = lease.expiryUs;
    this.nextCheckUs = Math.min(this.nextCheckUs, lease.checkUs);
  }

  private scheduleCheckpoint(lease: Lease, nowUs: number): void {
    const intervalUs = this.config.checkpointIntervalUs ?? 0;
    if (intervalUs === 0 || (lease.remainingTtlSec || lease.ttlSec) * SECOND_US <= intervalUs) return;
    lease.checkpointUs = nowUs + intervalUs;
    this.nextCheckpointUs = Math.min(this.nextCheckpointUs, lease.checkpointUs);
  }

  /** Delays leases so that no second sees more of them expire than three quarters of what can be revoked in it. */
  private spread(leases: readonly Lease[], nowUs: number, extendUs: number): void {
    const perSecond = (3 * REVOKES_PER_SEC) / 4;
    const byExpiry = [...leases].sort((a, b) => a.expiryUs - b.expiryUs || a.id - b.id);
    let windowUs = byExpiry[0]!.expiryUs - nowUs;
    let windowEndUs = windowUs + SECOND_US;
    let expiring = 0;
    for (const lease of byExpiry) {
      const remainingUs = lease.expiryUs - nowUs;
      if (remainingUs > windowEndUs) {
        windowUs = remainingUs;
        windowEndUs = windowUs + SECOND_US;
        expiring = 1;
        continue;
      }
      expiring++;
      if (expiring <= perSecond) continue;
      const delayUs = Math.floor((SECOND_US * expiring) / perSecond) - (remainingUs - windowUs);
      windowEndUs = windowUs + delayUs;
      this.refresh(lease, nowUs, delayUs + extendUs);
    }
  }
}

function newLease(info: LeaseInfo): Lease {
  return {
    id: info.leaseId,
    ttlSec: info.ttlSec,
    remainingTtlSec: info.remainingTtlSec,
    keys: new Set(info.keys),
    expiryUs: Number.POSITIVE_INFINITY,
    checkUs: Number.POSITIVE_INFINITY,
    checkpointUs: Number.POSITIVE_INFINITY,
  };
}

function stop(lease: Lease): void {
  lease.expiryUs = Number.POSITIVE_INFINITY;
  lease.checkUs = Number.POSITIVE_INFINITY;
  lease.checkpointUs = Number.POSITIVE_INFINITY;
}

function infoOf(lease: Lease): LeaseInfo {
  return {
    leaseId: lease.id,
    ttlSec: lease.ttlSec,
    remainingTtlSec: lease.remainingTtlSec,
    keys: sorted(lease.keys),
  };
}

/** By UTF-16 code units, as Array.sort compares strings without a comparator. */
function sorted(keys: Set<string>): string[] {
  return [...keys].sort();
}
