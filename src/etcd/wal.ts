import type { Program, Simulator } from '../engine/index.js';
import type { DiskConfig } from './config.js';
import type { Disk, DiskSlowdown } from './disk.js';
import type { MemberMetrics } from './metrics.js';

/** Record framing of one entry in the WAL: length, CRC, type, raft entry header. */
export const WAL_RECORD_OVERHEAD_BYTES = 40;

/**
 * The write-ahead log: one batch at a time, each a write and, where raft demands it, an fdatasync.
 *
 * Model: page cache. A batch is lost in a crash until its fdatasync has ended, and never after; writing without a sync
 * takes no time.
 */
export class Wal {
  /** Of a slow-disk fault. */
  slowdown: DiskSlowdown = { factor: 1, extraUs: 0 };
  /** Set by a failing-disk fault: called in place of the end of a write. */
  failed: (() => void) | undefined;
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly metrics: MemberMetrics;
  private readonly disk: Disk;
  private readonly syncUs: number;
  private readonly saved: () => void;
  private readonly timesCounted: number;
  /** Of the batch in hand. */
  private bytes = 0;
  private startedUs = 0;
  private readonly onWritten = (): void => this.disk.flush(this.bytes, this.slowdown, this.onDisk);
  private readonly onDisk = (): void => {
    if (this.failed === undefined) this.program.wake(this.onSaved, undefined);
    else if (this.program.alive) this.failed();
  };
  private readonly onSaved = (): void => {
    this.metrics.walFsync.observe((this.simulator.nowUs - this.startedUs) / 1e6);
    this.saved();
  };

  /**
   * @param saved called at the end of every batch
   * @param timesCounted how often each byte is counted: etcd 3.4 counts them where they are encoded and where they are written
   */
  constructor(
    simulator: Simulator,
    program: Program,
    metrics: MemberMetrics,
    disk: Disk,
    { syncUs }: DiskConfig,
    saved: () => void,
    timesCounted = 1,
  ) {
    this.simulator = simulator;
    this.program = program;
    this.metrics = metrics;
    this.disk = disk;
    this.syncUs = syncUs;
    this.saved = saved;
    this.timesCounted = timesCounted;
  }

  /** Writes a batch of `bytes`; with `sync` it is durable when `saved` is called. */
  save(bytes: number, sync: boolean): void {
    this.metrics.walWriteBytes.add(bytes * this.timesCounted);
    if (!sync) {
      this.saved();
      return;
    }
    this.bytes = bytes;
    this.startedUs = this.simulator.nowUs;
    this.program.run(this.syncUs, this.onWritten, undefined);
  }
}
