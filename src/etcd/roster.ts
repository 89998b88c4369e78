import type { RawNode } from '../raft/raw-node.js';
import type { ConfState, MemberId, Message } from '../raft/types.js';

/** Who is a member now, and who has been one, by the configurations that this process has applied. */
export class Roster {
  private current: ConfState;
  private readonly members = new Set<MemberId>();
  private readonly everMembers = new Set<MemberId>();

  constructor(confState: ConfState) {
    this.current = confState;
    this.confState = confState;
  }

  get confState(): ConfState {
    return this.current;
  }

  set confState(confState: ConfState) {
    this.current = confState;
    this.members.clear();
    // A joint configuration still has those that it is about to lose.
    const { voters, learners, votersOutgoing, learnersNext } = confState;
    for (const id of [...voters, ...learners, ...votersOutgoing, ...learnersNext]) {
      this.members.add(id);
      this.everMembers.add(id);
    }
  }

  has(id: MemberId): boolean {
    return this.members.has(id);
  }

  /**
   * Whether this is a campaign of somebody who was a member and is one no more.
   *
   * Model: etcd never uses an id again; here a member that was removed may be put back in. One whose log is newer than
   * ours may know that it is.
   */
  passesOver({ type, from, index, logTerm }: Message, { raft: { log } }: RawNode): boolean {
    if (type !== 'MsgVote' && type !== 'MsgPreVote') return false;
    if (!this.everMembers.has(from) || this.members.has(from)) return false;
    const lastTerm = log.lastTerm();
    return logTerm < lastTerm || (logTerm === lastTerm && index <= log.lastIndex());
  }
}
