/** Counters, gauges and histograms under etcd's and gRPC's own names; one registry a member or client. */

export interface MetricSample {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Histograms only: cumulative counts at upper bounds, then +Inf; `value` is the sum of observations. */
  readonly buckets?: readonly { readonly upTo: number; readonly count: number }[];
}

/** Only rises. `value` is public so that the hot path costs an addition. */
export class Counter {
  value = 0;
  add(amount = 1): void {
    this.value += amount;
  }
}

export class Gauge {
  value = 0;
}

export class Histogram {
  readonly counts: number[];
  sum = 0;
  count = 0;
  readonly upperBounds: readonly number[];

  /** @param upperBounds ascending, without +Inf */
  constructor(upperBounds: readonly number[]) {
    this.upperBounds = upperBounds;
    this.counts = new Array<number>(upperBounds.length + 1).fill(0);
  }

  observe(value: number): void {
    this.sum += value;
    this.count++;
    const { upperBounds } = this;
    let i = 0;
    while (i < upperBounds.length && value > upperBounds[i]!) i++;
    this.counts[i]!++;
  }
}

type Metric = Counter | Gauge | Histogram;

interface Registered {
  readonly name: string;
  readonly type: MetricSample['type'];
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly metric: Metric;
}

export class MetricRegistry {
  private readonly registered: Registered[] = [];

  counter(name: string, help: string, labels: Readonly<Record<string, string>> = {}): Counter {
    return this.register(name, 'counter', help, labels, new Counter());
  }

  gauge(name: string, help: string, labels: Readonly<Record<string, string>> = {}): Gauge {
    return this.register(name, 'gauge', help, labels, new Gauge());
  }

  histogram(
    name: string,
    help: string,
    upperBounds: readonly number[],
    labels: Readonly<Record<string, string>> = {},
  ): Histogram {
    return this.register(name, 'histogram', help, labels, new Histogram(upperBounds));
  }

  /** All metrics as they stand, sorted by name, in order of registration within one. */
  samples(): MetricSample[] {
    return this.registered
      .map((entry): MetricSample => {
        const { name, type, help, labels, metric } = entry;
        if (!(metric instanceof Histogram)) return { name, type, help, labels, value: metric.value };
        let count = 0;
        const buckets = metric.counts.map((inBucket, i) => {
          count += inBucket;
          return { upTo: metric.upperBounds[i] ?? Number.POSITIVE_INFINITY, count };
        });
        return { name, type, help, labels, value: metric.sum, buckets };
      })
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  private register<M extends Metric>(
    name: string,
    type: MetricSample['type'],
    help: string,
    labels: Readonly<Record<string, string>>,
    metric: M,
  ): M {
    this.registered.push({ name, type, help, labels, metric });
    return metric;
  }
}
