import { Fifo, type Program, type Simulator } from '../engine/index.js';

interface Waiting<T> {
  readonly deadlineUs: number;
  readonly item: T;
}

/**
 * Things that all time out equally long after they were added, watched by one timer.
 *
 * Nothing is removed when an item ends in time: `isOver` tells, when its turn comes.
 */
export class TimeoutQueue<T> {
  private readonly simulator: Simulator;
  private readonly program: Program;
  private readonly timeoutUs: number;
  private readonly isOver: (item: T) => boolean;
  private readonly expire: (item: T) => void;
  private readonly waiting = new Fifo<Waiting<T>>();
  private armed = false;
  private readonly onTimer = (): void => this.program.run(0, this.sweep, undefined);
  private readonly sweep = (): void => this.expireDue();

  constructor(
    simulator: Simulator,
    program: Program,
    timeoutUs: number,
    isOver: (item: T) => boolean,
    expire: (item: T) => void,
  ) {
    this.simulator = simulator;
    this.program = program;
    this.timeoutUs = timeoutUs;
    this.isOver = isOver;
    this.expire = expire;
  }

  add(item: T): void {
    this.waiting.push({ deadlineUs: this.simulator.nowUs + this.timeoutUs, item });
    if (this.armed) return;
    this.armed = true;
    this.simulator.schedule(this.timeoutUs, this.onTimer, undefined);
  }

  private expireDue(): void {
    const { nowUs } = this.simulator;
    for (;;) {
      const next = this.waiting.peek();
      if (next === undefined) {
        this.armed = false;
        return;
      }
      if (!this.isOver(next.item)) {
        if (next.deadlineUs > nowUs) {
          this.simulator.schedule(next.deadlineUs - nowUs, this.onTimer, undefined);
          return;
        }
        this.expire(next.item);
      }
      this.waiting.shift();
    }
  }
}
