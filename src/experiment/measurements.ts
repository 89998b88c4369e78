import type { MetricValue } from './result.js';
import { mean, quantileSorted } from './statistics.js';

interface Samples {
  readonly unit: string;
  readonly values: number[];
}

/** What a workload observes and reports in one run. */
export class Measurements {
  private readonly samples = new Map<string, Samples>();
  private readonly reported = new Map<string, MetricValue>();

  readonly observe = (metric: string, unit: string, value: number): void => {
    let samples = this.samples.get(metric);
    if (samples === undefined) {
      samples = { unit, values: [] };
      this.samples.set(metric, samples);
    }
    samples.values.push(value);
  };

  readonly report = (metric: string, unit: string, value: number): void => {
    this.reported.set(metric, { value, unit });
  };

  /** Reported figures, and for each observed quantity its mean, quantiles, maximum and count; by name, sorted. */
  metrics(): Record<string, MetricValue> {
    const all = new Map(this.reported);
    for (const [metric, { unit, values }] of this.samples) {
      const sorted = Float64Array.from(values).sort();
      all.set(`${metric}_mean`, { value: mean(values), unit });
      all.set(`${metric}_median`, { value: quantileSorted(sorted, 0.5), unit });
      all.set(`${metric}_p95`, { value: quantileSorted(sorted, 0.95), unit });
      all.set(`${metric}_p99`, { value: quantileSorted(sorted, 0.99), unit });
      all.set(`${metric}_min`, { value: sorted[0]!, unit });
      all.set(`${metric}_max`, { value: sorted[sorted.length - 1]!, unit });
      all.set(`${metric}_count`, { value: values.length, unit: 'count' });
    }
    return Object.fromEntries([...all].sort((a, b) => (a[0] < b[0] ? -1 : 1)));
  }
}
