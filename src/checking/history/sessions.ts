import type { Violation } from '../invariants/index.js';
import { isStale, revisionOf } from './etcd-operation.js';
import { describeRequest } from './etcd-words.js';
import type { RecordedOperation } from './recorded-operation.js';

/** A member whose process began anew: it may have gone back to an older state. */
export interface MemberRestart {
  readonly member: string;
  readonly atUs: number;
}

/**
 * Whether revisions ever go back for a client: an operation that began after another of its own had returned must not
 * be answered at an older revision.
 *
 * A serializable read, a Status and the like are answered from the member's own state: they are held against the same
 * member's answers only, and not across its restart. Source: etcd API guarantees; session guarantees, Terry et al. 1994.
 */
export function judgeSessions(
  records: readonly RecordedOperation[],
  restarts: readonly MemberRestart[] = [],
): Violation[] {
  const found: Violation[] = [];
  const sessions = new Map<string, RecordedOperation[]>();
  for (const record of records) {
    if (revisionOf(record.outcome) === 0 || record.returnedUs === undefined) continue;
    const own = sessions.get(record.client);
    if (own === undefined) sessions.set(record.client, [record]);
    else own.push(record);
  }
  for (const client of [...sessions.keys()].sort()) {
    const byStart = sessions.get(client)!.sort((a, b) => a.invokedUs - b.invokedUs);
    const byEnd = [...byStart].sort((a, b) => a.returnedUs! - b.returnedUs!);
    /** The newest answer that a later one must not fall behind: of any linearizable one, and of each member. */
    let newest: RecordedOperation | undefined;
    const ofMember = new Map<string, RecordedOperation>();
    let ended = 0;
    for (const record of byStart) {
      for (; byEnd[ended] !== undefined && byEnd[ended]!.returnedUs! < record.invokedUs; ended++) {
        const before = byEnd[ended]!;
        newest = newer(newest, before);
        ofMember.set(memberOf(before), newer(ofMember.get(memberOf(before)), before));
      }
      const isLocal = isAnsweredLocally(record);
      const bound = isLocal ? ofMember.get(memberOf(record)) : newest;
      if (bound === undefined || revisionOf(record.outcome) >= revisionOf(bound.outcome)) continue;
      if (
        isLocal &&
        restarts.some(({ member, atUs }) => member === memberOf(record) && isBetween(atUs, bound, record))
      ) {
        continue;
      }
      const text =
        `${client} saw revision ${revisionOf(bound.outcome)} from ${memberOf(bound)}, then ` +
        `${revisionOf(record.outcome)} from ${memberOf(record)}: ${describeRequest(record.request)}`;
      found.push({ property: 'Monotone Session', atUs: record.returnedUs!, member: memberOf(record), text });
    }
  }
  return found;
}

/** Whether a request goes neither through the log nor through ReadIndex. */
function isAnsweredLocally({ request }: RecordedOperation): boolean {
  switch (request.kind) {
    case 'status':
    case 'move-leader':
    case 'lease-keep-alive':
    case 'lease-time-to-live':
      return true;
    default:
      return isStale(request);
  }
}

function isBetween(atUs: number, first: RecordedOperation, second: RecordedOperation): boolean {
  return atUs >= first.invokedUs && atUs <= second.returnedUs!;
}

function newer(a: RecordedOperation | undefined, b: RecordedOperation): RecordedOperation {
  return a === undefined || revisionOf(b.outcome) > revisionOf(a.outcome) ? b : a;
}

function memberOf({ outcome }: RecordedOperation): string {
  return outcome === undefined || outcome.kind === 'error' ? '' : outcome.header.member;
}
