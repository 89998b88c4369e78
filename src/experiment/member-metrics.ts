import { MemberMetrics } from '../etcd/metrics.js';

export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
}

/** What a member counts, under etcd's own names; each name once, sorted. */
export function memberMetrics(): readonly MetricDescription[] {
  const metrics = new MemberMetrics();
  // Those with a label come to be with its first value.
  metrics.peerSentBytes('m2');
  metrics.peerReceivedBytes('m2');
  metrics.received('range');
  const samples = metrics.registry.samples();
  return samples.filter(({ name }, i) => samples.findIndex((other) => other.name === name) === i);
}
