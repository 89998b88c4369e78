import { ETCD_ERRORS, type Outcome, type ResponseHeader } from '../api/index.js';
import { Fifo, type Program, type Simulator } from '../engine/index.js';
import type { Entry, Snapshot } from '../raft/types.js';
import type { Backend } from './backend.js';
import type { CpuCosts } from './config.js';
import type { MemberMetrics } from './metrics.js';
import type { Proposal } from './proposal.js';
import type { CommittedBatch } from './raft-driver.js';
import { type Lessor, type MvccStore, type StoreSnapshot, type WatchHub, withHeader } from './storage/index.js';

/** What a raft snapshot carries. */
export interface StateSnapshot {
  readonly store: StoreSnapshot;
  readonly leases: ReturnType<Lessor['snapshot']>;
}

export interface ApplyObserver {
  applied(entry: Entry): void;
  hashed(revision: number, hash: number): void;
  acknowledged(entry: Entry): void;
  leaseCheckpointed(leaseId: number, remainingTtlSec: number): void;
}

export interface ApplierTarget {
  header(): ResponseHeader;
  /** This member's own proposal was applied, with this outcome. */
  applied(sequence: number, outcome: Outcome): void;
  applyConfChange(entry: Entry): void;
  /** A new leader's empty entry was applied, and with it all before it. */
  termBegun(): void;
  /** The leader's snapshot has taken the place of the store. */
  installed(snapshot: Snapshot): void;
  leaseRevoked(leaseId: number): void;
  /** Whether an installed snapshot takes the place of the store. */
  installsData(): boolean;
  /** For a checker; see `StepObserver`. */
  readonly steps: ApplyObserver | undefined;
  /** The applied index moved on. */
  moved(): void;
}

/** etcd logs and counts an apply (or a read) that took longer. */
export const SLOW_APPLY_US = 100_000;

/**
 * Applies committed entries to the store, in order, batch by batch.
 *
 * A batch is over when it has been applied and its Ready is on disk; only then the next one starts, as in etcd.
 */
export class Applier {
  appliedIndex = 0;
  private readonly queue = new Fifo<CommittedBatch>();
  private current: CommittedBatch | undefined;
  private currentApplied = false;
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly costs: CpuCosts;
  private readonly metrics: MemberMetrics;
  private readonly store: MvccStore;
  private readonly lessor: Lessor;
  private readonly hub: WatchHub;
  private readonly backend: Backend;
  private readonly self: number;
  private readonly target: ApplierTarget;
  private startedUs = 0;
  private readonly onWorked = (batch: CommittedBatch): void => this.apply(batch);

  constructor(
    simulator: Simulator,
    program: Program,
    costs: CpuCosts,
    metrics: MemberMetrics,
    state: {
      readonly store: MvccStore;
      readonly lessor: Lessor;
      readonly hub: WatchHub;
      readonly backend: Backend;
    },
    self: number,
    target: ApplierTarget,
  ) {
    this.simulator = simulator;
    this.program = program;
    this.costs = costs;
    this.metrics = metrics;
    this.store = state.store;
    this.lessor = state.lessor;
    this.hub = state.hub;
    this.backend = state.backend;
    this.self = self;
    this.target = target;
  }

  add(batch: CommittedBatch): void {
    this.queue.push(batch);
    this.next();
  }

  /** A batch's Ready has come onto the disk. */
  written(): void {
    if (this.currentApplied && this.current?.onDisk) this.current = undefined;
    this.next();
  }

  private next(): void {
    if (this.current !== undefined) return;
    const batch = this.queue.peek();
    // A snapshot becomes the store only when it is on disk itself.
    if (batch === undefined || (batch.snapshot !== undefined && !batch.onDisk)) return;
    this.queue.shift();
    this.current = batch;
    this.currentApplied = false;
    this.startedUs = this.simulator.nowUs;
    if (this.backend.locked) this.backend.whenFree(() => this.work(batch));
    else this.work(batch);
  }

  private work(batch: CommittedBatch): void {
    this.program.run(this.costs.applyUs * batch.entries.length, this.onWorked, batch);
  }

  private apply(batch: CommittedBatch): void {
    if (batch.snapshot !== undefined) {
      if (this.target.installsData()) this.restore(batch.snapshot.data as StateSnapshot | undefined);
      this.appliedIndex = batch.snapshot.index;
      this.target.installed(batch.snapshot);
    }
    let bytes = 0;
    for (const entry of batch.entries) {
      this.applyEntry(entry);
      bytes += entry.dataBytes;
    }
    this.backend.add(batch.entries.length, bytes);
    this.metrics.proposalsApplied.value = this.appliedIndex;
    // etcd times each entry: a long batch is not slow, a stall in it strikes one entry.
    const ownUs = this.costs.applyUs * batch.entries.length;
    if (this.simulator.nowUs - this.startedUs - ownUs > SLOW_APPLY_US) this.metrics.slowApply.add();
    this.currentApplied = true;
    batch.applied = true;
    this.target.moved();
    this.written();
  }

  restore(state: StateSnapshot | undefined): void {
    if (state === undefined) return;
    this.store.restore(state.store);
    this.lessor.restore(state.leases);
    this.hub.restored();
  }

  private applyEntry(entry: Entry): void {
    this.appliedIndex = entry.index;
    const { steps } = this.target;
    steps?.applied(entry);
    if (entry.type !== 'EntryNormal') {
      this.target.applyConfChange(entry);
      return;
    }
    const proposal = entry.data as Proposal | undefined;
    if (proposal === undefined) {
      this.target.termBegun();
      return;
    }
    const outcome = this.execute(proposal);
    steps?.hashed(this.store.revision, this.store.hash());
    if (proposal.member !== this.self) return;
    steps?.acknowledged(entry);
    this.target.applied(proposal.sequence, outcome);
  }

  private execute({ command }: Proposal): Outcome {
    const { store, lessor, hub, metrics } = this;
    switch (command.kind) {
      case 'put':
      case 'delete-range':
      case 'txn': {
        if (command.kind === 'put') metrics.putTotal.add();
        else if (command.kind === 'txn') metrics.txnTotal.add();
        else metrics.deleteTotal.add();
        const { response, events } = store.apply(command, lessor);
        if (events.length > 0) hub.notify(store.revision, events);
        return response.kind === 'error' ? response : withHeader(response, this.target.header());
      }
      case 'compact': {
        const error = store.compact(command.revision);
        return error ?? { kind: 'compact', header: this.target.header() };
      }
      case 'lease-grant': {
        const granted = lessor.grant(command.leaseId, command.ttlSec, this.simulator.nowUs);
        if (typeof granted !== 'number') return granted;
        return { kind: 'lease', header: this.target.header(), leaseId: command.leaseId, ttlSec: granted };
      }
      case 'lease-checkpoint': {
        const { leaseId, remainingTtlSec } = command;
        lessor.checkpoint(command, this.simulator.nowUs);
        this.target.steps?.leaseCheckpointed(leaseId, remainingTtlSec);
        return { kind: 'lease', header: this.target.header(), leaseId, ttlSec: remainingTtlSec };
      }
      case 'lease-revoke': {
        const keys = lessor.revoke(command.leaseId);
        if ('kind' in keys) return ETCD_ERRORS.leaseNotFound;
        this.target.leaseRevoked(command.leaseId);
        if (keys.length > 0) {
          // One transaction: the deletes of a lease share a revision.
          const success = keys.map((key) => ({ kind: 'delete-range', key }) as const);
          const { events } = store.apply({ kind: 'txn', compares: [], success, failure: [] });
          if (events.length > 0) hub.notify(store.revision, events);
        }
        return { kind: 'lease', header: this.target.header(), leaseId: command.leaseId, ttlSec: 0 };
      }
    }
  }
}
