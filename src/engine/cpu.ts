import { Fifo } from './fifo.js';
import { invariant } from './invariant.js';
import type { Handler, Simulator } from './simulator.js';

/** A slice of a long computation: CFS's order of magnitude for two runnable threads on a core. */
const QUANTUM_US = 3000;

interface Task {
  /** CPU time left, µs on one of these cores. */
  leftUs: number;
  readonly handler: Handler<never>;
  readonly payload: unknown;
}

/**
 * The cores of one host (or of one machine that several hosts share): work waits for a free core.
 *
 * Model: CPU scheduling. Tasks run to the end of a 3 ms slice, then queue behind; a task that has just become runnable
 * goes before those that have used up a slice, as Linux's fair scheduler prefers who has slept. Cache and frequency
 * effects are left out.
 */
export class Cpu {
  /** CPU time used so far, µs of core time. */
  busyUs = 0;
  private readonly simulator: Simulator;
  private readonly cores: number;
  private readonly speed: number;
  private running = 0;
  private readonly fresh = new Fifo<Task>();
  private readonly continued = new Fifo<Task>();
  private readonly onSliceEnd = (task: Task): void => this.endSlice(task);

  /**
   * @param cores > 0; below 1 it is a quota: one core of that speed
   * @param speed work done per unit of time, relative to the machine that costs were measured on
   */
  constructor(simulator: Simulator, cores: number, speed = 1) {
    invariant(cores > 0 && speed > 0, 'a CPU needs cores and speed above 0', { cores, speed });
    this.simulator = simulator;
    this.cores = cores < 1 ? 1 : Math.floor(cores);
    this.speed = cores < 1 ? cores * speed : (cores / Math.floor(cores)) * speed;
  }

  /** Tasks that run or wait. */
  get load(): number {
    return this.running + this.fresh.length + this.continued.length;
  }

  /** Runs `handler(payload)` once `costUs` of CPU time have been spent on it. Zero cost runs at once, in order. */
  run<T>(costUs: number, handler: Handler<T>, payload: T): void {
    const leftUs = Math.round(costUs / this.speed);
    const task: Task = { leftUs, handler: handler as Handler<never>, payload };
    if (this.running < this.cores) {
      this.running++;
      this.startSlice(task);
    } else {
      this.fresh.push(task);
    }
  }

  private startSlice(task: Task): void {
    const sliceUs = task.leftUs > QUANTUM_US ? QUANTUM_US : task.leftUs;
    task.leftUs -= sliceUs;
    this.busyUs += sliceUs;
    this.simulator.schedule(sliceUs, this.onSliceEnd, task);
  }

  private endSlice(task: Task): void {
    const finished = task.leftUs === 0;
    if (!finished) this.continued.push(task);
    const next = this.fresh.shift() ?? this.continued.shift();
    if (next === undefined) this.running--;
    else this.startSlice(next);
    if (finished) (task.handler as Handler<unknown>)(task.payload);
  }
}
