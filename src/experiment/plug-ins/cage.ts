import { RuleBroken } from '../../client/contract/index.js';
import { type PlugIn, PlugInError } from './plug-in.js';
import { PLUG_IN_RULES, type PlugInRule } from './rules.js';
import { isForbidden, type Surroundings } from './surroundings.js';

/** Calls of one plug-in at one virtual instant: beyond, it does not mean to let time go on. */
const MOST_AT_ONCE = 1_000_000;

/**
 * Runs the code of one plug-in: what it throws is blamed on it by file and rule, and while it runs the machine's clock,
 * chance and timers are out of reach.
 */
export class PlugInCage {
  private readonly plugIn: PlugIn;
  private readonly surroundings: Surroundings;
  private readonly clock: () => number;
  private lastUs = -1;
  private calls = 0;

  /** @param clock virtual time, µs */
  constructor(plugIn: PlugIn, surroundings: Surroundings, clock: () => number) {
    this.plugIn = plugIn;
    this.surroundings = surroundings;
    this.clock = clock;
  }

  /** @param doing the plug-in's function, in a word or two */
  run<T>(doing: string, work: () => T): T {
    this.count(doing);
    this.surroundings.enter(doing);
    try {
      return work();
    } catch (error) {
      if (error instanceof PlugInError || error instanceof RuleBroken || isViolation(error)) throw error;
      const { name, message } = error instanceof Error ? error : { name: 'thrown', message: String(error) };
      return this.broken(isForbidden(error) ? 'P5' : 'P3', `${doing} threw ${name}: ${message}`);
    } finally {
      this.surroundings.leave();
    }
  }

  broken(rule: PlugInRule, text: string): never {
    const at = `(at ${this.clock() / 1000} ms)`;
    throw new PlugInError(this.plugIn.file, `[${rule}] ${PLUG_IN_RULES[rule]}: ${text} ${at}`);
  }

  private count(doing: string): void {
    const nowUs = this.clock();
    if (nowUs !== this.lastUs) {
      this.lastUs = nowUs;
      this.calls = 0;
    }
    if (++this.calls > MOST_AT_ONCE) this.broken('P4', `${doing} was called ${this.calls} times at one instant`);
  }
}

/** An invariant's verdict on the cluster: no fault of who happened to run. */
function isViolation(error: unknown): boolean {
  return error instanceof Error && error.name === 'ViolationError';
}
