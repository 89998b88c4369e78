/** What a control plane asks etcd, in the words of the recordings. */
export const REQUEST_KINDS = [
  'get',
  'list',
  'count',
  'create',
  'update',
  'dial',
  'health',
  'watch',
  'lease_grant',
] as const;

export type RequestKind = (typeof REQUEST_KINDS)[number];

/** Counts requests as they start, until it is closed. */
export class RequestTally {
  errors = 0;
  private readonly counts = new Map<RequestKind, number>();
  private closed = false;

  add(kind: RequestKind): void {
    if (!this.closed) this.counts.set(kind, this.count(kind) + 1);
  }

  count(kind: RequestKind): number {
    return this.counts.get(kind) ?? 0;
  }

  close(): void {
    this.closed = true;
  }
}
