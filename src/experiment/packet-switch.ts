import type { Program } from '../engine/index.js';
import type { SwitchCosts } from '../scenario/config.js';

/**
 * A packet switch that is a program on the cores of the hosts that it joins: it takes their CPU time.
 *
 * Model: packets do not wait for it. What it takes on an idle machine is part of the measured base latency.
 */
export class PacketSwitch {
  private readonly program: Program;
  private readonly costs: SwitchCosts;
  private waiting = 0;
  private busy = false;
  private readonly onForwarded = (): void => this.forwarded();

  constructor(program: Program, costs: SwitchCosts) {
    this.program = program;
    this.costs = costs;
  }

  pass(): void {
    this.waiting++;
    if (!this.busy) this.begin();
  }

  private begin(): void {
    this.busy = true;
    const packets = this.waiting;
    this.waiting = 0;
    this.program.run(this.costs.loopUs + this.costs.packetUs * packets, this.onForwarded, undefined);
  }

  private forwarded(): void {
    if (this.waiting > 0) this.begin();
    else this.busy = false;
  }
}
