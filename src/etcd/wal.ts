import type { Program, Sampler, Simulator } from '../engine/index.js';
import type { DiskConfig } from './config.js';
import type { MemberMetrics } from './metrics.js';

/** Record framing of one entry in the WAL: length, CRC, type, raft entry header. */
export const WAL_RECORD_OVERHEAD_BYTES = 40;

/**
 * The write-ahead log's disk: one batch at a time, each a write and, where raft demands it, an fdatasync.
 *
 * Model: page cache. A batch is lost in a crash until its fdatasync has ended, and never after; writing without a sync
 * takes no time.
 */
export class Wal {
  /** What a slow-disk fault multiplies every fsync by, and adds to it (µs). */
  slowdown = { factor: 1, extraUs: 0 };
  /** Set by a failing-disk fault: called in place of the end of a write. */
  failed: (() => void) | undefined;
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly metrics: MemberMetrics;
  private readonly fsyncUs: Sampler;
  private readonly writeBytesPerSec: number;
  private readonly saved: () => void;
  private readonly timesCounted: number;
  private readonly onDisk = (): void => {
    if (this.failed === undefined) this.program.wake(this.saved, undefined);
    else if (this.program.alive) this.failed();
  };

  /**
   * @param saved called at the end of every batch
   * @param timesCounted how often each byte is counted: etcd 3.4 counts them where they are encoded and where they are written
   */
  constructor(
    simulator: Simulator,
    program: Program,
    metrics: MemberMetrics,
    disk: DiskConfig,
    fsyncUs: Sampler,
    saved: () => void,
    timesCounted = 1,
  ) {
    this.simulator = simulator;
    this.program = program;
    this.metrics = metrics;
    this.fsyncUs = fsyncUs;
    this.writeBytesPerSec = disk.writeBytesPerSec;
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
    const fsyncUs = Math.round(this.fsyncUs() * this.slowdown.factor + this.slowdown.extraUs);
    this.metrics.walFsync.observe(fsyncUs / 1e6);
    const writeUs = this.writeBytesPerSec > 0 ? Math.round((bytes * 1e6) / this.writeBytesPerSec) : 0;
    this.simulator.schedule(writeUs + fsyncUs, this.onDisk, undefined);
  }
}
