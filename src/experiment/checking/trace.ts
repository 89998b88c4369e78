import type { InvariantEvent } from '../../checking/index.js';
import type { Member } from '../../etcd/index.js';
import type { Message } from '../../raft/types.js';

/** Hears what a run does, for a picture of it. */
export interface TraceSink {
  sent(atUs: number, member: Member, message: Message): void;
  received(atUs: number, member: Member, message: Message): void;
  heard(event: InvariantEvent): void;
  /** A fault, or another word on what happens, at a member if it is one's. */
  noted(atUs: number, text: string, member: string | undefined): void;
}
