import { confChangeBytes } from './confchange/conf-change.js';
import { hup } from './elections.js';
import { invariant, placed, violated } from './invariant.js';
import { isStorageThread } from './member-id.js';
import { applyConfChange } from './membership.js';
import { isLocalMessage, isResponse, NO_ENTRIES, NO_MESSAGES, newMessage } from './message.js';
import { propose } from './proposals.js';
import type { Raft } from './raft.js';
import { appendEntry, broadcastAppend } from './replication.js';
import { startRaft } from './start.js';
import { type BasicStatus, basicStatusOf, type Status, statusOf } from './status.js';
import { entriesApplied, step, storedInTerm } from './step.js';
import { addStorageMessages } from './storage-messages.js';
import { tick } from './tick.js';
import {
  type ConfChangeV2,
  type ConfState,
  type Entry,
  type HardState,
  type MemberId,
  type Message,
  NONE,
  type RaftConfig,
  type RaftState,
  type RawNodeApi,
  type ReadState,
  type Ready,
  type Snapshot,
  type SoftState,
  type StepError,
} from './types.js';

const NO_READ_STATES: readonly ReadState[] = [];

/**
 * One member's raft: takes ticks, messages and proposals, gives out what to store, send and apply.
 *
 * Synchronous storage writes: `ready()`, store entries, hard state and snapshot, send the messages, apply the committed
 * entries, `advance()`. Asynchronous: `ready()` only; its MsgStorageAppend and MsgStorageApply say what to do and carry
 * the responses to deliver once it is done. A Ready's arrays stay as they are for good. etcd: raft.RawNode.
 */
export class RawNode implements RawNodeApi {
  /** The state machine itself: to look at (invariant checkers, tests), not to change. */
  readonly raft: Raft;
  private readonly asynchronous: boolean;

  // What the last Ready told.
  private toldLead: MemberId;
  private toldState: RaftState;
  private toldTerm: number;
  private toldVote: MemberId;
  private toldCommit: number;

  // What advance() acknowledges (synchronous storage writes only).
  private awaitsAdvance = false;
  private ownResponses: Message[] = [];
  private storing = false;
  private storingTerm = 0;
  private storingIndex = 0;
  private storingLogTerm = 0;
  private storingSnapshot: Snapshot | undefined = undefined;
  private applying: readonly Entry[] = NO_ENTRIES;

  /** @throws InvariantError if the settings or what storage holds make no sense */
  constructor(config: RaftConfig) {
    const raft = startRaft(config);
    this.raft = raft;
    this.asynchronous = config.asyncStorageWrites;
    this.toldLead = raft.lead;
    this.toldState = raft.state;
    this.toldTerm = raft.term;
    this.toldVote = raft.vote;
    this.toldCommit = raft.log.committed;
    config.storage.attach?.(this);
  }

  get id(): MemberId {
    return this.raft.id;
  }

  get term(): number {
    return this.raft.term;
  }

  get vote(): MemberId {
    return this.raft.vote;
  }

  get lead(): MemberId {
    return this.raft.lead;
  }

  get state(): RaftState {
    return this.raft.state;
  }

  get commitIndex(): number {
    return this.raft.log.committed;
  }

  get appliedIndex(): number {
    return this.raft.log.applied;
  }

  /** Last index of the log, stored or not. */
  get lastIndex(): number {
    return this.raft.log.lastIndex();
  }

  tick(): void {
    try {
      tick(this.raft);
    } catch (error) {
      throw this.place(error);
    }
  }

  campaign(): void {
    try {
      hup(this.raft, this.raft.config.preVote ? 'pre-election' : 'election');
    } catch (error) {
      throw this.place(error);
    }
  }

  /** @throws InvariantError if storage has lost what it acknowledged */
  propose(data: unknown, dataBytes: number): StepError {
    try {
      return this.proposeData(data, dataBytes);
    } catch (error) {
      throw this.place(error);
    }
  }

  private proposeData(data: unknown, dataBytes: number): StepError {
    const { raft } = this;
    if (raft.state !== 'StateLeader' || raft.leadTransferee !== NONE || raft.tracker.progress(raft.id) === undefined) {
      return propose(raft, raft.id, [newEntry(0, 0, data, dataBytes)]);
    }
    // The everyday case without the detour of an entry that is copied when its term and index are known.
    if (!appendEntry(raft, newEntry(raft.term, raft.log.lastIndex() + 1, data, dataBytes))) {
      return 'raft proposal dropped';
    }
    broadcastAppend(raft);
    return undefined;
  }

  /** @throws InvariantError for a v1 change that is not exactly one operation */
  proposeConfChange(change: ConfChangeV2, options: { v1?: boolean } = {}): StepError {
    const v1 = options.v1 === true;
    invariant(
      !v1 || change.changes.length === 1,
      'a v1 configuration change has exactly one operation',
      this.raft.facts(),
    );
    const entry: Entry = {
      term: 0,
      index: 0,
      type: v1 ? 'EntryConfChange' : 'EntryConfChangeV2',
      data: undefined,
      dataBytes: confChangeBytes(change, v1),
      confChange: change,
    };
    return propose(this.raft, this.raft.id, [entry]);
  }

  /** @throws InvariantError for a change that cannot follow the configuration in force */
  applyConfChange(change: ConfChangeV2): ConfState {
    try {
      return applyConfChange(this.raft, change);
    } catch (error) {
      throw this.place(error);
    }
  }

  /** @throws InvariantError for a local message, or one that breaks the log */
  step(message: Message): StepError {
    try {
      return this.stepChecked(message);
    } catch (error) {
      throw this.place(error);
    }
  }

  private stepChecked(message: Message): StepError {
    const { type, from } = message;
    if (!isStorageThread(from)) {
      if (isLocalMessage(type)) violated('a local message came from outside', { ...this.raft.facts(), type, from });
      if (isResponse(type) && this.raft.tracker.progress(from) === undefined)
        return 'raft: cannot step as peer not found';
    }
    return step(this.raft, message);
  }

  hasReady(): boolean {
    const { raft } = this;
    const { log } = raft;
    return (
      raft.messages.length > 0 ||
      raft.messagesAfterAppend.length > 0 ||
      log.unstable.hasNextEntries ||
      log.hasNextCommitted(raft.rules.mayApplyUnstable(raft)) ||
      raft.readStates.length > 0 ||
      this.hardStateChanged() ||
      raft.lead !== this.toldLead ||
      raft.state !== this.toldState ||
      log.unstable.nextSnapshot !== undefined
    );
  }

  /** @throws InvariantError if the last Ready still waits for advance() */
  ready(): Ready {
    try {
      return this.takeReady();
    } catch (error) {
      throw this.place(error);
    }
  }

  private takeReady(): Ready {
    const { raft } = this;
    const { log } = raft;
    const { unstable } = log;
    if (this.awaitsAdvance) violated('ready() came twice without advance()', raft.facts());

    const allowUnstable = raft.rules.mayApplyUnstable(raft);
    const entries = unstable.hasNextEntries ? unstable.nextEntries() : NO_ENTRIES;
    const committedEntries = log.nextCommitted(allowUnstable);
    const snapshot = unstable.nextSnapshot;
    const softState = this.takeSoftState();
    const mustSync = entries.length > 0 || raft.vote !== this.toldVote || raft.term !== this.toldTerm;
    const hardState = this.takeHardState();
    const readStates = this.takeReadStates();

    const messages = raft.messages;
    if (this.asynchronous) {
      addStorageMessages(raft, messages, { entries, hardState, snapshot, committedEntries });
    } else {
      this.noteForAdvance(messages, snapshot, committedEntries);
    }
    if (messages.length > 0) raft.messages = [];
    unstable.acceptInProgress();
    if (committedEntries.length > 0) log.acceptApplying(committedEntries, allowUnstable);
    raft.tracer?.readied(raft);

    return {
      softState,
      hardState,
      readStates,
      entries,
      snapshot,
      committedEntries,
      messages: messages.length > 0 ? messages : NO_MESSAGES,
      mustSync,
    };
  }

  /** @throws InvariantError without a Ready before, or with asynchronous storage writes */
  advance(): void {
    try {
      this.acknowledgeReady();
    } catch (error) {
      throw this.place(error);
    }
  }

  private acknowledgeReady(): void {
    const { raft } = this;
    if (this.asynchronous) violated('advance() belongs to synchronous storage writes', raft.facts());
    if (!this.awaitsAdvance) violated('advance() came without ready()', raft.facts());
    this.awaitsAdvance = false;

    // In this order: own votes and acknowledgements, what is stored, what is applied.
    if (this.ownResponses.length > 0) {
      for (const response of this.ownResponses) step(raft, response);
      this.ownResponses = [];
    }
    if (this.storing) {
      this.storing = false;
      storedInTerm(raft, this.storingTerm, this.storingIndex, this.storingLogTerm, this.storingSnapshot);
    }
    entriesApplied(raft, this.applying);
    this.applying = NO_ENTRIES;
  }

  readIndex(context: unknown): void {
    const { raft } = this;
    step(raft, newMessage('MsgReadIndex', raft.id, raft.id, 0, 0, 0, NO_ENTRIES, 0, false, 0, context));
  }

  transferLeader(to: MemberId): void {
    step(this.raft, newMessage('MsgTransferLeader', to, this.raft.id, 0));
  }

  forgetLeader(): void {
    step(this.raft, newMessage('MsgForgetLeader', this.raft.id, this.raft.id, 0));
  }

  reportUnreachable(id: MemberId): void {
    step(this.raft, newMessage('MsgUnreachable', id, this.raft.id, 0));
  }

  reportSnapshot(id: MemberId, status: 'finish' | 'failure'): void {
    step(this.raft, newMessage('MsgSnapStatus', id, this.raft.id, 0, 0, 0, NO_ENTRIES, 0, status === 'failure'));
  }

  basicStatus(): BasicStatus {
    return basicStatusOf(this.raft);
  }

  status(): Status {
    return statusOf(this.raft);
  }

  /** For tests: the election timeout until the next reset, ticks. */
  setRandomizedElectionTimeout(ticks: number): void {
    this.raft.electionTimeout = ticks;
  }

  /** An error from deep inside, with what this node knows of itself. */
  private place(error: unknown): unknown {
    return placed(error, this.raft.facts());
  }

  private hardStateChanged(): boolean {
    const { raft } = this;
    return raft.log.committed !== this.toldCommit || raft.term !== this.toldTerm || raft.vote !== this.toldVote;
  }

  private takeSoftState(): SoftState | undefined {
    const { lead, state } = this.raft;
    if (lead === this.toldLead && state === this.toldState) return undefined;
    this.toldLead = lead;
    this.toldState = state;
    return { lead, raftState: state };
  }

  private takeHardState(): HardState | undefined {
    if (!this.hardStateChanged()) return undefined;
    const { raft } = this;
    this.toldTerm = raft.term;
    this.toldVote = raft.vote;
    this.toldCommit = raft.log.committed;
    return { term: raft.term, vote: raft.vote, commit: raft.log.committed };
  }

  private takeReadStates(): readonly ReadState[] {
    const { readStates } = this.raft;
    if (readStates.length === 0) return NO_READ_STATES;
    this.raft.readStates = [];
    return readStates;
  }

  /** Adds the responses that wait for storage to the messages, and keeps what advance() has to acknowledge. */
  private noteForAdvance(messages: Message[], snapshot: Snapshot | undefined, committed: readonly Entry[]): void {
    const { raft } = this;
    if (raft.messagesAfterAppend.length > 0) {
      for (const response of raft.messagesAfterAppend) {
        if (response.to === raft.id) this.ownResponses.push(response);
        else messages.push(response);
      }
      raft.messagesAfterAppend = [];
    }
    const hasUnstable = raft.log.unstable.entries.length > 0;
    if (hasUnstable || snapshot !== undefined) {
      this.storing = true;
      this.storingTerm = raft.term;
      this.storingIndex = hasUnstable ? raft.log.lastIndex() : 0;
      this.storingLogTerm = hasUnstable ? raft.log.lastTerm() : 0;
      this.storingSnapshot = snapshot;
    }
    this.applying = committed;
    this.awaitsAdvance = true;
  }
}

function newEntry(term: number, index: number, data: unknown, dataBytes: number): Entry {
  return { term, index, type: 'EntryNormal', data, dataBytes, confChange: undefined };
}
