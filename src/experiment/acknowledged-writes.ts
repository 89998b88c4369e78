import type { Outcome, Request, TxnOperation } from '../api/index.js';
import type { Operation } from '../client/index.js';
import type { Member } from '../etcd/index.js';
import { keyRange } from '../etcd/storage/index.js';

interface Acknowledged {
  readonly key: string;
  readonly revision: number;
}

/**
 * Remembers which write of each key was acknowledged last, and finds at the end those that the members have lost.
 *
 * A write is lost if a member that has come past its revision does not know it, or if no member of a whole majority has
 * come that far. Source: State Machine Safety and Leader Completeness, Raft paper §5.4.
 */
export class AcknowledgedWrites {
  count = 0;
  private readonly latest = new Map<string, number>();

  /** To be told of every call that ended. */
  readonly finished = ({ request, outcome }: Operation): void => {
    const written = writtenKeys(request, outcome);
    if (written.length === 0 || !('header' in outcome)) return;
    this.count++;
    for (const key of written) {
      const before = this.latest.get(key) ?? 0;
      if (outcome.header.revision > before) this.latest.set(key, outcome.header.revision);
    }
  };

  /** Lost writes, by key, sorted. */
  lost(members: readonly Member[]): Acknowledged[] {
    const up = members.filter((member) => member.store !== undefined);
    const lost: Acknowledged[] = [];
    for (const key of [...this.latest.keys()].sort()) {
      const revision = this.latest.get(key)!;
      const beyond = up.filter((member) => member.store!.revision >= revision);
      const forgotten = beyond.some((member) => !knows(member, key, revision));
      const unreached = beyond.length === 0 && up.length * 2 > members.length;
      if (forgotten || unreached) lost.push({ key, revision });
    }
    return lost;
  }
}

/** Keys that an acknowledged request has put. A delete leaves nothing to look for. */
function writtenKeys(request: Request, outcome: Outcome): readonly string[] {
  if (request.kind === 'put' && outcome.kind === 'put') return [request.key];
  if (request.kind !== 'txn' || outcome.kind !== 'txn') return [];
  return (outcome.succeeded ? request.success : request.failure).filter(isPut).map(({ key }) => key);
}

function isPut(operation: TxnOperation): boolean {
  return operation.kind === 'put';
}

/** Whether the member's store has an event of that key at that revision, or one that came after it. */
function knows(member: Member, key: string, revision: number): boolean {
  const store = member.store!;
  if (store.compactRevision > revision) return true;
  return store.events(keyRange(key, undefined), revision, revision).length > 0;
}
