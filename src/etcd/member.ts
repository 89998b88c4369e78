import { type Cpu, invariant, Program, type Simulator } from '../engine/index.js';
import type { NetworkApi } from '../network/types.js';
import { MemoryStorage } from '../raft/memory-storage.js';
import type { ConfChangeSingle, MemberId, RaftState } from '../raft/types.js';
import type { MemberConfig } from './config.js';
import type { MemberConduct } from './decisions.js';
import { Disk } from './disk.js';
import { MemberProcess } from './member-process.js';
import { type DisturbanceConfig, UNDISTURBED } from './message-disturbance.js';
import { MemberMetrics } from './metrics.js';
import type { MemberObserver } from './observer.js';
import type { PeerAddress } from './peers.js';
import type { MvccStore } from './storage/index.js';

const ROLE_OF_STATE: Readonly<Record<RaftState, MemberRole>> = {
  StateFollower: 'follower',
  StatePreCandidate: 'pre-candidate',
  StateCandidate: 'candidate',
  StateLeader: 'leader',
};

/** More than a process can name, and room for a million processes in a double's whole numbers. */
const NUMBERS_A_PROCESS = 2 ** 33;

export type MemberRole = 'leader' | 'follower' | 'pre-candidate' | 'candidate' | 'learner' | 'down';

export interface MemberHooks extends MemberObserver, MemberConduct {
  /** The configuration to start from; left out: all members. */
  readonly initialVoters?: readonly MemberId[];
}

/**
 * One etcd member on its host: it survives crashes of its process, as its disk does.
 *
 * All that a process loses lies in `MemberProcess`; what stays is the disk (`storage`) and the counters.
 */
export class Member {
  readonly name: string;
  readonly id: MemberId;
  readonly config: MemberConfig;
  readonly address: PeerAddress;
  /** Counters of each process so far, oldest first: as with etcd, a restart begins at 0. */
  readonly incarnations: MemberMetrics[] = [new MemberMetrics()];
  private readonly storage: MemoryStorage;
  private readonly simulator: Simulator;
  private readonly network: NetworkApi;
  private readonly cpu: Cpu;
  private readonly addresses: readonly PeerAddress[];
  private readonly hooks: MemberHooks;
  private readonly disk: Disk;
  private running: MemberProcess | undefined;
  /** A slow-disk fault: it stays over restarts. */
  private slowdown = { factor: 1, extraUs: 0 };
  private clockRate = 1;
  private disturbance = UNDISTURBED;
  private diskFails = false;
  private started = false;
  private pastBusyUs = 0;

  /**
   * @param addresses of all members of the cluster, this one too, in the order of their ids
   * @param disk one that others use too; left out: one of its own
   */
  constructor(
    simulator: Simulator,
    network: NetworkApi,
    cpu: Cpu,
    config: MemberConfig,
    addresses: readonly PeerAddress[],
    hooks: MemberHooks = {},
    disk?: Disk,
  ) {
    const address = addresses.find(({ name }) => name === config.name);
    invariant(address !== undefined, 'a member must be among the addresses', { member: config.name });
    this.simulator = simulator;
    this.network = network;
    this.cpu = cpu;
    this.config = config;
    this.addresses = addresses;
    this.address = address;
    this.hooks = hooks;
    this.name = config.name;
    this.id = address.id;
    this.storage = new MemoryStorage(hooks.initialVoters ?? addresses.map(({ id }) => id));
    this.disk = disk ?? new Disk(simulator, cpu, config.disk, simulator.streams.stream(`etcd/${config.name}/fsync`));
  }

  /** Starts the process: replays what the disk holds, listens, connects. */
  start(): void {
    invariant(this.running === undefined, 'a member starts once', { member: this.name });
    const isRestart = this.started;
    if (isRestart) this.incarnations.push(new MemberMetrics());
    this.started = true;
    this.running = new MemberProcess(
      this,
      this.simulator,
      this.network,
      new Program(this.cpu, {
        afterUs: this.config.cpu.wakeAfterUs,
        costUs: this.config.cpu.wakeUs,
        spinUs: this.config.cpu.spinUs,
      }),
      this.storage,
      this.addresses,
      this.disk,
      this.hooks,
    );
    this.applyDisturbances();
    this.running.observeStart(isRestart);
  }

  /**
   * Where a process begins to number what it alone names: proposals, leases, questions to the leader. What an earlier
   * process of the member named may still come up, from the log or the network. etcd: idutil.
   */
  get firstNumber(): number {
    return (this.incarnations.length - 1) * NUMBERS_A_PROCESS;
  }

  /** kill -9: memory and unsynced writes are gone; the kernel closes the connections. */
  crash(): void {
    this.pastBusyUs = this.cpuBusyUs;
    const wasUp = this.running !== undefined;
    this.running?.kill();
    this.running = undefined;
    if (wasUp) this.hooks.steps?.crashed(this);
  }

  /** As `crash`, in the middle of a write: a beginning of it is on the disk after all. */
  crashTorn(kept: (entries: number) => number): void {
    const torn = this.running?.driver.tear(kept) ?? [];
    this.crash();
    if (torn.length > 0) this.hooks.steps?.entriesStored(this, torn);
  }

  /** Loses, doubles, delays what it sends to other members. */
  disturbMessages(disturbance: DisturbanceConfig): void {
    this.disturbance = disturbance;
    this.applyDisturbances();
  }

  /** What is done to its messages now. */
  get messageDisturbance(): DisturbanceConfig {
    return this.disturbance;
  }

  /** The next write of its disk fails, and ends the process. etcd: "failed to save Raft hard state and entries". */
  failDisk(fails: boolean): void {
    this.diskFails = fails;
    this.applyDisturbances();
  }

  /** Asks for a change of the configuration, at the leader or through it: of several members, by a joint one. */
  proposeConfChange(...changes: readonly ConfChangeSingle[]): void {
    const { running } = this;
    if (running === undefined) return;
    const v1 = changes.length === 1;
    running.driver.raw.proposeConfChange({ transition: 'ConfChangeTransitionAuto', changes }, { v1 });
    running.driver.kick();
  }

  /** Whether the configuration that it knows is on its way from one set of voters to another. */
  get isJoint(): boolean {
    return (this.running?.confState.votersOutgoing.length ?? 0) > 0;
  }

  /** All whose votes may count as far as it knows, those that are about to leave too. */
  get electors(): readonly MemberId[] {
    return [...this.voters, ...(this.running?.confState.votersOutgoing ?? [])];
  }

  /** Ids of the voters as it knows them, sorted; those its disk knows while it is down. */
  get voters(): readonly MemberId[] {
    const state = this.running?.confState ?? this.storage.initialState().confState;
    return [...state.voters].sort((a, b) => a - b);
  }

  pause(): void {
    this.running?.program.pause();
  }

  resume(): void {
    this.running?.program.resume();
  }

  /** Every fsync takes `factor` times as long, and `extraUs` more. */
  slowDisk(factor: number, extraUs: number): void {
    this.slowdown = { factor, extraUs };
    this.applyDisturbances();
  }

  /** How many of its seconds pass in a true one. */
  driftClock(rate: number): void {
    this.clockRate = rate;
    this.applyDisturbances();
  }

  campaign(): void {
    const { running } = this;
    if (running === undefined) return;
    running.driver.raw.campaign();
    running.driver.kick();
  }

  transferLeadership(to: MemberId): void {
    const { running } = this;
    if (running === undefined) return;
    running.driver.raw.transferLeader(to);
    running.driver.kick();
  }

  /** Counters of the process that runs, or ran last. */
  get metrics(): MemberMetrics {
    return this.incarnations[this.incarnations.length - 1]!;
  }

  get role(): MemberRole {
    const state = this.running?.driver.raw.state;
    return state === undefined ? 'down' : ROLE_OF_STATE[state];
  }

  get up(): boolean {
    return this.running !== undefined;
  }

  get term(): number {
    return this.running?.driver.raw.term ?? this.storage.initialState().hardState.term;
  }

  /** Name of the leader as this member knows it. */
  get leader(): string | undefined {
    return this.running?.leaderName;
  }

  /** The store of the running process; undefined while it is down. To look at only. */
  get store(): MvccStore | undefined {
    return this.running?.store;
  }

  /** Where its log ends, on disk or not; zeros while it is down. */
  get lastEntry(): { readonly index: number; readonly term: number } {
    const log = this.running?.driver.raw.raft.log;
    return log === undefined ? { index: 0, term: 0 } : { index: log.lastIndex(), term: log.lastTerm() };
  }

  get appliedIndex(): number {
    return this.running?.applier.appliedIndex ?? 0;
  }

  get commitIndex(): number {
    return this.running?.driver.raw.commitIndex ?? 0;
  }

  /** CPU time of all its processes so far, µs. */
  get cpuBusyUs(): number {
    return this.pastBusyUs + (this.running?.program.busyUs ?? 0);
  }

  private applyDisturbances(): void {
    if (this.running === undefined) return;
    this.running.wal.slowdown = this.slowdown;
    this.running.driver.clockRate = this.clockRate;
    this.running.outgoing.config = this.disturbance;
    this.running.wal.failed = this.diskFails ? () => this.crash() : undefined;
  }
}
