import type { Raft } from './raft.js';
import type { Configuration } from './tracker/configuration.js';
import type { Entry, Message } from './types.js';

/**
 * Hears what nodes do, step by step, at the moments at which etcd-io/raft's own state trace has them.
 *
 * The node is shown as it is at that moment: to look at, not to change. Without a tracer nothing is worked out for it.
 * etcd: state_trace.go.
 */
export interface RaftTracer {
  /** The node is up, with what its storage held. */
  started(raft: Raft): void;
  /** It has a new role or term: `raft.state`. A leader's empty entry is not there yet. */
  became(raft: Raft): void;
  /** A leader is about to append this entry. */
  appending(raft: Raft, entry: Entry): void;
  /** A leader has looked how far it may commit. */
  committed(raft: Raft): void;
  /** Another configuration is about to take effect. */
  configuring(raft: Raft, to: Configuration): void;
  /** A message was queued. */
  sent(raft: Raft, message: Message): void;
  /** A message is about to be taken in, and has been. */
  stepping(raft: Raft, message: Message): void;
  stepped(raft: Raft): void;
  /** A Ready was handed out. */
  readied(raft: Raft): void;
}
