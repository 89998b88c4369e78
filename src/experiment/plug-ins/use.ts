import { guarded, RULES, RuleBroken } from '../../client/contract/index.js';
import type { PickerPolicy } from '../../client/index.js';
import type { Simulator } from '../../engine/index.js';
import type { Fault } from '../../faults/index.js';
import type { Workload } from '../../workload/index.js';
import { type PlugIn, PlugInError } from './plug-in.js';
import type { Pulse } from './pulse.js';
import { surroundings } from './surroundings.js';

/** Virtual time between two life signs of a run, µs. */
const BEAT_US = 100_000;

/** Plug-ins as a run uses them: balancers in their guard, everything by name. */
export class PlugInUse {
  private readonly plugIns: readonly PlugIn[];
  private readonly pulse: Pulse | undefined;
  private readonly caged = new Map<string, PickerPolicy>();

  constructor(plugIns: readonly PlugIn[], pulse?: Pulse) {
    this.plugIns = plugIns;
    this.pulse = pulse;
  }

  balancer(name: string): PickerPolicy | undefined {
    let policy = this.caged.get(name);
    if (policy === undefined) {
      const found = this.plugIns.find((each) => each.kind === 'balancer' && each.object.name === name);
      if (found?.kind !== 'balancer') return undefined;
      policy = guarded(found.object, surroundings(this.pulse));
      this.caged.set(name, policy);
    }
    return policy;
  }

  workload(name: string): Workload<Readonly<Record<string, unknown>>> | undefined {
    const found = this.plugIns.find((each) => each.kind === 'workload' && each.object.kind === name);
    return found?.kind === 'workload' ? found.object : undefined;
  }

  fault(name: string): Fault | undefined {
    const found = this.plugIns.find((each) => each.kind === 'fault' && each.object.name === name);
    return found?.kind === 'fault' ? found.object : undefined;
  }

  /** Gives life signs as virtual time goes on, so that a run that a plug-in has stopped can be told. */
  beatWith(simulator: Simulator): void {
    const { pulse } = this;
    if (pulse === undefined) return;
    const beat = (): void => {
      pulse.beat();
      simulator.schedule(BEAT_US, beat, undefined);
    };
    beat();
  }

  /** An error of a run, blamed on the plug-in that it comes from, if it comes from one. */
  blame(error: unknown): unknown {
    if (error instanceof RuleBroken) {
      const { rule, text } = error.violation;
      const file =
        this.plugIns.find((each) => each.kind === 'balancer' && this.caged.has(each.object.name))?.file ?? '';
      return new PlugInError(file, `[${rule}] ${RULES[rule]}: ${text}`);
    }
    if (!(error instanceof Error)) return error;
    const { stack = '' } = error;
    // It need not be the frame that threw: the simulator, asked for something impossible, throws for it.
    const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
    for (const { file } of this.plugIns) {
      const name = file.split(/[\\/]/).pop()!;
      if (frames.some((frame) => frame.includes(name))) {
        return new PlugInError(file, `threw ${error.name}: ${error.message}`);
      }
    }
    return error;
  }
}
