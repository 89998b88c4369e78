import type { DeleteRangeRequest, Outcome, PutRequest, TxnRequest } from '../api/index.js';
import type { MemberId } from '../raft/types.js';

/** A request as it stands in the raft log: etcd's InternalRaftRequest. */
export interface Proposal {
  /** Unique in the cluster: who took the request, and its number there. */
  readonly member: MemberId;
  readonly sequence: number;
  readonly command: Command;
}

/** What goes through the log: the client's mutations, and what members propose themselves. */
export type Command =
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'lease-grant'; readonly leaseId: number; readonly ttlSec: number }
  | { readonly kind: 'lease-revoke'; readonly leaseId: number }
  | { readonly kind: 'lease-checkpoint'; readonly leaseId: number; readonly remainingTtlSec: number };

/** InternalRaftRequest's header (id, user) and field tags around the request's own bytes. */
export const PROPOSAL_OVERHEAD_BYTES = 16;

export type Done = (outcome: Outcome) => void;
