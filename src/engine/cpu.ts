import { invariant } from './invariant.js';
import type { Program } from './program.js';
import type { Handler, Simulator } from './simulator.js';

/** The kernel gives a CPU quota out anew this often: cfs_period_us. */
const QUOTA_PERIOD_US = 100_000;

// How programs share cores. Source: Linux, kernel/sched/fair.c, with the factor of 2 that it takes for two cores: a
// scheduling latency of 12 ms, which a handful of runnable threads share; GENTLE_FAIR_SLEEPERS: half of it.
const STINT_US = 3000;
const WAKE_UP_GRANULARITY_US = 2000;
const SLEEPER_CREDIT_US = 6000;

/** How the work of one program shares them: Go takes a goroutine off its core after this long. Source: runtime/proc.go, forcePreemptNS. */
const GOROUTINE_SLICE_US = 10_000;

/** A piece of work. The objects are used again: a finished one's fields belong to nobody. */
export interface Task {
  /** CPU time left, µs on one of these cores. */
  leftUs: number;
  /** What it has had since it last stood in line, µs. */
  ranUs: number;
  /** How long its program has had this core by the end of the slice, µs. */
  stintUs: number;
  handler: Handler<never>;
  payload: unknown;
  program: Program;
}

/**
 * The cores of one host (or of one machine that several hosts share): work waits for a free core.
 *
 * Between programs the kernel is fair: a core goes to the program that has had the least, for a few milliseconds at a time;
 * one that wakes up is given a little credit for its sleep, and takes a core from who has had more. Within a program
 * goroutines stand in line, and one that has run for 10 ms lets the others go first.
 *
 * Model: CPU scheduling. A core changes hands only where a piece of work or a stint ends, programs have one account
 * instead of one a thread, any core is as good as another; cache and frequency effects are left out.
 */
export class Cpu {
  /** CPU time used so far, µs of core time. */
  busyUs = 0;
  readonly speed: number;
  private readonly simulator: Simulator;
  readonly cores: number;
  private readonly quotaUs: number;
  /** Which period `usedUs` belongs to. */
  private period = 0;
  private usedUs = 0;
  private throttled = false;
  private running = 0;
  private fullUs = 0;
  private fullSinceUs = 0;
  private programs: readonly Program[] = [];
  /** The least that any program with work has had, µs; never falls. */
  private leastUs = 0;
  private readonly spare: Task[] = [];
  private readonly onSliceEnd = (task: Task): void => this.endSlice(task);
  private readonly onPeriod = (): void => this.startWaiting();

  /**
   * @param cores > 0; below 1 it is a quota: one core, held back for the rest of a 100 ms period once it has used up its
   *   share of it
   * @param speed work done per unit of time, relative to the machine that costs were measured on
   */
  constructor(simulator: Simulator, cores: number, speed = 1) {
    invariant(cores > 0 && speed > 0, 'a CPU needs cores and speed above 0', { cores, speed });
    this.simulator = simulator;
    this.cores = cores < 1 ? 1 : Math.floor(cores);
    this.quotaUs = cores < 1 ? Math.max(Math.round(cores * QUOTA_PERIOD_US), 1) : Number.POSITIVE_INFINITY;
    this.speed = (cores < 1 ? 1 : cores / Math.floor(cores)) * speed;
  }

  get nowUs(): number {
    return this.simulator.nowUs;
  }

  get hasQuotaLimit(): boolean {
    return this.quotaUs !== Number.POSITIVE_INFINITY;
  }

  /** A core is free: work that costs nothing can be done at once. */
  get idleCore(): boolean {
    return this.running < this.cores && this.hasQuota();
  }

  /** What a program that wakes up has had at least, in the kernel's account, µs. */
  get wakerAccountUs(): number {
    return this.leastUs - SLEEPER_CREDIT_US;
  }

  /** How long so far a core has been free, µs. */
  get idleUs(): number {
    const fullUs = this.running === this.cores ? this.nowUs - this.fullSinceUs : 0;
    return this.nowUs - this.fullUs - fullUs;
  }

  join(program: Program): void {
    this.programs = [...this.programs, program];
  }

  leave(program: Program): void {
    this.programs = this.programs.filter((each) => each !== program);
  }

  task(leftUs: number, handler: Handler<never>, payload: unknown, program: Program): Task {
    const task = this.spare.pop();
    if (task === undefined) return { leftUs, ranUs: 0, stintUs: 0, handler, payload, program };
    task.leftUs = leftUs;
    task.ranUs = 0;
    task.stintUs = 0;
    task.handler = handler;
    task.payload = payload;
    task.program = program;
    return task;
  }

  /** `program` has a piece of work in line. */
  offer(program: Program): void {
    if (this.running >= this.cores || !this.hasQuota()) return;
    const task = program.takeWaiting();
    if (task === undefined) return;
    this.occupy(task);
  }

  private occupy(task: Task): void {
    if (++this.running === this.cores) this.fullSinceUs = this.nowUs;
    this.startSlice(task, 0);
  }

  private release(): void {
    if (this.running-- === this.cores) this.fullUs += this.nowUs - this.fullSinceUs;
  }

  private startSlice(task: Task, stintUs: number): void {
    let sliceUs = Math.min(task.leftUs, GOROUTINE_SLICE_US - task.ranUs, this.quotaUs - this.usedUs);
    if (this.programs.length > 1) sliceUs = Math.min(sliceUs, STINT_US - stintUs);
    task.leftUs -= sliceUs;
    task.ranUs += sliceUs;
    task.stintUs = stintUs + sliceUs;
    this.busyUs += sliceUs;
    if (this.hasQuotaLimit) this.usedUs += sliceUs;
    task.program.charge(sliceUs);
    this.simulator.schedule(sliceUs, this.onSliceEnd, task);
  }

  private endSlice(task: Task): void {
    const { program, stintUs } = task;
    const finished = task.leftUs === 0;
    const admitted = program.admits(task);
    if (admitted && !finished) program.putBack(task, task.ranUs >= GOROUTINE_SLICE_US);
    const next = this.hasQuota() ? this.takeNext(program, stintUs) : undefined;
    if (next === undefined) this.release();
    else this.startSlice(next, next.program === program && stintUs < STINT_US ? stintUs : 0);
    if (!admitted || !finished) return;
    const { handler, payload } = task;
    program.ended();
    this.spare.push(task);
    (handler as Handler<unknown>)(payload);
  }

  /** CPU time that was used beside any task; not under a quota. */
  spend(us: number): void {
    this.busyUs += us;
  }

  /** Whether work may run now; if not, it goes on by itself with the next period. */
  private hasQuota(): boolean {
    if (!this.hasQuotaLimit) return true;
    const period = Math.floor(this.nowUs / QUOTA_PERIOD_US);
    if (period !== this.period) {
      this.period = period;
      this.usedUs = 0;
    }
    if (this.usedUs < this.quotaUs) return true;
    if (!this.throttled) {
      this.throttled = true;
      this.simulator.scheduleAt((period + 1) * QUOTA_PERIOD_US, this.onPeriod, undefined);
    }
    return false;
  }

  private startWaiting(): void {
    this.throttled = false;
    while (this.running < this.cores && this.hasQuota()) {
      const next = this.takeNext(undefined, 0);
      if (next === undefined) return;
      this.occupy(next);
    }
  }

  /**
   * For a core that is free now.
   *
   * @param holder the program that has just had it, for `stintUs` on end
   */
  private takeNext(holder: Program | undefined, stintUs: number): Task | undefined {
    const { programs } = this;
    if (programs.length === 1) return programs[0]!.takeWaiting();
    let next: Program | undefined;
    for (const program of programs) {
      if (program.waiting && (next === undefined || program.accountUs < next.accountUs)) next = program;
    }
    if (next === undefined) return undefined;
    this.leastUs = Math.max(this.leastUs, next.accountUs);
    if (holder?.waiting && stintUs < STINT_US && holder.accountUs - next.accountUs <= WAKE_UP_GRANULARITY_US) {
      return holder.takeWaiting();
    }
    return next.takeWaiting();
  }
}
