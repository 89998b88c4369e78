import type { Cpu, Task } from './cpu.js';
import { Fifo } from './fifo.js';
import type { Handler } from './simulator.js';

/** What it costs a program to get going again after a pause. */
export interface WakeUp {
  /** A program that has had nothing to do for this long sleeps, µs. */
  readonly afterUs: number;
  /** CPU time that its next piece of work takes on top, µs: caches, the core's sleep state, the runtime's idle threads. */
  readonly costUs: number;
  /**
   * Before it sleeps it looks for work this long, µs, if there is a core that nobody else wants: CPU time that is
   * counted, but keeps nobody waiting. Go: findrunnable spins, then netpoll.
   *
   * Model: not under a quota, where measured CPU times leave no room for it.
   */
  readonly spinUs: number;
}

const NO_WAKE_UP: WakeUp = { afterUs: Number.POSITIVE_INFINITY, costUs: 0, spinUs: 0 };

/**
 * A running program (an operating system's process) on some cores: a member, an apiserver.
 *
 * All it does goes through `run` and `runNext`, so stopping it (SIGSTOP) holds its work back, and killing it (SIGKILL) forgets it.
 */
export class Program {
  /** CPU time used so far, µs of core time. */
  busyUs = 0;
  /** What it has had, in the fair scheduler's account: per thread, and without what it slept through. For `Cpu`. */
  accountUs = 0;
  private readonly cpu: Cpu;
  private state: 'running' | 'paused' | 'killed' = 'running';
  /** Taken off a core before their time: they go on first. */
  private readonly interrupted = new Fifo<Task>();
  /** Go's runnext, one a core: before what stands in line, the latest first. */
  private readonly next: Task[] = [];
  private readonly fresh = new Fifo<Task>();
  /** Had their time, and let the others go first. */
  private readonly continued = new Fifo<Task>();
  private readonly wakeUp: WakeUp;
  /** Pieces of work that run or wait. */
  private open = 0;
  private idleSinceUs = 0;
  /** The cores' `idleUs` then. */
  private cpuIdleUs = 0;

  constructor(cpu: Cpu, wakeUp = NO_WAKE_UP) {
    this.cpu = cpu;
    this.wakeUp = wakeUp;
    cpu.join(this);
  }

  get alive(): boolean {
    return this.state !== 'killed';
  }

  get paused(): boolean {
    return this.state === 'paused';
  }

  /** Work stands in line that may run now. For `Cpu`. */
  get waiting(): boolean {
    return (
      this.state === 'running' &&
      this.interrupted.length + this.next.length + this.fresh.length + this.continued.length > 0
    );
  }

  /**
   * Runs `handler(payload)` once `costUs` of CPU time have been spent on it.
   *
   * @param costUs on a core of speed 1, >= 0; rounded to whole µs
   */
  run<T>(costUs: number, handler: Handler<T>, payload: T): void {
    if (this.state === 'killed') return;
    this.fresh.push(this.newTask(costUs, handler, payload));
    this.cpu.offer(this);
  }

  /**
   * As `run`, but ahead of what stands in line: for a goroutine that another one or a timer wakes, as raft's loop is.
   * Where every core has one such, the oldest of them goes to the end of the line.
   *
   * Source: runtime/proc.go, runqput. Model: one line for all cores, and a place ahead of it for each.
   *
   * @param costUs as for `run`, µs
   */
  runNext<T>(costUs: number, handler: Handler<T>, payload: T): void {
    if (this.state === 'killed') return;
    if (this.next.length === this.cpu.cores) this.fresh.push(this.next.shift()!);
    this.next.push(this.newTask(costUs, handler, payload));
    this.cpu.offer(this);
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
    for (let i = 0; i < this.cpu.cores; i++) this.cpu.offer(this);
  }

  kill(): void {
    if (this.state === 'killed') return;
    this.state = 'killed';
    for (const queue of [this.interrupted, this.fresh, this.continued]) queue.drain();
    this.next.length = 0;
    this.cpu.leave(this);
  }

  /** For `Cpu`. */
  takeWaiting(): Task | undefined {
    if (this.state !== 'running') return undefined;
    if (this.interrupted.length > 0) return this.interrupted.shift();
    if (this.next.length > 0) return this.next.pop();
    return this.fresh.shift() ?? this.continued.shift();
  }

  /** It gets `us` of a core. For `Cpu`. */
  charge(us: number): void {
    this.busyUs += us;
    // The kernel knows threads; a Go program has as many as it finds use for, and the cores at most.
    this.accountUs += us / Math.min(this.open, this.cpu.cores);
  }

  /** Not finished yet. @param hadItsTurn it has run so long that others go first. For `Cpu`. */
  putBack(task: Task, hadItsTurn: boolean): void {
    if (hadItsTurn) {
      task.ranUs = 0;
      this.continued.push(task);
    } else {
      this.interrupted.push(task);
    }
  }

  /** A piece of work has ended. For `Cpu`. */
  ended(): void {
    if (--this.open > 0) return;
    this.idleSinceUs = this.cpu.nowUs;
    this.cpuIdleUs = this.cpu.idleUs;
  }

  /** False if the task must not go on now: it is held until `resume`, or forgotten. For `Cpu`. */
  admits(task: Task): boolean {
    if (this.state === 'running') return true;
    if (this.state === 'paused') this.interrupted.push(task);
    return false;
  }

  /** After having nothing to do. */
  private begin(): void {
    const { cpu } = this;
    this.accountUs = Math.max(this.accountUs, cpu.wakerAccountUs);
    if (this.wakeUp.spinUs === 0 || cpu.hasQuotaLimit) return;
    const spinUs = Math.min(this.wakeUp.spinUs, cpu.idleUs - this.cpuIdleUs);
    this.busyUs += spinUs;
    cpu.spend(spinUs);
  }

  private newTask<T>(costUs: number, handler: Handler<T>, payload: T): Task {
    const { cpu } = this;
    const leftUs = Math.round((costUs + this.wakeUpCostUs()) / cpu.speed);
    if (this.open++ === 0) this.begin();
    return cpu.task(leftUs, handler as Handler<never>, payload, this);
  }

  private wakeUpCostUs(): number {
    const { afterUs, costUs } = this.wakeUp;
    return this.open === 0 && this.cpu.nowUs - this.idleSinceUs >= afterUs ? costUs : 0;
  }
}
