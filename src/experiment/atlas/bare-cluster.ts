import { Simulator } from '../../engine/index.js';
import { MemoryStorage } from '../../raft/memory-storage.js';
import { RawNode } from '../../raft/raw-node.js';
import type { Entry, MemberId, Message } from '../../raft/types.js';
import type { Digraph } from './digraphs.js';

export interface BareSettings {
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
}

/** etcd's defaults: a heartbeat each 100 ms, an election timeout of 1 s. */
const TICK_US = 100_000;
const ELECTION_TICKS = 10;
/** One way, and what a write to the disk takes. */
const LINK_US = 1_000;
const DISK_US = 1_000;

/** A write that somebody asked of a member. */
export interface BareWrite {
  readonly member: number;
  readonly atUs: number;
  /** When that member had applied it; undefined: never. */
  appliedUs: number | undefined;
}

/**
 * etcd's raft and nothing around it: members that tick, messages that take a millisecond or never arrive.
 *
 * Model: links carry single messages. Over TCP a link that works one way only carries nothing either way.
 */
export class BareCluster {
  readonly simulator: Simulator;
  readonly nodes: readonly RawNode[];
  /** Every write asked for, in order. */
  readonly writes: BareWrite[] = [];
  private links: Digraph['edges'];
  private readonly storages: readonly MemoryStorage[];
  private readonly busy: boolean[];

  constructor(members: number, settings: BareSettings, seed: string) {
    const simulator = new Simulator(seed);
    this.simulator = simulator;
    const ids = Array.from({ length: members }, (_, i) => (i + 1) as MemberId);
    this.links = ids.map(() => ids.map(() => true));
    this.busy = ids.map(() => false);
    this.storages = ids.map(() => new MemoryStorage(ids));
    this.nodes = ids.map((id, i) => {
      const draws = simulator.streams.stream(`atlas/m${id}/election`);
      const node = new RawNode({
        id,
        electionTick: ELECTION_TICKS,
        heartbeatTick: 1,
        storage: this.storages[i]!,
        applied: 0,
        asyncStorageWrites: false,
        maxSizePerMsg: 1_048_576,
        maxCommittedSizePerReady: 1_048_576,
        maxUncommittedEntriesSize: Number.POSITIVE_INFINITY,
        maxInflightMsgs: 512,
        maxInflightBytes: Number.POSITIVE_INFINITY,
        ...settings,
        readOnlyOption: 'safe',
        disableProposalForwarding: false,
        disableConfChangeValidation: false,
        stepDownOnRemoval: true,
        drawElectionTimeout: () => ELECTION_TICKS + draws.below(ELECTION_TICKS),
      });
      const tick = (): void => {
        node.tick();
        this.handle(i);
        simulator.schedule(TICK_US, tick, undefined);
      };
      simulator.schedule(draws.below(TICK_US), tick, undefined);
      return node;
    });
  }

  /** From now on only these links carry messages. */
  cut({ edges }: Digraph): void {
    this.links = edges;
  }

  campaign(member: number): void {
    this.nodes[member]!.campaign();
    this.handle(member);
  }

  /** Asks a member for a write, which it passes on to the leader that it knows, if it knows one. */
  write(member: number): void {
    const write: BareWrite = { member, atUs: this.simulator.nowUs, appliedUs: undefined };
    this.writes.push(write);
    this.nodes[member]!.propose(write, 16);
    this.handle(member);
  }

  private handle(i: number): void {
    const node = this.nodes[i]!;
    if (this.busy[i] || !node.hasReady()) return;
    this.busy[i] = true;
    const ready = node.ready();
    const leads = node.state === 'StateLeader';
    const send = (): void => {
      for (const message of ready.messages) this.send(i, message);
    };
    // A leader sends while it writes, everybody else after it.
    if (leads) send();
    const written = (): void => {
      const storage = this.storages[i]!;
      if (ready.hardState !== undefined) storage.setHardState(ready.hardState);
      if (ready.entries.length > 0) storage.append(ready.entries);
      if (!leads) send();
      for (const entry of ready.committedEntries) this.apply(i, entry);
      node.advance();
      this.busy[i] = false;
      this.handle(i);
    };
    if (ready.mustSync) this.simulator.schedule(DISK_US, written, undefined);
    else written();
  }

  private send(from: number, message: Message): void {
    const to = message.to - 1;
    const arrive = (): void => {
      // A link that was cut carries nothing more.
      if (!this.links[from]![to]) return;
      this.nodes[to]!.step(message);
      this.handle(to);
    };
    this.simulator.schedule(LINK_US, arrive, undefined);
  }

  private apply(member: number, { data }: Entry): void {
    const write = data as BareWrite | undefined;
    if (write?.member === member) write.appliedUs ??= this.simulator.nowUs;
  }
}
