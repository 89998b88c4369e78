import { Fifo, type Program, type Simulator, type Stream } from '../engine/index.js';
import type { MemoryStorage } from '../raft/memory-storage.js';
import { RawNode } from '../raft/raw-node.js';
import type { RaftRules } from '../raft/rules.js';
import type { Entry, MemberId, Message, ReadState, Ready, Snapshot, SoftState } from '../raft/types.js';
import type { CpuCosts, RaftSettings } from './config.js';
import { etcdDecisions, type MemberDecisions } from './decisions.js';
import { ElectionTimer } from './election-timer.js';
import type { DriverTracer } from './observer.js';
import { WAL_RECORD_OVERHEAD_BYTES, type Wal } from './wal.js';

/** What the driver hands on. */
export interface DriverHandlers {
  /** The raft state or the known leader changed. */
  readonly leadership: (soft: SoftState) => void;
  readonly readStates: (states: readonly ReadState[]) => void;
  /** Committed entries (and before them a snapshot) to apply, in order. */
  readonly committed: (batch: CommittedBatch) => void;
  /** The Ready of a batch handed on before is on disk now. */
  readonly written: () => void;
  readonly send: (message: Message) => void;
  /** A message is about to be stepped. */
  readonly received?: ((message: Message) => void) | undefined;
  /** What this Ready holds is on disk. */
  readonly saved?: ((ready: Ready) => void) | undefined;
  /** After every turn of the node loop: proposals that waited for a leader may go now. */
  readonly turned: () => void;
}

/** One Ready's committed entries. etcd's apply loop ends a batch only when its Ready is on disk too. */
export interface CommittedBatch {
  readonly entries: readonly Entry[];
  readonly snapshot: Snapshot | undefined;
  onDisk: boolean;
  /** Set by whoever applies it. */
  applied: boolean;
}

const TICK_COST_US = 2;

/**
 * The node loop and the Ready loop around one RawNode.
 *
 * The node loop takes ticks and messages one by one. The Ready loop handles one Ready at a time: a leader sends its
 * messages in parallel with its WAL write, everybody else only after it; whatever arrives meanwhile gathers in the next
 * Ready, and that is all there is to group commit.
 * Source: etcd server/etcdserver/raft.go (raftNode.start), raft/node.go (node.run).
 */
export class RaftDriver {
  readonly raw: RawNode;
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly storage: MemoryStorage;
  private readonly wal: () => Wal;
  private readonly costs: CpuCosts;
  private readonly tickUs: number;
  private readonly handlers: DriverHandlers;
  private readonly decisions: MemberDecisions;
  private readonly tracer: DriverTracer | undefined;

  private readonly inbox = new Fifo<Message>();
  private stepping = false;
  /** How many of the inbox's messages the node loop has in hand. */
  private taking = 0;
  private readonly stepAll = (): void => this.takeMessages();

  private ready: Ready | undefined;
  private messages: readonly Message[] = [];
  private readyBusy = false;
  private batch: CommittedBatch | undefined;
  private leads = false;
  private readonly startReady = (): void => this.handleReady();

  private readonly electionTimer: ElectionTimer | undefined;
  private readonly onElectionTimeout = (): void => this.campaign();
  private readonly blockingWrites: boolean;
  /** Turns of the node loop that came while a write held everything up. */
  private held: (() => void)[] = [];

  private waitsForApply = false;
  private tickPending = false;
  private stopped = false;
  private readonly onTickTimer = (): void => this.tickTimer();
  private readonly onTick = (): void => this.tick();
  /** Ticks per tick interval, for a drifting clock; 1 is exact. */
  clockRate = 1;

  constructor(
    simulator: Simulator,
    program: Program,
    storage: MemoryStorage,
    wal: () => Wal,
    settings: RaftSettings,
    costs: CpuCosts,
    id: MemberId,
    applied: number,
    electionDraws: Stream,
    handlers: DriverHandlers,
    decisions: MemberDecisions = etcdDecisions,
    rules?: RaftRules,
    tracer?: DriverTracer,
  ) {
    this.simulator = simulator;
    this.program = program;
    this.storage = storage;
    this.wal = wal;
    this.costs = costs;
    this.tickUs = settings.heartbeatIntervalUs;
    this.handlers = handlers;
    this.decisions = decisions;
    this.tracer = tracer;
    this.blockingWrites = settings.blockingWrites;
    const continuous = settings.electionTimer === 'continuous';
    const electionTick = Math.round(settings.electionTimeoutUs / settings.heartbeatIntervalUs);
    this.raw = new RawNode({
      id,
      electionTick,
      heartbeatTick: 1,
      storage,
      applied,
      asyncStorageWrites: false,
      maxSizePerMsg: settings.maxSizePerMsgBytes,
      maxCommittedSizePerReady: settings.maxSizePerMsgBytes,
      // etcd leaves this at raft's default, which is no limit.
      maxUncommittedEntriesSize: Number.POSITIVE_INFINITY,
      maxInflightMsgs: settings.maxInflightMsgs,
      maxInflightBytes: Number.POSITIVE_INFINITY,
      checkQuorum: settings.checkQuorum,
      preVote: settings.preVote,
      readOnlyOption: decisions.readOnlyOption,
      disableProposalForwarding: false,
      disableConfChangeValidation: false,
      // Model: as of etcd 3.6. Before, a leader that is out goes on for a second, and where one voter is left it answers
      // reads by itself, stale ones too.
      stepDownOnRemoval: decisions.heedsRemoval(),
      rules,
      tracer,
      drawElectionTimeout: () =>
        continuous
          ? Number.POSITIVE_INFINITY
          : decisions.electionTimeout(electionTick, electionTick + electionDraws.below(electionTick)),
    });
    // Members do not start in the same instant: each ticks in a phase of its own.
    simulator.schedule(electionDraws.below(this.tickUs), this.onTickTimer, undefined);
    if (continuous) {
      const range = { minUs: settings.electionTimeoutUs, maxUs: settings.electionTimeoutMaxUs };
      this.electionTimer = new ElectionTimer(simulator, range, electionDraws, () =>
        this.program.run(TICK_COST_US, this.onElectionTimeout, undefined),
      );
    }
  }

  stop(): void {
    this.stopped = true;
    this.electionTimer?.stop();
  }

  /** A message from a peer. */
  receive(message: Message): void {
    this.inbox.push(message);
    if (!this.stepping) this.wakeNode();
  }

  /** Call after anything was asked of `raw` from outside the node loop. */
  kick(): void {
    if (this.readyBusy || this.stopped || !this.raw.hasReady()) return;
    this.readyBusy = true;
    this.program.runNext(this.costs.readyUs, this.startReady, undefined);
  }

  /** The node loop gets a core and takes all that is there, one message after another, before it gives the core back. */
  private wakeNode(): void {
    this.stepping = true;
    this.taking = this.inbox.length;
    const { loopUs, receiveUs, entryUs } = this.costs;
    let costUs = loopUs;
    for (let i = 0; i < this.taking; i++) costUs += receiveUs + entryUs * this.inbox.at(i).entries.length;
    this.program.run(costUs, this.stepAll, undefined);
  }

  private takeMessages(): void {
    if (this.stopped || this.holds(this.stepAll)) return;
    for (; this.taking > 0; this.taking--) {
      const message = this.inbox.shift()!;
      this.handlers.received?.(message);
      // A refused message (a dropped proposal, an unknown peer) is not the sender's to hear of.
      this.decisions.step(this.raw, message);
      this.afterTurn(message);
    }
    if (this.inbox.length > 0) this.wakeNode();
    else this.stepping = false;
  }

  /** @param message that this turn of the node loop took */
  private afterTurn(message?: Message): void {
    const { electionTimer } = this;
    if (electionTimer?.restartsAfter(message, this.raw)) electionTimer.restart(this.clockRate);
    this.handlers.turned();
    this.kick();
  }

  private tickTimer(): void {
    if (this.stopped) return;
    this.simulator.schedule(Math.round(this.tickUs / this.clockRate), this.onTickTimer, undefined);
    // Go's ticker holds one tick at most: those of a paused or starved member are lost.
    if (this.tickPending) return;
    this.tickPending = true;
    this.program.runNext(TICK_COST_US, this.onTick, undefined);
  }

  private tick(): void {
    if (this.stopped || this.holds(this.onTick)) return;
    this.tickPending = false;
    this.raw.tick();
    this.afterTurn();
  }

  private campaign(): void {
    const timer = this.electionTimer!;
    if (this.stopped || !timer.due || this.holds(this.onElectionTimeout)) return;
    timer.restart(this.clockRate);
    this.raw.campaign();
    this.afterTurn();
  }

  /** With blocking writes a turn waits for the end of the Ready in hand. */
  private holds(turn: () => void): boolean {
    if (!this.blockingWrites || !this.readyBusy) return false;
    this.held.push(turn);
    return true;
  }

  private release(): void {
    if (this.held.length === 0) return;
    const turns = this.held;
    this.held = [];
    for (const turn of turns) turn();
  }

  private handleReady(): void {
    if (this.stopped) return;
    if (!this.raw.hasReady()) {
      this.readyBusy = false;
      this.release();
      return;
    }
    const ready = this.raw.ready();
    this.ready = ready;
    if (ready.softState !== undefined) {
      this.leads = ready.softState.raftState === 'StateLeader';
      this.handlers.leadership(ready.softState);
    }
    if (ready.readStates.length > 0) this.handlers.readStates(ready.readStates);
    this.batch = undefined;
    if (ready.committedEntries.length > 0 || ready.snapshot !== undefined) {
      this.batch = { entries: ready.committedEntries, snapshot: ready.snapshot, onDisk: false, applied: false };
      this.handlers.committed(this.batch);
    }
    this.messages = withoutOlderAppendAnswers(ready.messages);
    if (this.leads || !this.decisions.answersAfterSaved()) this.send();
    if (ready.entries.length > 0 || ready.hardState !== undefined || ready.snapshot !== undefined) {
      this.wal().save(walBytes(ready), ready.mustSync);
    } else {
      this.onSaved();
    }
  }

  /** The WAL holds the Ready in hand. Called by the WAL. */
  onSaved(): void {
    const ready = this.ready;
    if (ready === undefined || this.stopped) return;
    const { decisions, storage } = this;
    if (ready.snapshot !== undefined) decisions.storeSnapshot(storage, ready.snapshot);
    if (ready.hardState !== undefined) {
      storage.setHardState(decisions.hardStateToStore(ready.hardState, storage.initialState().hardState));
    }
    if (ready.entries.length > 0) storage.append(ready.entries);
    this.handlers.saved?.(ready);
    this.tracer?.stored(this.raw.raft);
    if (this.batch !== undefined) {
      this.batch.onDisk = true;
      this.handlers.written();
    }
    if (this.batch !== undefined && !this.batch.applied && this.batch.entries.some(isConfChange)) {
      this.waitsForApply = true;
      return;
    }
    this.endReady();
  }

  /**
   * A batch has been applied.
   *
   * A change of the configuration is applied before anything is promised: else votes of removed members might count.
   * Model: etcd's leader does not wait for it; it makes no joint changes, which need it.
   */
  applied(): void {
    if (!this.waitsForApply || this.batch?.applied !== true || this.stopped) return;
    this.waitsForApply = false;
    this.endReady();
  }

  private endReady(): void {
    if (!this.leads && this.decisions.answersAfterSaved()) this.send();
    this.ready = undefined;
    this.batch = undefined;
    this.raw.advance();
    this.readyBusy = false;
    this.afterTurn();
    this.release();
  }

  /**
   * A crash tears the write under way: of its entries the first `kept` are on the disk after all.
   *
   * @returns those entries
   */
  tear(kept: (entries: number) => number): readonly Entry[] {
    const { ready } = this;
    if (ready === undefined || ready.snapshot !== undefined || ready.entries.length === 0) return [];
    const entries = ready.entries.slice(0, kept(ready.entries.length));
    if (entries.length > 0) this.storage.append(entries);
    return entries;
  }

  private send(): void {
    for (const message of this.messages) this.handlers.send(message);
  }
}

function isConfChange({ type }: Entry): boolean {
  return type !== 'EntryNormal';
}

/** Of several MsgAppResp in one Ready etcd sends the last alone: it speaks for the others. */
function withoutOlderAppendAnswers(messages: readonly Message[]): readonly Message[] {
  let answers = 0;
  for (const message of messages) if (message.type === 'MsgAppResp') answers++;
  return answers < 2 ? messages : messages.filter(({ type }) => type !== 'MsgAppResp' || --answers === 0);
}

function walBytes(ready: Ready): number {
  let bytes = ready.hardState === undefined ? 0 : WAL_RECORD_OVERHEAD_BYTES;
  for (const entry of ready.entries) bytes += WAL_RECORD_OVERHEAD_BYTES + entry.dataBytes;
  return bytes;
}
