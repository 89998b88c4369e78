import { checkConfig, zeroIsUnlimited } from './config.js';
import { violated } from './invariant.js';
import { RaftLog } from './log.js';
import { ReadOnly } from './read-only.js';
import { etcdRules, type RaftRules } from './rules.js';
import type { RaftTracer } from './tracer.js';
import { ProgressTracker } from './tracker/progress-tracker.js';
import {
  type Logger,
  type MemberId,
  type Message,
  NONE,
  type RaftConfig,
  type RaftState,
  type ReadState,
} from './types.js';

/**
 * One member's raft state, and what every part of the state machine does with it.
 *
 * The behaviour lives in the modules beside this one, by idea: elections, replication, snapshots, reads, membership,
 * transfer; `step` and `tick` hand out what arrives. They change these fields; nothing outside this room does.
 */
export class Raft {
  readonly id: MemberId;
  readonly config: RaftConfig;
  readonly rules: RaftRules;
  readonly logger: Logger | undefined;
  /** Set when the node is up: it hears nothing of how that came about. */
  tracer: RaftTracer | undefined;
  readonly log: RaftLog;
  readonly tracker: ProgressTracker;

  term = 0;
  vote: MemberId = NONE;
  lead: MemberId = NONE;
  state: RaftState = 'StateFollower';

  /** To be sent at once. Never self-addressed. */
  messages: Message[] = [];
  /** To be sent when what they promise is stored; may be self-addressed. */
  messagesAfterAppend: Message[] = [];
  readStates: ReadState[] = [];

  /** Leader: the member that is to take over; NONE without a transfer. */
  leadTransferee: MemberId = NONE;
  /** Leader: no configuration change may enter the log before this index is applied. */
  pendingConfIndex = 0;
  /** Leader: payload bytes of the uncommitted tail, an estimate that is never too high. */
  uncommittedBytes = 0;
  readOnly = new ReadOnly();
  /** MsgReadIndex that wait for the first commit of the leader's term. */
  postponedReads: Message[] = [];

  /** Ticks since the leader was heard of, or (leader) since the last quorum check. */
  electionElapsed = 0;
  heartbeatElapsed = 0;
  electionTimeout = 0;

  readonly maxUncommittedBytes: number;

  constructor(config: RaftConfig) {
    checkConfig(config);
    this.id = config.id;
    this.config = config;
    this.rules = config.rules ?? etcdRules;
    this.logger = config.logger;
    this.maxUncommittedBytes = zeroIsUnlimited(config.maxUncommittedEntriesSize);
    this.log = new RaftLog(config.storage, {
      maxApplyingBytes: config.maxCommittedSizePerReady || config.maxSizePerMsg,
      logger: config.logger,
    });
    this.tracker = new ProgressTracker(config.maxInflightMsgs, zeroIsUnlimited(config.maxInflightBytes));
  }

  /** Queues a message that goes out at once. */
  send(message: Message): void {
    if (message.to === this.id) {
      violated('a member sends itself only what waits for storage', { ...this.facts(), type: message.type });
    }
    this.messages.push(message);
    this.tracer?.sent(this, message);
  }

  /** Queues a response that waits for storage. */
  sendAfterAppend(response: Message): void {
    if (this.rules.waitsForStorage(this, response) || response.to === this.id) this.messagesAfterAppend.push(response);
    else this.messages.push(response);
    this.tracer?.sent(this, response);
  }

  /**
   * A new term or role: forget the leader, the votes, all progress, the pending reads; draw an election timeout.
   *
   * @param term the term to be in; the vote stays if it is the one we are in
   */
  reset(term: number): void {
    if (this.term !== term) {
      this.term = term;
      this.vote = NONE;
    }
    this.lead = NONE;
    this.electionElapsed = 0;
    this.heartbeatElapsed = 0;
    this.electionTimeout = this.config.drawElectionTimeout();
    this.leadTransferee = NONE;
    this.tracker.resetVotes();
    const last = this.log.lastIndex();
    const { ids, peers } = this.tracker;
    for (let i = 0; i < ids.length; i++) {
      peers[i]!.reset(last + 1);
      if (ids[i] === this.id) peers[i]!.match = last;
    }
    this.pendingConfIndex = 0;
    this.uncommittedBytes = 0;
    this.readOnly = new ReadOnly();
  }

  /** Commits what a quorum holds, if it is of this term; true if the commit index moved. etcd: raft.maybeCommit. */
  maybeCommit(): boolean {
    const index = this.rules.quorumIndex(this);
    const moves = index > this.log.committed && this.rules.mayCommit(this, index);
    if (moves) this.log.commitTo(index);
    this.tracer?.committed(this);
    return moves;
  }

  /** Whether a configuration change is committed but not applied. */
  hasUnappliedConfChange(): boolean {
    const { log } = this;
    if (log.applied >= log.committed) return false;
    const entries = log.slice(log.applied + 1, log.committed + 1, Number.POSITIVE_INFINITY);
    if (entries === 'compacted')
      violated('unapplied entries were compacted', { ...this.facts(), index: log.applied + 1 });
    return entries.some((entry) => entry.type !== 'EntryNormal');
  }

  /** For an InvariantError. */
  facts(): { member: MemberId; term: number; index: number } {
    return { member: this.id, term: this.term, index: this.log.lastIndex() };
  }
}
