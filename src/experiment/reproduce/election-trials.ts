import { Cpu, Program, Simulator } from '../../engine/index.js';
import { Disk } from '../../etcd/disk.js';
import { MemberMetrics } from '../../etcd/metrics.js';
import { RaftDriver } from '../../etcd/raft-driver.js';
import { Wal } from '../../etcd/wal.js';
import { Network } from '../../network/index.js';
import { MemoryStorage } from '../../raft/memory-storage.js';
import { newMessage } from '../../raft/message.js';
import { type Entry, type MemberId, type Message, NONE, type SoftState } from '../../raft/types.js';
import type { ResolvedScenario } from '../../scenario/config.js';

/** How each election of a series begins. */
export interface ElectionConditions {
  /** Members that are down from the start, the first ones; the leader is one of them where there is one. */
  readonly down: number;
  /** All have the same log, or each a longer one than another, in an order drawn for each election. */
  readonly logs: 'equal' | 'different';
  /**
   * `fresh`: all timers start with the clock. `heartbeat`: the first member leads, sends a heartbeat to all, and crashes
   * somewhere in the heartbeat interval after it; that is when the clock starts.
   */
  readonly start: 'fresh' | 'heartbeat';
}

export interface Election {
  /** From the clock's start until the member that stays leader became it, ms. */
  readonly electedMs: number;
  /** Until the last of the others had heard of it, ms. */
  readonly heardMs: number;
  /** Terms that were begun: 1 if the first vote had a winner. */
  readonly terms: number;
}

interface Candidate {
  readonly driver: RaftDriver;
  readonly program: Program;
  lead: MemberId;
}

/** Of conditions with a heartbeat. */
const LEADER = 1 as MemberId;
const VOTE_BYTES = 100;
/** Ends a series that never elects anybody: a contradiction in the conditions. */
const PATIENCE_US = 3_600_000_000;

/**
 * Elections one after the other: raft drivers with their disks on a network of single packets, and nothing else of a member.
 *
 * Members, timeouts, disk and network are the scenario's. Each election starts from new members.
 *
 * Model: messages are single packets, not parts of a stream.
 */
export class ElectionTrials {
  private readonly scenario: ResolvedScenario;
  private readonly conditions: ElectionConditions;
  private readonly simulator: Simulator;
  private readonly network: Network;
  private readonly hosts: readonly string[];
  private readonly metrics = new MemberMetrics();
  private readonly cpus: readonly Cpu[];
  private readonly disks: readonly Disk[];
  private candidates: (Candidate | undefined)[] = [];
  private startUs = 0;
  private firstTerm = 0;
  private leader: MemberId = NONE;
  private electedUs = 0;

  /** @param seed of every random stream of the series */
  constructor(scenario: ResolvedScenario, conditions: ElectionConditions, seed: string) {
    this.scenario = scenario;
    this.conditions = conditions;
    this.simulator = new Simulator(seed);
    const { members } = scenario.cluster;
    const { streams } = this.simulator;
    this.network = new Network(this.simulator, scenario.network.config);
    for (const host of scenario.network.hosts) this.network.addHost(host);
    this.hosts = scenario.network.hosts.slice(0, members.length).map(({ name }) => name);
    this.cpus = members.map(({ cores, speed }) => new Cpu(this.simulator, cores, speed));
    this.disks = members.map(
      ({ name, disk }, i) => new Disk(this.simulator, this.cpus[i]!, disk, streams.stream(`etcd/${name}/fsync`)),
    );
  }

  run(count: number): Election[] {
    return Array.from({ length: count }, () => this.next());
  }

  next(): Election {
    const { simulator, conditions } = this;
    const { members } = this.scenario.cluster;
    for (const candidate of this.candidates) {
      candidate?.driver.stop();
      candidate?.program.kill();
    }
    const lengths = this.logLengths();
    this.firstTerm = conditions.start === 'heartbeat' ? 2 : 1;
    this.leader = NONE;
    this.startUs = simulator.nowUs;
    this.candidates = members.map((_, i) => (i < conditions.down ? undefined : this.candidate(i, lengths[i]!)));
    if (conditions.start === 'heartbeat') this.startUs += this.lastHeartbeat();
    simulator.run(simulator.nowUs + PATIENCE_US);
    const leader = this.candidates[this.leader - 1]!;
    return {
      electedMs: (this.electedUs - this.startUs) / 1000,
      heardMs: (simulator.nowUs - this.startUs) / 1000,
      terms: leader.driver.raw.term - this.firstTerm + 1,
    };
  }

  /** @returns how long after it the leader crashes, µs */
  private lastHeartbeat(): number {
    const { heartbeatIntervalUs } = this.scenario.cluster.members[0]!.raft;
    const draws = this.simulator.streams.stream('elections/crash');
    for (let to = 2; to <= this.hosts.length; to++) {
      this.send(newMessage('MsgHeartbeat', LEADER, to as MemberId, 1));
    }
    return Math.round(draws.uniform() * heartbeatIntervalUs);
  }

  private logLengths(): readonly number[] {
    const lengths = this.hosts.map((_, i) => i);
    if (this.conditions.logs === 'equal') return lengths.fill(0);
    const draws = this.simulator.streams.stream('elections/logs');
    // Fisher and Yates' shuffle; a crashed leader has the longest.
    const first = this.conditions.start === 'heartbeat' ? 1 : 0;
    if (first === 1) lengths.unshift(lengths.pop()!);
    for (let i = lengths.length - 1; i > first; i--) {
      const other = first + draws.below(i + 1 - first);
      [lengths[i], lengths[other]] = [lengths[other]!, lengths[i]!];
    }
    return lengths;
  }

  private candidate(i: number, logLength: number): Candidate {
    const { simulator } = this;
    const { name, raft, disk, cpu } = this.scenario.cluster.members[i]!;
    const id = (i + 1) as MemberId;
    const storage = new MemoryStorage(this.hosts.map((_, other) => (other + 1) as MemberId));
    storage.append(entries(logLength));
    storage.setHardState({ term: this.firstTerm - 1, vote: NONE, commit: 0 });
    const program = new Program(this.cpus[i]!);
    const wal = new Wal(simulator, program, this.metrics, this.disks[i]!, disk, () => driver.onSaved());
    const nothing = (): void => {};
    const draws = simulator.streams.stream(`etcd/${name}/election`);
    const driver = new RaftDriver(simulator, program, storage, () => wal, raft, cpu, id, 0, draws, {
      leadership: (soft) => this.leadership(candidate, id, soft),
      readStates: nothing,
      committed: nothing,
      written: nothing,
      send: (message) => this.send(message),
      turned: nothing,
    });
    const candidate: Candidate = { driver, program, lead: NONE };
    return candidate;
  }

  private send(message: Message): void {
    const to = this.candidates[message.to - 1];
    if (to === undefined) return;
    this.network.datagram(this.hosts[message.from - 1]!, this.hosts[message.to - 1]!, VOTE_BYTES, () =>
      to.driver.receive(message),
    );
  }

  private leadership(candidate: Candidate, id: MemberId, { lead, raftState }: SoftState): void {
    candidate.lead = lead;
    if (raftState === 'StateLeader') {
      this.leader = id;
      this.electedUs = this.simulator.nowUs;
    }
    if (this.leader !== NONE && this.candidates.every((each) => each === undefined || this.follows(each))) {
      this.simulator.stop();
    }
  }

  private follows({ lead, driver }: Candidate): boolean {
    return lead === this.leader && driver.raw.term === this.candidates[this.leader - 1]!.driver.raw.term;
  }
}

function entries(count: number): Entry[] {
  return Array.from({ length: count }, (_, i): Entry => {
    return { term: 1, index: i + 1, type: 'EntryNormal', data: undefined, dataBytes: 0, confChange: undefined };
  });
}
