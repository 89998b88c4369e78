import { jointVote } from '../quorum/joint.js';
import { majorityIndex, type VoteResult } from '../quorum/majority.js';
import type { MemberId } from '../types.js';
import { type Configuration, EMPTY_CONFIGURATION } from './configuration.js';
import { Inflights } from './inflights.js';
import type { Progress } from './progress.js';

/** The active configuration, a Progress per peer (this node too), and the votes of the election under way. */
export class ProgressTracker {
  readonly maxInflightMsgs: number;
  readonly maxInflightBytes: number;
  configuration: Configuration = EMPTY_CONFIGURATION;
  /** Ascending; `peers[i]` is the progress of `ids[i]`. Replaced as a whole, never changed in place. */
  ids: readonly MemberId[] = [];
  peers: readonly Progress[] = [];
  private byId: ReadonlyMap<MemberId, Progress> = new Map();
  private incoming: Progress[] = [];
  private outgoing: Progress[] = [];
  private readonly votes = new Map<MemberId, boolean>();
  private readonly scratch: number[] = [];

  constructor(maxInflightMsgs: number, maxInflightBytes: number) {
    this.maxInflightMsgs = maxInflightMsgs;
    this.maxInflightBytes = maxInflightBytes;
  }

  newInflights(): Inflights {
    return new Inflights(this.maxInflightMsgs, this.maxInflightBytes);
  }

  /** Takes over a checked configuration with a progress for each of its members. */
  install(configuration: Configuration, progress: ReadonlyMap<MemberId, Progress>): void {
    this.configuration = configuration;
    this.byId = progress;
    this.ids = [...progress.keys()].sort((a, b) => a - b);
    this.peers = this.ids.map((id) => progress.get(id)!);
    this.incoming = configuration.voters.incoming.map((id) => progress.get(id)!);
    this.outgoing = configuration.voters.outgoing.map((id) => progress.get(id)!);
  }

  progress(id: MemberId): Progress | undefined {
    return this.byId.get(id);
  }

  get progresses(): ReadonlyMap<MemberId, Progress> {
    return this.byId;
  }

  get isSingleton(): boolean {
    return this.incoming.length === 1 && this.outgoing.length === 0;
  }

  /** Highest index that a majority of each half has acknowledged; Infinity without voters. */
  committed(): number {
    const incoming = this.matchQuorum(this.incoming);
    if (this.outgoing.length === 0) return incoming;
    return Math.min(incoming, this.matchQuorum(this.outgoing));
  }

  /** Whether a quorum has been heard of since the last check; outgoing learners-to-be still count as voters. */
  quorumActive(): boolean {
    return (
      jointVote(this.configuration.voters, (id) => {
        const peer = this.byId.get(id);
        return peer !== undefined && !peer.isLearner && peer.recentActive;
      }) === 'VoteWon'
    );
  }

  resetVotes(): void {
    if (this.votes.size > 0) this.votes.clear();
  }

  /** A peer's first answer counts; a later one changes nothing. */
  recordVote(id: MemberId, granted: boolean): void {
    if (!this.votes.has(id)) this.votes.set(id, granted);
  }

  vote(id: MemberId): boolean | undefined {
    return this.votes.get(id);
  }

  /** Answers of voters that are tracked now. */
  tally(): { granted: number; rejected: number } {
    let granted = 0;
    let rejected = 0;
    for (let i = 0; i < this.ids.length; i++) {
      if (this.peers[i]!.isLearner) continue;
      const vote = this.votes.get(this.ids[i]!);
      if (vote === true) granted++;
      else if (vote === false) rejected++;
    }
    return { granted, rejected };
  }

  voteResult(): VoteResult {
    return jointVote(this.configuration.voters, (id) => this.votes.get(id));
  }

  private matchQuorum(half: readonly Progress[]): number {
    const scratch = this.scratch;
    for (let i = 0; i < half.length; i++) scratch[i] = half[i]!.match;
    return majorityIndex(scratch, half.length);
  }
}
