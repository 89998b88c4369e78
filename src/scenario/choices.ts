import { balancers } from '../client/balancers/index.js';
import { MemberMetrics } from '../etcd/metrics.js';
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
}

/** The rooms' own lists: what ships. */
export const SHIPPED_CHOICES: Choices = { balancers, faults };

export function namesOf(choices: readonly { readonly name: string }[]): readonly string[] {
  return choices.map(({ name }) => name);
}

/** Kinds of workloads. */
export const SHIPPED_WORKLOADS: readonly { readonly kind: string; readonly summary: string }[] = workloads;

/** What a member counts, under etcd's own names; each name once. */
export function memberMetrics(): readonly { readonly name: string; readonly type: string; readonly help: string }[] {
  const metrics = new MemberMetrics();
  // Those with a label appear with its first value.
  metrics.peerSentBytes('m2');
  metrics.peerReceivedBytes('m2');
  const samples = metrics.registry.samples();
  return samples.filter(({ name }, i) => samples.findIndex((other) => other.name === name) === i);
}
