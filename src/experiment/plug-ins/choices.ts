import { type Choices, SHIPPED_CHOICES } from '../../scenario/index.js';
import type { PlugInDescription } from './plug-in.js';

/** What a scenario may name when these plug-ins are there. */
export function choicesWith(plugIns: readonly PlugInDescription[]): Choices {
  const of = (kind: PlugInDescription['kind']): readonly PlugInDescription[] =>
    plugIns.filter((plugIn) => plugIn.kind === kind);
  return {
    balancers: [...SHIPPED_CHOICES.balancers, ...of('balancer')],
    faults: [...SHIPPED_CHOICES.faults, ...of('fault')],
    plugInWorkloads: of('workload'),
  };
}
