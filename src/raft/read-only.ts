import { type JointVoters, jointCommitted } from './quorum/joint.js';
import type { MemberId, Message } from './types.js';

/** A read that waits for a quorum to confirm that we still lead, with the commit index at its arrival. */
export interface PendingRead {
  readonly request: Message;
  readonly index: number;
}

/**
 * Reads waiting for confirmation, in order of arrival.
 *
 * A heartbeat carries the count of all reads so far as its context; an answer confirms every read up to that count. The
 * count that a quorum has answered confirms reads as match indexes commit entries. etcd: raft.readOnly.
 */
export class ReadOnly {
  private readonly answered = new Map<MemberId, number>();
  private waiting: PendingRead[] = [];
  /** Reads confirmed and gone from the front of `waiting`. */
  private confirmed = 0;

  add(read: PendingRead): void {
    this.waiting.push(read);
  }

  /** What a heartbeat must carry to confirm all waiting reads; `undefined` if none waits. */
  heartbeatContext(): number | undefined {
    return this.waiting.length === 0 ? undefined : this.confirmed + this.waiting.length;
  }

  acknowledge(from: MemberId, position: number): void {
    if (position > (this.answered.get(from) ?? 0)) this.answered.set(from, position);
  }

  quorumPosition(voters: JointVoters): number {
    return jointCommitted(voters, (id) => this.answered.get(id));
  }

  /** Takes out the reads up to `position`. */
  release(position: number): readonly PendingRead[] {
    if (position <= this.confirmed) return [];
    const released = this.waiting.splice(0, position - this.confirmed);
    this.confirmed += released.length;
    return released;
  }
}
