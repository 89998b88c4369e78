import { type Cpu, Program, type Sampler, type Simulator, type Stream, sampler } from '../engine/index.js';
import type { DiskConfig } from './config.js';

/** What a slow-disk fault does to the flushes that a member asks for. */
export interface DiskSlowdown {
  readonly factor: number;
  readonly extraUs: number;
}

interface Waiting {
  readonly bytes: number;
  readonly slowdown: DiskSlowdown;
  readonly done: () => void;
}

const nothing = (): void => {};

/**
 * A disk, of one member or of several on one machine: writes data and flushes it.
 *
 * It has as many queues as the machine has cores, each with one flush at a time; all that are asked for while none is free
 * share the next one. Source: Linux, block/blk-flush.c (a flush queue a hardware queue).
 *
 * Model: disk. Nobody else uses it, and how long a flush takes does not depend on the one before.
 */
export class Disk {
  private waiting: Waiting[] = [];
  private free: number;
  private readonly simulator: Simulator;
  private readonly config: DiskConfig;
  private readonly flushUs: Sampler;
  /** What the machine's kernel does for it, beside all processes; a member's quota does not count it. */
  private readonly kernel: Program | undefined;
  private readonly onFlushed = (flushed: readonly Waiting[]): void => this.flushed(flushed);

  constructor(simulator: Simulator, cpu: Cpu, config: DiskConfig, draws: Stream) {
    this.simulator = simulator;
    this.config = config;
    this.free = cpu.cores;
    this.flushUs = sampler(config.fsync, draws);
    this.kernel = config.kernelUs > 0 && !cpu.hasQuotaLimit ? new Program(cpu) : undefined;
  }

  /** Calls `done` once `bytes` that were written before now are on it. */
  flush(bytes: number, slowdown: DiskSlowdown, done: () => void): void {
    this.waiting.push({ bytes, slowdown, done });
    if (this.free > 0) this.begin();
  }

  private begin(): void {
    this.free--;
    const flushed = this.waiting;
    this.waiting = [];
    const { kernelUs, writeBytesPerSec } = this.config;
    const drawnUs = this.flushUs();
    let flushUs = 0;
    let bytes = 0;
    for (const each of flushed) {
      flushUs = Math.max(flushUs, Math.round(drawnUs * each.slowdown.factor + each.slowdown.extraUs));
      bytes += each.bytes;
    }
    const writeUs = writeBytesPerSec > 0 ? Math.round((bytes * 1e6) / writeBytesPerSec) : 0;
    this.kernel?.run(kernelUs, nothing, undefined);
    this.simulator.schedule(writeUs + flushUs, this.onFlushed, flushed);
  }

  private flushed(flushed: readonly Waiting[]): void {
    this.free++;
    if (this.waiting.length > 0) this.begin();
    for (const { done } of flushed) done();
  }
}
