import { Fifo } from './fifo.js';
import { invariant } from './invariant.js';
import type { Handler, Simulator } from './simulator.js';

/** A slice of a long computation: CFS's order of magnitude for two runnable threads on a core. */
const QUANTUM_US = 3000;

/** The kernel gives a CPU quota out anew this often: cfs_period_us. */
const QUOTA_PERIOD_US = 100_000;

/** A piece of work. The objects are used again: a finished one's fields belong to nobody. */
interface Task {
  /** CPU time left, µs on one of these cores. */
  leftUs: number;
  handler: Handler<never>;
  payload: unknown;
  program: Program;
}

/**
 * The cores of one host (or of one machine that several hosts share): work waits for a free core.
 *
 * Model: CPU scheduling. Tasks run to the end of a slice (3 ms unless the cluster says otherwise), then queue behind; a task that has just become runnable
 * goes before those that have used up a slice, as Linux's fair scheduler prefers who has slept. Cache and frequency
 * effects are left out.
 */
export class Cpu {
  /** CPU time used so far, µs of core time. */
  busyUs = 0;
  readonly speed: number;
  private readonly sliceUs: number;
  private readonly simulator: Simulator;
  private readonly cores: number;
  private readonly quotaUs: number;
  /** Which period `usedUs` belongs to. */
  private period = 0;
  private usedUs = 0;
  private throttled = false;
  private running = 0;
  /** Come back from a pause: what they were given before, they go on with before what came since. */
  private readonly resumed = new Fifo<Task>();
  private readonly fresh = new Fifo<Task>();
  private readonly continued = new Fifo<Task>();
  private readonly spare: Task[] = [];
  private readonly onSliceEnd = (task: Task): void => this.endSlice(task);
  private readonly onPeriod = (): void => this.startWaiting();

  /**
   * @param cores > 0; below 1 it is a quota: one core, held back for the rest of a 100 ms period once it has used up its
   *   share of it
   * @param speed work done per unit of time, relative to the machine that costs were measured on
   * @param sliceUs how long a task keeps its core while others wait: 10 ms between goroutines of one process
   */
  constructor(simulator: Simulator, cores: number, speed = 1, sliceUs = QUANTUM_US) {
    invariant(cores > 0 && speed > 0, 'a CPU needs cores and speed above 0', { cores, speed });
    this.simulator = simulator;
    this.sliceUs = sliceUs;
    this.cores = cores < 1 ? 1 : Math.floor(cores);
    this.quotaUs = cores < 1 ? Math.max(Math.round(cores * QUOTA_PERIOD_US), 1) : Number.POSITIVE_INFINITY;
    this.speed = (cores < 1 ? 1 : cores / Math.floor(cores)) * speed;
  }

  get nowUs(): number {
    return this.simulator.nowUs;
  }

  /** Tasks that run or wait. */
  get load(): number {
    return this.running + this.resumed.length + this.fresh.length + this.continued.length;
  }

  /** A core is free: work that costs nothing can be done at once. */
  get idleCore(): boolean {
    return this.running < this.cores && this.hasQuota();
  }

  task(leftUs: number, handler: Handler<never>, payload: unknown, program: Program): Task {
    const task = this.spare.pop();
    if (task === undefined) return { leftUs, handler, payload, program };
    task.leftUs = leftUs;
    task.handler = handler;
    task.payload = payload;
    task.program = program;
    return task;
  }

  enqueue(task: Task): void {
    this.startOrQueue(task, this.fresh);
  }

  enqueueAhead(task: Task): void {
    this.startOrQueue(task, this.resumed);
  }

  private startOrQueue(task: Task, queue: Fifo<Task>): void {
    if (this.running < this.cores && this.hasQuota()) {
      this.running++;
      this.startSlice(task);
    } else {
      queue.push(task);
    }
  }

  private startSlice(task: Task): void {
    const sliceUs = Math.min(task.leftUs, this.sliceUs, this.quotaUs - this.usedUs);
    task.leftUs -= sliceUs;
    this.busyUs += sliceUs;
    if (this.quotaUs !== Number.POSITIVE_INFINITY) this.usedUs += sliceUs;
    task.program.busyUs += sliceUs;
    this.simulator.schedule(sliceUs, this.onSliceEnd, task);
  }

  private endSlice(task: Task): void {
    const finished = task.leftUs === 0;
    const admitted = task.program.admits(task);
    if (admitted && !finished) this.continued.push(task);
    const next = this.hasQuota() ? this.takeAdmitted() : undefined;
    if (next === undefined) this.running--;
    else this.startSlice(next);
    if (!admitted || !finished) return;
    const { handler, payload, program } = task;
    program.ended(this.nowUs);
    this.spare.push(task);
    (handler as Handler<unknown>)(payload);
  }

  /** CPU time that was used beside any task. */
  spend(us: number): void {
    this.busyUs += us;
    if (this.hasQuota() && this.quotaUs !== Number.POSITIVE_INFINITY) {
      this.usedUs = Math.min(this.usedUs + us, this.quotaUs);
    }
  }

  /** Whether work may run now; if not, it goes on by itself with the next period. */
  private hasQuota(): boolean {
    if (this.quotaUs === Number.POSITIVE_INFINITY) return true;
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
      const next = this.takeAdmitted();
      if (next === undefined) return;
      this.running++;
      this.startSlice(next);
    }
  }

  private takeAdmitted(): Task | undefined {
    let next = this.takeNext();
    while (next !== undefined && !next.program.admits(next)) next = this.takeNext();
    return next;
  }

  private takeNext(): Task | undefined {
    return this.resumed.shift() ?? this.fresh.shift() ?? this.continued.shift();
  }
}

/** What it costs a program to get going again after a pause. */
export interface WakeUp {
  /** A program that has had nothing to do for this long sleeps, µs. */
  readonly afterUs: number;
  /** CPU time that its next piece of work takes on top, µs: caches, the core's sleep state, the runtime's idle threads. */
  readonly costUs: number;
  /**
   * Before it sleeps it looks for work this long, µs: CPU time that is counted, and taken off a quota, but keeps nobody
   * waiting, since a spinning thread yields. Go: findrunnable spins, then netpoll.
   */
  readonly spinUs: number;
}

const NO_WAKE_UP: WakeUp = { afterUs: Number.POSITIVE_INFINITY, costUs: 0, spinUs: 0 };

/**
 * A running program (an operating system's process) on some cores: a member, an apiserver.
 *
 * All it does goes through `run`, so stopping it (SIGSTOP) holds its work back, and killing it (SIGKILL) forgets it.
 */
export class Program {
  /** CPU time used so far, µs of core time. */
  busyUs = 0;
  private readonly cpu: Cpu;
  private state: 'running' | 'paused' | 'killed' = 'running';
  /** In a pause: what the CPU gave back, */
  private interrupted: Task[] = [];
  /** and what came since. */
  private held: Task[] = [];
  private readonly wakeUp: WakeUp;
  /** Pieces of work that run or wait. */
  private open = 0;
  private idleSinceUs = 0;

  constructor(cpu: Cpu, wakeUp = NO_WAKE_UP) {
    this.cpu = cpu;
    this.wakeUp = wakeUp;
  }

  get alive(): boolean {
    return this.state !== 'killed';
  }

  get paused(): boolean {
    return this.state === 'paused';
  }

  /**
   * Runs `handler(payload)` once `costUs` of CPU time have been spent on it.
   *
   * @param costUs on a core of speed 1, >= 0; rounded to whole µs
   */
  run<T>(costUs: number, handler: Handler<T>, payload: T): void {
    if (this.state === 'killed') return;
    const leftUs = Math.round((costUs + this.wakeUpCostUs()) / this.cpu.speed);
    if (this.open++ === 0) this.spent(Math.min(this.wakeUp.spinUs, this.cpu.nowUs - this.idleSinceUs));
    const task = this.cpu.task(leftUs, handler as Handler<never>, payload, this);
    if (this.state === 'paused') this.held.push(task);
    else this.cpu.enqueue(task);
  }

  /**
   * Goes on with `handler(payload)`, at no cost, where something outside has ended (a disk, a timer): at once if a core
   * is free, else in its turn. To be called from an event of its own, not from within other work.
   */
  wake<T>(handler: Handler<T>, payload: T): void {
    if (this.state === 'running' && this.cpu.idleCore && this.wakeUpCostUs() === 0) handler(payload);
    else this.run(0, handler, payload);
  }

  pause(): void {
    if (this.state === 'running') this.state = 'paused';
  }

  resume(): void {
    if (this.state !== 'paused') return;
    this.state = 'running';
    const { interrupted, held } = this;
    this.interrupted = [];
    this.held = [];
    for (const task of interrupted) this.cpu.enqueueAhead(task);
    for (const task of held) this.cpu.enqueue(task);
  }

  kill(): void {
    this.state = 'killed';
    this.interrupted = [];
    this.held = [];
  }

  /** A piece of work has ended. For `Cpu`. */
  ended(nowUs: number): void {
    if (--this.open === 0) this.idleSinceUs = nowUs;
  }

  private spent(spinUs: number): void {
    this.busyUs += spinUs;
    this.cpu.spend(spinUs);
  }

  private wakeUpCostUs(): number {
    const { afterUs, costUs } = this.wakeUp;
    return this.open === 0 && this.cpu.nowUs - this.idleSinceUs >= afterUs ? costUs : 0;
  }

  /** False if the task must not go on now: it is held until `resume`, or forgotten. For `Cpu`. */
  admits(task: Task): boolean {
    if (this.state === 'running') return true;
    if (this.state === 'paused') this.interrupted.push(task);
    return false;
  }
}
