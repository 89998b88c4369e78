import type { Member } from '../etcd/index.js';
import type { MemberSummary } from './result.js';

type Totals = Omit<MemberSummary, 'name' | 'role'>;

/** What members received and sent from a moment on, over restarts. */
export class TrafficMeter {
  private readonly members: readonly Member[];
  private readonly before: readonly Totals[];

  /** Starts counting now. */
  constructor(members: readonly Member[]) {
    this.members = members;
    this.before = members.map(totals);
  }

  summaries(): MemberSummary[] {
    return this.members.map((member, i) => {
      const now = totals(member);
      const before = this.before[i]!;
      const requests = Object.entries(now.requests)
        .map(([kind, count]): [string, number] => [kind, count - (before.requests[kind] ?? 0)])
        .filter(([, count]) => count > 0);
      return {
        name: member.name,
        role: member.role,
        requests: Object.fromEntries(requests),
        clientReceivedBytes: now.clientReceivedBytes - before.clientReceivedBytes,
        clientSentBytes: now.clientSentBytes - before.clientSentBytes,
        peerReceivedBytes: now.peerReceivedBytes - before.peerReceivedBytes,
        peerSentBytes: now.peerSentBytes - before.peerSentBytes,
      };
    });
  }

  /** Calls received by each member so far, status calls (the policies' own) left out. */
  requestCounts(): number[] {
    return this.summaries().map(({ requests }) => requestCount(requests));
  }
}

/** Calls that users sent: all but the polls for status. */
export function requestCount(requests: Readonly<Record<string, number>>): number {
  let count = 0;
  for (const [kind, received] of Object.entries(requests)) if (kind !== 'status') count += received;
  return count;
}

function totals({ incarnations }: Member): Totals {
  const requests: Record<string, number> = {};
  const sums = { clientReceivedBytes: 0, clientSentBytes: 0, peerReceivedBytes: 0, peerSentBytes: 0 };
  for (const metrics of incarnations) {
    for (const [kind, count] of Object.entries(metrics.receivedByKind())) {
      requests[kind] = (requests[kind] ?? 0) + count;
    }
    sums.clientReceivedBytes += metrics.clientReceivedBytes.value;
    sums.clientSentBytes += metrics.clientSentBytes.value;
    sums.peerReceivedBytes += metrics.totalPeerReceivedBytes();
    sums.peerSentBytes += metrics.totalPeerSentBytes();
  }
  return { requests: Object.fromEntries(Object.entries(requests).sort(([a], [b]) => (a < b ? -1 : 1))), ...sums };
}
