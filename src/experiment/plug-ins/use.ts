import type { Invariant } from '../../checking/invariants/invariant.js';
import { guarded, RULES, RuleBroken } from '../../client/contract/index.js';
import type { PickerPolicy } from '../../client/index.js';
import type { Simulator } from '../../engine/index.js';
import type { Fault } from '../../faults/index.js';
import type { Workload } from '../../workload/index.js';
import { PlugInCage } from './cage.js';
import { cagedFault } from './caged-fault.js';
import { cagedInvariant } from './caged-invariant.js';
import { cagedWorkload } from './caged-workload.js';
import { type PlugIn, PlugInError, type PlugInKind } from './plug-in.js';
import type { Pulse } from './pulse.js';
import { type Surroundings, surroundings } from './surroundings.js';

/** Virtual time between two life signs of a run, µs. */
const BEAT_US = 100_000;

/** Plug-ins as one run uses them: balancers in their guard, the others in their cages, everything by name. */
export class PlugInUse {
  private readonly plugIns: readonly PlugIn[];
  private readonly pulse: Pulse | undefined;
  private readonly policies = new Map<string, PickerPolicy>();
  private clock: { readonly nowUs: number } = { nowUs: 0 };

  constructor(plugIns: readonly PlugIn[], pulse?: Pulse) {
    this.plugIns = plugIns;
    this.pulse = pulse;
  }

  balancer(name: string): PickerPolicy | undefined {
    let policy = this.policies.get(name);
    if (policy === undefined) {
      const found = this.of('balancer').find(({ object }) => object.name === name);
      if (found === undefined) return undefined;
      policy = guarded(found.object, this.around(found));
      this.policies.set(name, policy);
    }
    return policy;
  }

  workload(name: string): Workload<Readonly<Record<string, unknown>>> | undefined {
    const found = this.of('workload').find(({ object }) => object.kind === name);
    return found && cagedWorkload(found.object, this.cage(found));
  }

  fault(name: string): Fault | undefined {
    const found = this.of('fault').find(({ object }) => object.name === name);
    return found && cagedFault(found.object, this.cage(found));
  }

  /** All of them: whoever runs with them is watched by them. */
  get invariants(): readonly Invariant[] {
    return this.of('invariant').map((found) => cagedInvariant(found.object, this.cage(found)));
  }

  /** The run's clock; gives life signs as it goes on, so that a run that a plug-in has stopped can be told. */
  beatWith(simulator: Simulator): void {
    this.clock = simulator;
    const { pulse } = this;
    if (pulse === undefined) return;
    const beat = (): void => {
      pulse.beat();
      simulator.schedule(BEAT_US, beat, undefined);
    };
    beat();
  }

  /** An error of a run, blamed on the balancer that it comes from, if it comes from one. */
  blame(error: unknown): unknown {
    if (!(error instanceof RuleBroken)) return error;
    const { rule, text } = error.violation;
    const file = this.of('balancer').find(({ object }) => this.policies.has(object.name))?.file ?? '';
    return new PlugInError(file, `[${rule}] ${RULES[rule]}: ${text}`);
  }

  private of<Kind extends PlugInKind>(kind: Kind): Extract<PlugIn, { kind: Kind }>[] {
    return this.plugIns.filter((each): each is Extract<PlugIn, { kind: Kind }> => each.kind === kind);
  }

  private cage(plugIn: PlugIn): PlugInCage {
    return new PlugInCage(plugIn, this.around(plugIn), () => this.clock.nowUs);
  }

  private around(plugIn: PlugIn): Surroundings {
    const { pulse } = this;
    const whose = { file: this.plugIns.indexOf(plugIn), isBalancer: plugIn.kind === 'balancer' };
    return surroundings(pulse && { begin: (doing) => pulse.begin(doing, whose), end: () => pulse.end() });
  }
}
