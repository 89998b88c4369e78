import { defaultRaftConfig } from '../../src/raft/config.js';
import { MemoryStorage } from '../../src/raft/memory-storage.js';
import { newMessage } from '../../src/raft/message.js';
import { RawNode } from '../../src/raft/raw-node.js';
import { etcdRules, type RaftRules } from '../../src/raft/rules.js';
import type { Progress } from '../../src/raft/tracker/progress.js';
import type {
  Entry,
  MemberId,
  Message,
  MessageType,
  RaftConfig,
  ReadState,
  Ready,
  Snapshot,
} from '../../src/raft/types.js';

export const id = (number: number): MemberId => number as MemberId;
export const ids = (...numbers: number[]): MemberId[] => numbers.map(id);

let rulesInForce: RaftRules = etcdRules;

/** Every node made while `run` runs decides by `rules`: how a fault is seeded under tests that know nothing of it. */
export function withRules<T>(rules: RaftRules, run: () => T): T {
  const before = rulesInForce;
  rulesInForce = rules;
  try {
    return run();
  } finally {
    rulesInForce = before;
  }
}

/** Entries with the given terms, from `first` on. */
export function entriesOf(first: number, ...terms: number[]): Entry[] {
  return terms.map((term, i) => ({
    term,
    index: first + i,
    type: 'EntryNormal',
    data: undefined,
    dataBytes: 0,
    confChange: undefined,
  }));
}

export const termsOf = (entries: readonly Entry[]): number[] => entries.map((entry) => entry.term);
export const indexesOf = (entries: readonly Entry[]): number[] => entries.map((entry) => entry.index);

export interface MessageFields {
  readonly term?: number;
  readonly logTerm?: number;
  readonly index?: number;
  readonly entries?: readonly Entry[];
  readonly commit?: number;
  readonly reject?: boolean;
  readonly rejectHint?: number;
  readonly context?: unknown;
  readonly snapshot?: Snapshot;
}

/** A message as another member would send it. */
export function message(type: MessageType, from: number, to: number, fields: MessageFields = {}): Message {
  return newMessage(
    type,
    id(from),
    id(to),
    fields.term ?? 0,
    fields.logTerm,
    fields.index,
    fields.entries,
    fields.commit,
    fields.reject,
    fields.rejectHint,
    fields.context,
    fields.snapshot,
  );
}

/** How a member stands before a test begins. */
export interface Start {
  /** Default: members 1, 2 and 3. */
  readonly voters?: readonly number[];
  readonly learners?: readonly number[];
  /** The outgoing half of a joint configuration; default: none. */
  readonly outgoing?: readonly number[];
  /** What the log begins behind; default: nothing is compacted. */
  readonly compacted?: { readonly index: number; readonly term: number };
  /** Terms of the stored log, from index 1 (or from behind the compaction) on. */
  readonly terms?: readonly number[];
  readonly term?: number;
  readonly vote?: number;
  readonly commit?: number;
}

/** One member with synchronous storage writes, whose Readys are handled when a test says so. */
export class TestNode {
  readonly raw: RawNode;
  readonly storage: MemoryStorage;
  readonly applied: Entry[] = [];
  readonly reads: ReadState[] = [];

  constructor(number: number, start: Start = {}, overrides: Partial<RaftConfig> = {}) {
    this.storage = new MemoryStorage();
    const { index, term } = start.compacted ?? { index: 0, term: 0 };
    this.storage.applySnapshot(snapshotAt(index, term, start));
    this.storage.append(entriesOf(index + 1, ...(start.terms ?? [])));
    if (start.term !== undefined || start.vote !== undefined || start.commit !== undefined) {
      this.storage.setHardState({ term: start.term ?? 0, vote: id(start.vote ?? 0), commit: start.commit ?? 0 });
    }
    this.raw = new RawNode(
      defaultRaftConfig(id(number), this.storage, {
        checkQuorum: false,
        preVote: false,
        maxSizePerMsg: Number.POSITIVE_INFINITY,
        maxCommittedSizePerReady: Number.POSITIVE_INFINITY,
        maxInflightMsgs: 256,
        applied: index,
        rules: rulesInForce,
        ...overrides,
      }),
    );
  }

  get raft(): RawNode['raft'] {
    return this.raw.raft;
  }

  get committed(): number {
    return this.raw.commitIndex;
  }

  /** The whole log, unstable part included. */
  get log(): readonly Entry[] {
    const { log } = this.raft;
    return log.slice(log.firstIndex(), log.lastIndex() + 1, Number.POSITIVE_INFINITY) as readonly Entry[];
  }

  peer(number: number): Progress {
    return this.raft.tracker.progress(id(number))!;
  }

  step(type: MessageType, from: number, fields: MessageFields = {}): void {
    // A test that does not say otherwise speaks in the member's own term.
    this.raw.step(message(type, from, this.raw.id, { term: this.raw.term, ...fields }));
  }

  tick(count = 1): void {
    for (let i = 0; i < count; i++) this.raw.tick();
  }

  propose(data = 'data', count = 1): void {
    for (let i = 0; i < count; i++) this.raw.propose(data, data.length);
  }

  /** Handles Readys until there is none; returns what they sent. */
  drain(): Message[] {
    const sent: Message[] = [];
    while (this.raw.hasReady()) sent.push(...this.handleReady().messages);
    return sent;
  }

  handleReady(): Ready {
    const ready = this.raw.ready();
    if (ready.hardState !== undefined) this.storage.setHardState(ready.hardState);
    if (ready.snapshot !== undefined) this.storage.applySnapshot(ready.snapshot);
    this.storage.append(ready.entries);
    for (const entry of ready.committedEntries) {
      this.applied.push(entry);
      if (entry.confChange !== undefined) this.raw.applyConfChange(entry.confChange);
    }
    this.reads.push(...ready.readStates);
    this.raw.advance();
    return ready;
  }

  /** Wins an election by the votes of all others; returns what it sent as a leader. */
  lead(): Message[] {
    this.raw.campaign();
    const sent = this.drain();
    for (const type of ['MsgPreVote', 'MsgVote'] as const) {
      if (this.raw.state === 'StateLeader') break;
      const asked = type === 'MsgVote' && this.raft.config.preVote ? this.drain() : sent;
      for (const request of asked.filter((each) => each.type === type)) {
        this.step(`${type}Resp`, request.to, { term: request.term });
      }
    }
    return this.drain();
  }

  /** Leads, and has its first entry acknowledged by all. */
  leadFirmly(): void {
    this.acknowledge(this.lead());
    this.drain();
  }

  /** Answers the MsgApps among `sent` as followers that agree. */
  acknowledge(sent: readonly Message[], from?: readonly number[]): void {
    for (const each of sent) {
      if (each.type !== 'MsgApp' || (from !== undefined && !from.includes(each.to))) continue;
      this.step('MsgAppResp', each.to, { term: each.term, index: each.index + each.entries.length });
    }
  }
}

export function snapshotAt(index: number, term: number, members: Start = {}): Snapshot {
  const confState = {
    voters: ids(...(members.voters ?? [1, 2, 3])),
    learners: ids(...(members.learners ?? [])),
    votersOutgoing: ids(...(members.outgoing ?? [])),
    learnersNext: [],
    autoLeave: false,
  };
  return { index, term, confState, data: undefined, dataBytes: 0 };
}

/** Messages of one type among `sent`. */
export function ofType(sent: readonly Message[], type: MessageType): Message[] {
  return sent.filter((each) => each.type === type);
}
