import { balancers } from '../client/balancers/index.js';
import { faults } from '../faults/index.js';
import { workloads } from '../workload/index.js';

/** Something that a scenario names: a balancer, a fault. */
export interface Choice {
  readonly name: string;
  readonly summary: string;
  /** Its own options and what each means. */
  readonly options?: Readonly<Record<string, string>>;
}

/** What scenarios may name. */
export interface Choices {
  readonly balancers: readonly Choice[];
  readonly faults: readonly Choice[];
  /** Workloads of files that the scenario names; none ship. */
  readonly plugInWorkloads?: readonly Choice[];
}

/** The rooms' own lists: what ships. */
export const SHIPPED_CHOICES: Choices = { balancers, faults };

export function namesOf(choices: readonly { readonly name: string }[]): readonly string[] {
  return choices.map(({ name }) => name);
}

/** Kinds of workloads. */
export const SHIPPED_WORKLOADS: readonly { readonly kind: string; readonly summary: string }[] = workloads;
