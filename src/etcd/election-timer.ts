import { NO_TIMER, type Simulator, type Stream, type Timer } from '../engine/index.js';
import type { RawNode } from '../raft/raw-node.js';
import type { Message } from '../raft/types.js';

/**
 * An election timer that ends anywhere in its range, not with a whole tick, and starts anew only when Raft's paper says so:
 * with a campaign, a vote given away, a word from the leader, or the end of one's own leadership.
 *
 * etcd's own timer differs twice: it counts ticks, and any higher term starts it anew, even in a request that is refused.
 * Source: Raft paper §5.2, figure 2; LogCabin's RaftConsensus (setElectionTimer).
 */
export class ElectionTimer {
  private readonly simulator: Simulator;
  private readonly minUs: number;
  private readonly maxUs: number;
  private readonly draws: Stream;
  private readonly expired: () => void;
  private timer: Timer = NO_TIMER;
  private led = false;
  /** It has ended, and has not been started anew since. */
  due = false;
  private readonly onEnd = (): void => this.end();

  /** @param expired called at each end; who campaigns then has to `restart` it */
  constructor(
    simulator: Simulator,
    range: { readonly minUs: number; readonly maxUs: number },
    draws: Stream,
    expired: () => void,
  ) {
    this.simulator = simulator;
    this.minUs = range.minUs;
    this.maxUs = range.maxUs;
    this.draws = draws;
    this.expired = expired;
    this.restart();
  }

  /** @param clockRate seconds of the member's clock a second */
  restart(clockRate = 1): void {
    this.due = false;
    this.simulator.cancel(this.timer);
    const timeoutUs = this.minUs + this.draws.uniform() * (this.maxUs - this.minUs);
    this.timer = this.simulator.startTimer(Math.round(timeoutUs / clockRate), this.onEnd, undefined);
  }

  stop(): void {
    this.simulator.cancel(this.timer);
  }

  private end(): void {
    this.due = true;
    this.expired();
  }

  /** To be asked after `raw` took a message, or a tick: whether that starts the timer anew. */
  restartsAfter(message: Message | undefined, { raft }: RawNode): boolean {
    const leads = raft.state === 'StateLeader';
    const deposed = this.led && !leads;
    this.led = leads;
    if (deposed) return true;
    if (message === undefined || message.term !== raft.term) return false;
    switch (message.type) {
      case 'MsgVote':
        return raft.vote === message.from;
      case 'MsgApp':
      case 'MsgHeartbeat':
      case 'MsgSnap':
        return true;
      default:
        return false;
    }
  }
}
