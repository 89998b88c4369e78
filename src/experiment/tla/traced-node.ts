import type { Raft } from '../../raft/raft.js';
import type { Message } from '../../raft/types.js';

/** What survives a crash, to the specification: all that the node knew at its last Ready. */
export interface DurableState {
  readonly term: number;
  readonly vote: number;
  readonly commit: number;
  readonly last: number;
  readonly lastTerm: number;
  readonly conf: readonly number[];
}

/** What a trace knows of one node. */
export interface TracedNode {
  raft: Raft;
  /** Its voters to the specification: those of the last change that it knows to be committed. */
  conf: readonly number[];
  durable: DurableState;
  /** Queued since its last Ready. */
  pending: Message[];
  /** Lines that must wait for a Ready: its write is under way. */
  held: string[] | undefined;
  /** What goes on the wire with that Ready. */
  leaving: Message[];
  /** The Ready itself, and what it makes durable. */
  ready: string;
  readyState: DurableState;
  /** The message that it takes in now, and whether that stands in no line. */
  stepping: Message | undefined;
  isLeftOut: boolean;
  /** How it stood when such a message came: nothing may come of it. */
  before: string;
  linesBefore: number;
  /** Its last line took in a message that raises its term to this one. */
  raisedTo: number;
  /** As its last line had it. */
  role: Exclude<Raft['state'], 'StatePreCandidate'>;
  term: number;
  /** Where the specification's leader holds a change to be pending; 0: nowhere. */
  pendingChange: number;
  /** Members that it has removed as a leader, in this term. */
  readonly removed: Set<number>;
  /** Entries committed when it started: those are lived through again. */
  replaysTo: number;
}

export function durableState({ term, vote, log }: Raft, conf: readonly number[]): DurableState {
  return { term, vote, commit: log.committed, last: log.lastIndex(), lastTerm: log.lastTerm(), conf };
}

/** Equal iff nothing that the specification looks at has changed. */
export function fingerprint({ term, vote, log, state }: Raft): string {
  return [term, vote, log.committed, log.lastIndex(), log.lastTerm(), state].join(' ');
}
