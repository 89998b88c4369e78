import { Fifo, type Program, type Simulator, type Stream } from '../engine/index.js';
import type { MemoryStorage } from '../raft/memory-storage.js';
import { RawNode } from '../raft/raw-node.js';
import type { Entry, MemberId, Message, ReadState, Ready, Snapshot, SoftState } from '../raft/types.js';
import type { CpuCosts, RaftSettings } from './config.js';
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
  /** After every turn of the node loop: proposals that waited for a leader may go now. */
  readonly turned: () => void;
}

/** One Ready's committed entries. etcd's apply loop ends a batch only when its Ready is on disk too. */
export interface CommittedBatch {
  readonly entries: readonly Entry[];
  readonly snapshot: Snapshot | undefined;
  onDisk: boolean;
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

  private readonly inbox = new Fifo<Message>();
  private stepping = false;
  private readonly stepNext = (): void => this.takeMessage();

  private ready: Ready | undefined;
  private messages: readonly Message[] = [];
  private readyBusy = false;
  private batch: CommittedBatch | undefined;
  private leads = false;
  /** Parts of the Ready in hand that are still to end: the WAL write, and sending. */
  private openParts = 0;
  private readonly startReady = (): void => this.handleReady();
  private readonly sendAll = (): void => this.transmit();

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
  ) {
    this.simulator = simulator;
    this.program = program;
    this.storage = storage;
    this.wal = wal;
    this.costs = costs;
    this.tickUs = settings.heartbeatIntervalUs;
    this.handlers = handlers;
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
      readOnlyOption: 'safe',
      disableProposalForwarding: false,
      disableConfChangeValidation: false,
      stepDownOnRemoval: false,
      drawElectionTimeout: () => electionTick + electionDraws.below(electionTick),
    });
    // Members do not start in the same instant: each ticks in a phase of its own.
    simulator.schedule(electionDraws.below(this.tickUs), this.onTickTimer, undefined);
  }

  stop(): void {
    this.stopped = true;
  }

  /** A message from a peer. */
  receive(message: Message): void {
    this.inbox.push(message);
    if (!this.stepping) this.stepOne();
  }

  /** Call after anything was asked of `raw` from outside the node loop. */
  kick(): void {
    if (this.readyBusy || this.stopped || !this.raw.hasReady()) return;
    this.readyBusy = true;
    this.program.run(this.costs.readyUs, this.startReady, undefined);
  }

  private stepOne(): void {
    const message = this.inbox.peek();
    this.stepping = message !== undefined;
    if (message === undefined) return;
    this.program.run(this.costs.messageUs + this.costs.entryUs * message.entries.length, this.stepNext, undefined);
  }

  private takeMessage(): void {
    const message = this.inbox.shift()!;
    if (this.stopped) return;
    // A refused message (a dropped proposal, an unknown peer) is not the sender's to hear of.
    this.raw.step(message);
    this.afterTurn();
    this.stepOne();
  }

  private afterTurn(): void {
    this.handlers.turned();
    this.kick();
  }

  private tickTimer(): void {
    if (this.stopped) return;
    this.simulator.schedule(Math.round(this.tickUs / this.clockRate), this.onTickTimer, undefined);
    // Go's ticker holds one tick at most: those of a paused or starved member are lost.
    if (this.tickPending) return;
    this.tickPending = true;
    this.program.run(TICK_COST_US, this.onTick, undefined);
  }

  private tick(): void {
    this.tickPending = false;
    if (this.stopped) return;
    this.raw.tick();
    this.afterTurn();
  }

  private handleReady(): void {
    if (this.stopped) return;
    if (!this.raw.hasReady()) {
      this.readyBusy = false;
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
      this.batch = { entries: ready.committedEntries, snapshot: ready.snapshot, onDisk: false };
      this.handlers.committed(this.batch);
    }
    this.messages = withoutOlderAppendAnswers(ready.messages);
    this.openParts = 1;
    if (this.leads && this.messages.length > 0) {
      this.openParts = 2;
      this.program.run(this.sendCostUs(), this.sendAll, undefined);
    }
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
    if (ready.snapshot !== undefined) this.storage.applySnapshot(ready.snapshot);
    if (ready.hardState !== undefined) this.storage.setHardState(ready.hardState);
    if (ready.entries.length > 0) this.storage.append(ready.entries);
    if (this.batch !== undefined) {
      this.batch.onDisk = true;
      this.handlers.written();
    }
    if (!this.leads && this.messages.length > 0) {
      this.program.run(this.sendCostUs(), this.sendAll, undefined);
    } else {
      this.endPart();
    }
  }

  private transmit(): void {
    if (this.stopped || this.ready === undefined) return;
    for (const message of this.messages) this.handlers.send(message);
    this.endPart();
  }

  private endPart(): void {
    if (--this.openParts > 0) return;
    this.ready = undefined;
    this.batch = undefined;
    this.raw.advance();
    this.readyBusy = false;
    this.afterTurn();
  }

  private sendCostUs(): number {
    let entries = 0;
    for (const message of this.messages) entries += message.entries.length;
    return this.costs.messageUs * this.messages.length + this.costs.entryUs * entries;
  }
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
