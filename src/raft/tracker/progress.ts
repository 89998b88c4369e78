import { violated } from '../invariant.js';
import type { Inflights } from './inflights.js';

export type ProgressState = 'StateProbe' | 'StateReplicate' | 'StateSnapshot';

/**
 * What a leader knows of one peer, and how it sends to it. etcd: tracker.Progress.
 *
 * - Probe: one MsgApp with entries at a time, until the peer's log has been found to match somewhere.
 * - Replicate: optimistic; `next` moves on with each message, the window of inflight messages limits it.
 * - Snapshot: a snapshot is on its way; no MsgApp meanwhile.
 *
 * Invariant: match < next.
 */
export class Progress {
  match = 0;
  next: number;
  state: ProgressState = 'StateProbe';
  /** The peer has answered since the last quorum check; a leader's own is always true. */
  recentActive = false;
  /** A probe is out or the window is full: send nothing until a heartbeat response or a rejection clears this. */
  paused = false;
  /** Index of the snapshot on its way; 0 outside StateSnapshot. */
  pendingSnapshot = 0;
  /** The highest commit index known to be in flight to the peer. */
  sentCommit = 0;
  isLearner: boolean;
  readonly inflights: Inflights;

  constructor(options: { next: number; isLearner: boolean; inflights: Inflights }) {
    this.next = options.next;
    this.isLearner = options.isLearner;
    this.inflights = options.inflights;
  }

  /** A copy that shares the window: membership changes work on copies and drop the originals. */
  copy(): Progress {
    const copy = new Progress(this);
    copy.match = this.match;
    copy.state = this.state;
    copy.recentActive = this.recentActive;
    copy.paused = this.paused;
    copy.pendingSnapshot = this.pendingSnapshot;
    copy.sentCommit = this.sentCommit;
    return copy;
  }

  /** As new, at a change of term or role; `isLearner` stays. */
  reset(next: number): void {
    this.match = 0;
    this.next = next;
    this.recentActive = false;
    this.sentCommit = 0;
    this.enter('StateProbe');
  }

  becomeProbe(): void {
    // A finished snapshot lets probing begin right behind it.
    const pendingSnapshot = this.pendingSnapshot;
    const next = this.state === 'StateSnapshot' ? Math.max(this.match + 1, pendingSnapshot + 1) : this.match + 1;
    this.enter('StateProbe');
    this.next = next;
    this.clampSentCommit();
  }

  becomeReplicate(): void {
    this.enter('StateReplicate');
    this.next = this.match + 1;
  }

  becomeSnapshot(index: number): void {
    this.enter('StateSnapshot');
    this.pendingSnapshot = index;
    this.next = index + 1;
    this.sentCommit = index;
  }

  /**
   * Notes that a MsgApp with `count` entries (payloads of `bytes`) went out.
   *
   * @throws InvariantError in StateSnapshot
   */
  sentEntries(count: number, bytes: number): void {
    if (this.state === 'StateReplicate') {
      if (count > 0) {
        this.next += count;
        this.inflights.add(this.next - 1, bytes);
      }
      this.paused = this.inflights.full;
    } else if (this.state === 'StateProbe') {
      if (count > 0) this.paused = true;
    } else {
      violated('a MsgApp was sent while a snapshot is on its way', { index: this.pendingSnapshot });
    }
  }

  /** Whether sending commit index `commit` may move the peer's. */
  canBumpCommit(commit: number): boolean {
    return commit > this.sentCommit && this.sentCommit < this.next - 1;
  }

  /** Takes an acknowledged index; false if it says nothing new. */
  acknowledge(index: number): boolean {
    if (index <= this.match) return false;
    this.match = index;
    if (this.next <= index) this.next = index + 1;
    this.paused = false;
    return true;
  }

  /**
   * Takes a rejection of the MsgApp that followed index `rejected`; false if it is stale.
   *
   * @param hint where the peer's log may match, <= `rejected` for a sane peer
   */
  reject(rejected: number, hint: number): boolean {
    if (this.state === 'StateReplicate') {
      if (rejected <= this.match) return false;
      this.next = this.match + 1;
      this.clampSentCommit();
      return true;
    }
    // Probes go out one at a time, so a rejection of another index answers an older one.
    if (this.next - 1 !== rejected) return false;
    this.next = Math.max(Math.min(rejected, hint + 1), this.match + 1);
    this.clampSentCommit();
    this.paused = false;
    return true;
  }

  get isPaused(): boolean {
    return this.paused || this.state === 'StateSnapshot';
  }

  /** As log lines and `status` show it: `StateReplicate match=11 next=15 inactive`. */
  describe(): string {
    let text = `${this.state} match=${this.match} next=${this.next}`;
    if (this.isLearner) text += ' learner';
    if (this.isPaused) text += ' paused';
    if (this.pendingSnapshot > 0) text += ` pendingSnap=${this.pendingSnapshot}`;
    if (!this.recentActive) text += ' inactive';
    if (this.inflights.count > 0) text += ` inflight=${this.inflights.count}${this.inflights.full ? '[full]' : ''}`;
    return text;
  }

  private enter(state: ProgressState): void {
    this.paused = false;
    this.pendingSnapshot = 0;
    this.state = state;
    this.inflights.reset();
  }

  private clampSentCommit(): void {
    if (this.sentCommit > this.next - 1) this.sentCommit = this.next - 1;
  }
}
