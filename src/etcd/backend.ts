import type { Program, Simulator } from '../engine/index.js';
import type { RaftSettings } from './config.js';
import type { Disk, DiskSlowdown } from './disk.js';
import type { MemberMetrics } from './metrics.js';

/** bbolt's pages; a commit rewrites the way to the last leaf of two buckets, the list of free pages and the meta page. */
const PAGE_BYTES = 4096;
const PAGES_A_COMMIT = 8;

/**
 * The backend's transaction (bbolt): what is applied gathers in it, and goes to disk once in a while, with two flushes.
 *
 * Meanwhile nothing is applied, and no read begins. Source: etcd mvcc/backend (batchTxBuffered.commit holds both locks over
 * bolt's Commit, which syncs its data, then its meta page).
 *
 * Model: backend. Its data come back from the log after a crash, whatever was committed; a commit costs no CPU time.
 */
export class Backend {
  private pending = 0;
  private pendingBytes = 0;
  private committing = false;
  private scheduled = false;
  private waiting: (() => void)[] = [];
  private startedUs = 0;
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly metrics: MemberMetrics;
  private readonly disk: Disk;
  private readonly settings: RaftSettings;
  /** When its timer started: it comes up at whole intervals from then. */
  private readonly phaseUs: number;
  private readonly slowdown: () => DiskSlowdown;
  private readonly onTimer = (): void => {
    this.scheduled = false;
    this.program.run(0, this.onInterval, undefined);
  };
  private readonly onInterval = (): void => {
    if (!this.committing) this.commit();
  };
  private readonly onData = (): void => this.program.wake(this.onDataSynced, undefined);
  private readonly onDataSynced = (): void => this.disk.flush(PAGE_BYTES, this.slowdown(), this.onMeta);
  private readonly onMeta = (): void => this.program.wake(this.onCommitted, undefined);
  private readonly onCommitted = (): void => this.committed();

  constructor(
    simulator: Simulator,
    program: Program,
    metrics: MemberMetrics,
    disk: Disk,
    settings: RaftSettings,
    slowdown: () => DiskSlowdown,
  ) {
    this.simulator = simulator;
    this.program = program;
    this.metrics = metrics;
    this.disk = disk;
    this.settings = settings;
    this.slowdown = slowdown;
    this.phaseUs = simulator.nowUs;
  }

  /** A commit holds its locks. */
  get locked(): boolean {
    return this.committing;
  }

  /** Calls `then` once no commit is under way: now, where none is. */
  whenFree(then: () => void): void {
    if (this.committing) this.waiting.push(then);
    else then();
  }

  /** Entries of `bytes` in all have been applied. */
  add(entries: number, bytes: number): void {
    this.pending += entries;
    this.pendingBytes += bytes;
    if (!this.committing) this.commitInTime();
  }

  private commitInTime(): void {
    if (this.pending >= this.settings.backendBatchLimit) this.commit();
    else if (this.pending > 0 && !this.scheduled) this.scheduleTimer();
  }

  private scheduleTimer(): void {
    this.scheduled = true;
    const { backendBatchIntervalUs: intervalUs } = this.settings;
    const sinceUs = this.simulator.nowUs - this.phaseUs;
    this.simulator.schedule(intervalUs - (sinceUs % intervalUs), this.onTimer, undefined);
  }

  private commit(): void {
    const bytes = this.pendingBytes + PAGES_A_COMMIT * PAGE_BYTES;
    this.pending = 0;
    this.pendingBytes = 0;
    this.committing = true;
    this.startedUs = this.simulator.nowUs;
    this.disk.flush(bytes, this.slowdown(), this.onData);
  }

  private committed(): void {
    this.metrics.backendCommit.observe((this.simulator.nowUs - this.startedUs) / 1e6);
    this.committing = false;
    this.commitInTime();
    const { waiting } = this;
    this.waiting = [];
    for (const then of waiting) then();
  }
}
