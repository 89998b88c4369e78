import type { ResponseHeader, WatchRequest } from '../api/index.js';
import { invariant, type Program, type Simulator } from '../engine/index.js';
import type { NetworkApi } from '../network/types.js';
import type { MemoryStorage } from '../raft/memory-storage.js';
import { etcdRules } from '../raft/rules.js';
import {
  type ConfChangeV2,
  type ConfState,
  type Entry,
  type MemberId,
  type Message,
  NONE,
  type SoftState,
} from '../raft/types.js';
import { Applier, type StateSnapshot } from './applier.js';
import { Backend } from './backend.js';
import { CallHandler } from './call-handler.js';
import { etcdDecisions, type MemberDecisions } from './decisions.js';
import type { Disk } from './disk.js';
import { GrpcServer } from './grpc-server.js';
import { HeartbeatFailures } from './heartbeat-failures.js';
import { LeaseKeeper } from './lease-keeper.js';
import { LeaseRenewals } from './lease-renewals.js';
import type { Member, MemberHooks } from './member.js';
import { MessageDisturbance } from './message-disturbance.js';
import { serveMetrics } from './metrics-endpoint.js';
import { type PeerAddress, Peers, peerDialTimeoutUs } from './peers.js';
import type { Proposal } from './proposal.js';
import { Proposals, requestTimeoutUs } from './proposals.js';
import { RaftDriver } from './raft-driver.js';
import { ReadIndexLoop } from './read-index.js';
import { Roster } from './roster.js';
import { Snapshotter } from './snapshotter.js';
import { StepReporter } from './step-reporter.js';
import { Lessor, MvccStore, WatchHub } from './storage/index.js';
import { Wal } from './wal.js';

/** etcd serves watchers that start in the past this often. */
const WATCH_SYNC_US = 100_000;
/** How long a member that has been removed goes on, to tell the others. etcd: stopWithDelay. */
const REMOVED_US = 1_000_000;

/** A member's process, from start to crash. */
export class MemberProcess {
  readonly program: Program;
  readonly store = new MvccStore();
  readonly driver: RaftDriver;
  readonly applier: Applier;
  readonly wal: Wal;
  readonly backend: Backend;
  readonly member: Member;
  private readonly simulator: Simulator;
  private readonly network: NetworkApi;
  readonly addresses: readonly PeerAddress[];
  private readonly hooks: MemberHooks;
  readonly decisions: MemberDecisions;
  /** What leaves for other members passes here. */
  readonly outgoing: MessageDisturbance;
  private readonly steps: StepReporter | undefined;
  private readonly roster: Roster;
  private readonly startCommitIndex: number;
  readonly lessor: Lessor;
  private readonly hub: WatchHub;
  readonly proposals: Proposals;
  readonly reads: ReadIndexLoop;
  private readonly peers: Peers;
  private readonly server: GrpcServer;
  private readonly leaseKeeper: LeaseKeeper;
  readonly leaseRenewals: LeaseRenewals;
  private readonly heartbeatFailures: HeartbeatFailures;
  lead: MemberId = NONE;
  leads = false;
  private readonly snapshotter: Snapshotter;
  private readonly calls: CallHandler;

  constructor(
    member: Member,
    simulator: Simulator,
    network: NetworkApi,
    program: Program,
    storage: MemoryStorage,
    addresses: readonly PeerAddress[],
    disk: Disk,
    hooks: MemberHooks,
  ) {
    const { config, metrics, id } = member;
    this.member = member;
    this.simulator = simulator;
    this.network = network;
    this.program = program;
    this.addresses = addresses;
    this.hooks = hooks;
    this.decisions = hooks.decisions?.() ?? etcdDecisions;
    const { decisions } = this;
    this.lessor = new Lessor({
      electionTimeoutUs: config.raft.electionTimeoutUs,
      checkpointIntervalUs: decisions.leaseCheckpointUs,
    });
    this.hub = new WatchHub({
      history: this.store,
      header: (revision) => this.header(revision),
      push: (streamId, response) => {
        for (const each of decisions.watchResponses(response, streamId)) this.server.push(streamId, each);
      },
      replay: 'on-sync',
    });
    this.heartbeatFailures = new HeartbeatFailures(simulator, metrics, config.raft.heartbeatIntervalUs);
    this.backend = new Backend(simulator, program, metrics, disk, config.raft, () => this.wal.slowdown);
    this.applier = new Applier(
      simulator,
      program,
      config.cpu,
      metrics,
      { store: this.store, lessor: this.lessor, hub: this.hub, backend: this.backend },
      id,
      {
        header: () => this.header(),
        applied: (sequence, outcome) => this.proposals.applied(sequence, outcome),
        applyConfChange: (entry) => this.applyConfChange(entry),
        steps:
          hooks.steps === undefined
            ? undefined
            : {
                applied: (entry) => this.steps!.applied(entry),
                hashed: (revision, hash) => this.steps!.hashed(revision, hash),
                acknowledged: (entry) => this.steps!.acknowledged(entry),
                leaseCheckpointed: (leaseId, sec) => this.steps!.leaseCheckpointed(leaseId, sec),
              },
        installsData: () => decisions.installsData(),
        termBegun: () => this.termBegun(),
        installed: ({ index, confState }) => {
          this.snapshotter.installed(index);
          this.roster.confState = confState;
          this.steps?.configured(index, confState);
        },
        leaseRevoked: (leaseId) => this.leaseRenewals.revoked(leaseId),
        moved: () => this.applied(),
      },
    );
    // Model: backend. A restarted member rebuilds its store from the last snapshot and the log; etcd keeps the store on
    // disk and replays only what its backend had not committed.
    const snapshot = storage.snapshot();
    invariant(typeof snapshot !== 'string', 'memory storage always has a snapshot');
    this.applier.restore(snapshot.data as StateSnapshot | undefined);
    this.startCommitIndex = storage.initialState().hardState.commit;
    const startIndex = decisions.resumesAfter(snapshot.index, this.startCommitIndex);
    this.applier.appliedIndex = startIndex;
    this.roster = new Roster(snapshot.confState);
    const walCounts = config.version === '3.4' ? 2 : 1;
    this.wal = new Wal(simulator, program, metrics, disk, config.disk, () => this.driver.onSaved(), walCounts);
    this.driver = new RaftDriver(
      simulator,
      program,
      storage,
      () => this.wal,
      config.raft,
      config.cpu,
      id,
      startIndex,
      simulator.streams.stream(`etcd/${config.name}/election`),
      {
        leadership: (soft) => this.leadership(soft),
        readStates: (states) => this.reads.confirmed(states),
        committed: (batch) => this.applier.add(batch),
        written: () => this.applier.written(),
        send: (message) => {
          if (message.type === 'MsgHeartbeat') this.heartbeatFailures.sent(message.to);
          const sent = message.type === 'MsgSnap' ? this.snapshotter.withCurrentState(message) : message;
          hooks.messages?.sent(member, sent);
          this.outgoing.send(sent);
        },
        received: hooks.messages === undefined ? undefined : (message) => hooks.messages!.received(member, message),
        saved: hooks.steps === undefined ? undefined : (ready) => this.steps!.saved(ready),
        turned: () => {
          this.steps?.turned();
          this.proposals.submitWaiting();
          this.snapshotter.makeIfDue();
        },
      },
      decisions,
      hooks.rules,
      hooks.raft,
    );
    const { driver, applier, lessor, roster, store } = this;
    this.snapshotter = new Snapshotter(config.raft, snapshot.index, {
      ...{ store, lessor, applier, driver, storage },
      get confState() {
        return roster.confState;
      },
    });
    this.steps = hooks.steps === undefined ? undefined : new StepReporter(member, hooks.steps, driver.raw);
    this.proposals = new Proposals(simulator, program, metrics, id, config.raft, member.firstNumber, {
      get lead() {
        return driver.raw.lead;
      },
      connectedSince: (leader, sinceUs) => this.connectedSince(leader, sinceUs),
      get commitIndex() {
        return driver.raw.commitIndex;
      },
      get appliedIndex() {
        return applier.appliedIndex;
      },
      propose: (proposal: Proposal, bytes: number) => {
        const error = driver.raw.propose(proposal, bytes);
        driver.kick();
        return error;
      },
    });
    this.reads = new ReadIndexLoop(simulator, program, metrics, requestTimeoutUs(config.raft), {
      get appliedIndex() {
        return applier.appliedIndex;
      },
      newContext: () => decisions.readContext(),
      readIndex: (context) => {
        // Raft answers at once where one voter is all there is, even before that one has committed in its term: after a
        // restart it may not know of its own last commits. Asked again when the term's first entry is applied.
        const { state, raft } = driver.raw;
        if (state === 'StateLeader' && raft.tracker.isSingleton && !etcdRules.mayAnswerReads(raft)) return;
        driver.raw.readIndex(context);
        driver.kick();
      },
    });
    this.calls = new CallHandler(this, simulator);
    this.server = new GrpcServer(network, member.address.host, program, config.cpu, metrics, {
      call: (request, deadlineUs, done) => this.calls.call(request, deadlineUs, done),
      watchRequest: (streamId, message) => this.watchRequest(streamId, message),
      watchClosed: (streamId) => this.hub.closeStream(streamId),
    });
    serveMetrics(network, member.address.host, program, metrics.registry);
    this.peers = new Peers(
      simulator,
      network,
      program,
      config.cpu,
      metrics,
      member.address,
      addresses.filter((address) => address.id !== id),
      peerDialTimeoutUs(config.raft),
      {
        receive: (frame) => {
          if (frame.kind === 'raft') this.receiveRaft(frame.message);
          else if (frame.kind === 'removed') this.member.crash();
          else this.leaseRenewals.receive(frame);
        },
        unreachable: (peer) => program.run(0, this.onUnreachable, peer),
        snapshotSent: (peer, ok) => program.run(0, ok ? this.onSnapshotSent : this.onSnapshotFailed, peer),
      },
    );
    const { peers } = this;
    this.outgoing = new MessageDisturbance(simulator, `etcd/${config.name}/messages`, (message) => {
      if (this.program.alive) peers.sendRaft(message);
    });
    this.leaseRenewals = new LeaseRenewals(simulator, program, this.lessor, config.raft, member.firstNumber, {
      get lead() {
        return driver.raw.lead;
      },
      self: id,
      send: (to, frame) => peers.send(to, frame),
      clearCheckpoint: (leaseId, done) => this.leaseKeeper.clearCheckpoint(leaseId, done),
    });
    this.leaseKeeper = new LeaseKeeper(this, simulator);
    simulator.schedule(WATCH_SYNC_US, this.onSyncTimer, undefined);
  }

  private readonly onUnreachable = (peer: MemberId): void => {
    this.driver.raw.reportUnreachable(peer);
    this.driver.kick();
  };

  private readonly onSnapshotSent = (peer: MemberId): void => {
    this.driver.raw.reportSnapshot(peer, 'finish');
    this.driver.kick();
  };

  private readonly onSnapshotFailed = (peer: MemberId): void => {
    if (!this.decisions.reportsLostSnapshots()) return;
    this.driver.raw.reportSnapshot(peer, 'failure');
    this.driver.kick();
  };

  /** kill -9: the kernel resets the connections and closes the ports. */
  kill(): void {
    this.program.kill();
    this.driver.stop();
    this.leaseKeeper.stop();
    this.peers.stop();
    this.network.resetHost(this.member.address.host, 'member');
  }

  private readonly onSyncTimer = (): void => {
    if (!this.program.alive) return;
    if (this.hub.unsyncedCount > 0) this.program.run(0, this.onSync, undefined);
    this.simulator.schedule(WATCH_SYNC_US, this.onSyncTimer, undefined);
  };

  private readonly onSync = (): void => {
    this.hub.sync();
  };

  header(revision = this.store.revision): ResponseHeader {
    return { member: this.member.name, revision, raftTerm: this.driver.raw.term, leader: this.leaderName };
  }

  /** Name of the leader as this member knows it. */
  get leaderName(): string | undefined {
    return this.addresses.find(({ id }) => id === this.driver.raw.lead)?.name;
  }

  /** To the leader; where this member leads, to a quorum. */
  private connectedSince(leader: MemberId, sinceUs: number): boolean {
    const { id } = this.member;
    if (leader !== id) return this.peers.connectedSince(leader, sinceUs);
    const connected = this.addresses.filter((other) => other.id === id || this.peers.connectedSince(other.id, sinceUs));
    return connected.length > Math.floor(this.addresses.length / 2);
  }

  get confState(): ConfState {
    return this.roster.confState;
  }

  /** Tells an observer where this process starts from. */
  observeStart(isRestart: boolean): void {
    this.steps?.started(this.confState, this.applier.appliedIndex, isRestart);
  }

  private receiveRaft(message: Message): void {
    if (this.roster.passesOver(message, this.driver.raw) && this.decisions.heedsRemoval()) {
      this.peers.send(message.from, { kind: 'removed', from: this.member.id });
    } else this.driver.receive(message);
  }

  private applyConfChange({ index, confChange }: Entry): void {
    const change = confChange as ConfChangeV2;
    const { roster, member } = this;
    const wasIn = roster.has(member.id);
    roster.confState = this.driver.raw.applyConfChange(change);
    this.steps?.configured(index, roster.confState);
    // What it lives through again after a restart is no news: it was started because it is back in.
    const isNews = index > this.startCommitIndex;
    if (isNews && wasIn && !roster.has(member.id) && this.decisions.heedsRemoval()) {
      this.simulator.schedule(REMOVED_US, this.onRemoved, undefined);
    }
  }

  /** It may be back in by now. */
  private readonly onRemoved = (): void => {
    if (this.program.alive && !this.roster.has(this.member.id)) this.member.crash();
  };

  private watchRequest(streamId: number, message: WatchRequest): void {
    if (message.kind === 'watch-create') this.hub.create(streamId, message.create, this.store.revision);
    else if (message.kind === 'watch-cancel') this.hub.cancel(streamId, message.watchId);
    else this.hub.progress(streamId);
    this.member.metrics.watchers.value = this.hub.watcherCount;
  }

  private leadership(soft: SoftState): void {
    const { metrics } = this.member;
    const changed = soft.lead !== NONE && soft.lead !== this.lead;
    this.lead = soft.lead;
    this.leads = soft.raftState === 'StateLeader';
    metrics.hasLeader.value = soft.lead === NONE ? 0 : 1;
    metrics.isLeader.value = this.leads ? 1 : 0;
    this.heartbeatFailures.forget();
    if (!this.leads && this.decisions.demotesLessor()) {
      this.lessor.demote();
      this.leaseRenewals.demoted();
    }
    if (changed) {
      metrics.leaderChanges.add();
      if (this.leads) this.proposals.leaderElectedUs = this.simulator.nowUs;
      this.reads.leaderChanged();
    }
    this.steps?.leadership(soft);
    this.hooks.leadership?.(this.member, soft);
  }

  /** The leader's empty entry is applied: all that earlier leaders committed is in the store. */
  private termBegun(): void {
    this.reads.termBegun();
    if (!this.leads) return;
    const { nowUs } = this.simulator;
    const extendUs = this.member.config.raft.electionTimeoutUs;
    this.lessor.promote(nowUs, extendUs, this.decisions.keepsCheckpoints());
    this.steps?.leasesStarted(this.lessor, nowUs + extendUs);
  }

  private applied(): void {
    this.member.metrics.proposalsCommitted.value = this.driver.raw.commitIndex;
    this.reads.applied();
    this.snapshotter.makeIfDue();
    this.driver.applied();
  }
}
