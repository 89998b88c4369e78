import type { ConfState, MemberId } from '../raft/types.js';

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

  /** Whether it was a member and is one no more. */
  wasRemoved(id: MemberId): boolean {
    return this.everMembers.has(id) && !this.members.has(id);
  }
}
