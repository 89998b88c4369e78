import type { PolicyEnv } from './policy.js';

const STATUS_TIMEOUT_US = 5_000_000;

/**
 * Asks every endpoint for its status again and again, and remembers who leads.
 *
 * Between polls the view can be stale. An endpoint that fails to answer changes nothing. Of two answers that name
 * different leaders the higher term wins: a deposed leader may not know yet.
 */
export class LeaderPoll {
  /** Endpoint of the leader as last heard of; undefined before the first answer. */
  leader: string | undefined;
  private term = 0;
  private readonly env: PolicyEnv;
  private readonly intervalUs: number;
  private readonly changed: () => void;

  constructor(env: PolicyEnv, intervalUs: number, changed: () => void) {
    this.env = env;
    this.intervalUs = intervalUs;
    this.changed = changed;
    this.poll();
  }

  private poll(): void {
    for (const endpoint of this.env.endpoints) {
      this.env.askStatus(endpoint, STATUS_TIMEOUT_US, (outcome) => {
        if (outcome.kind !== 'status') return;
        const { leader } = outcome;
        if (leader === undefined || outcome.header.raftTerm < this.term) return;
        this.term = outcome.header.raftTerm;
        if (leader === this.leader) return;
        this.leader = leader;
        this.changed();
      });
    }
    this.env.after(this.intervalUs, () => this.poll());
  }
}
