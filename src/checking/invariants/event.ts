/** An entry as the invariants see it: its place, and a number that stands for its content. */
export interface EntryMark {
  readonly index: number;
  readonly term: number;
  /** Equal for entries with equal content; see `EntryDigests`. */
  readonly digest: number;
}

/** Who decides: a majority of `voters`, and while `votersOutgoing` is not empty one of those too. Names of members. */
export interface VoterSet {
  readonly voters: readonly string[];
  readonly votersOutgoing: readonly string[];
}

/** What happens on one member that a safety property speaks of. `member` is its name. */
export type InvariantEvent = { readonly atUs: number; readonly member: string } & MemberEvent;

export type MemberEvent =
  /** It leads `term` from now on. Before its first own entry is durable. */
  | { readonly kind: 'became-leader'; readonly term: number }
  /** It led, and does no more. */
  | { readonly kind: 'stepped-down' }
  /** Its term in memory rose. */
  | { readonly kind: 'term-changed'; readonly term: number }
  /** Term and vote are on disk; `candidate` undefined = no vote yet. */
  | { readonly kind: 'vote-persisted'; readonly term: number; readonly candidate: string | undefined }
  /** Entries are on disk, in order; those at and above the first one's index are replaced. */
  | { readonly kind: 'log-append'; readonly entries: readonly EntryMark[] }
  /** Entries at and above `fromIndex` are gone from the disk without others in their place. */
  | { readonly kind: 'truncated'; readonly fromIndex: number }
  /** The commit index rose to `index`, whose entry has `entryTerm`. */
  | { readonly kind: 'commit-advanced'; readonly index: number; readonly entryTerm: number }
  /** The state machine took one entry. */
  | { readonly kind: 'applied'; readonly entry: EntryMark }
  /** A configuration counts from now on: the one at `index` (0: the one to start from). */
  | { readonly kind: 'config-applied'; readonly index: number; readonly config: VoterSet }
  /** A client is told that the entry at `index` took effect. */
  | { readonly kind: 'acknowledged'; readonly index: number; readonly term: number }
  /** Hash of the store at a revision. */
  | { readonly kind: 'kv-hash'; readonly revision: number; readonly hash: number }
  /** A snapshot took the place of the log, on disk. */
  | { readonly kind: 'snapshot-installed'; readonly index: number; readonly term: number }
  /** The log says that so much is left of a lease, seconds; 0: its whole time. */
  | { readonly kind: 'lease-checkpointed'; readonly leaseId: number; readonly remainingSec: number }
  /** A new leader lets a lease's time run: `givenSec` of its `ttlSec`. */
  | { readonly kind: 'lease-started'; readonly leaseId: number; readonly ttlSec: number; readonly givenSec: number }
  | { readonly kind: 'crash' }
  /** Back, with what its disk held: `term` from there, applied up to `appliedIndex`. */
  | { readonly kind: 'restart'; readonly term: number; readonly appliedIndex: number };
