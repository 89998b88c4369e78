import type { MetricSample } from '../metrics/index.js';

/** The metrics of one member (or client) as they stood at one moment. */
export interface MetricsOfOne {
  /** What tells it from the others: `{ member: 'm1' }`; put on every point. */
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly MetricSample[];
  /** Virtual time in seconds; left out, the points carry none (and promtool's importer refuses them). */
  readonly timeSec?: number | undefined;
}

interface Point {
  readonly sample: MetricSample;
  readonly labels: readonly (readonly [string, string])[];
  readonly timeSec: number | undefined;
}

/**
 * OpenMetrics text: each family once, its points together, `# EOF` at the end.
 *
 * Points of one series keep the order in which they were given: ascending in time.
 * Source: OpenMetrics 1.0, "Text format".
 */
export function openMetrics(all: readonly MetricsOfOne[]): string {
  const families = new Map<string, Point[]>();
  for (const { labels: own, samples, timeSec } of all) {
    for (const sample of samples) {
      const family = familyName(sample);
      const labels = Object.entries({ ...sample.labels, ...own });
      const points = families.get(family) ?? [];
      points.push({ sample, labels, timeSec });
      families.set(family, points);
    }
  }
  const names = [...families.keys()].sort();
  const blocks = names.map((name) => familyText(name, families.get(name)!));
  return `${blocks.join('')}# EOF\n`;
}

/** A counter's family is named without `_total`; its points carry it. */
function familyName(sample: MetricSample): string {
  return sample.type === 'counter' ? sample.name.replace(/_total$/, '') : sample.name;
}

function familyText(name: string, points: readonly Point[]): string {
  const { type, help } = points[0]!.sample;
  const lines = [`# TYPE ${name} ${type}`, `# HELP ${name} ${escapeText(help)}`];
  // The points of one series must stand together.
  const bySeries = new Map<string, Point[]>();
  for (const point of points) {
    const key = JSON.stringify(point.labels);
    bySeries.set(key, [...(bySeries.get(key) ?? []), point]);
  }
  for (const series of bySeries.values()) for (const point of series) lines.push(...pointLines(name, point));
  return `${lines.join('\n')}\n`;
}

function pointLines(name: string, { sample, labels, timeSec }: Point): string[] {
  const time = timeSec === undefined ? '' : ` ${timeSec}`;
  const line = (suffix: string, extra: readonly (readonly [string, string])[], value: number) =>
    `${name}${suffix}${labelText([...labels, ...extra])} ${numberText(value)}${time}`;
  if (sample.type === 'counter') return [line('_total', [], sample.value)];
  if (sample.type === 'gauge') return [line('', [], sample.value)];
  const buckets = sample.buckets ?? [];
  return [
    ...buckets.map(({ upTo, count }) => line('_bucket', [['le', boundText(upTo)]], count)),
    line('_count', [], buckets[buckets.length - 1]?.count ?? 0),
    line('_sum', [], sample.value),
  ];
}

function labelText(labels: readonly (readonly [string, string])[]): string {
  return labels.length === 0 ? '' : `{${labels.map(([key, value]) => `${key}="${escapeText(value)}"`).join(',')}}`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

/** Bounds are floats: a whole one is written `1.0`. */
function boundText(upTo: number): string {
  return Number.isInteger(upTo) ? `${upTo}.0` : numberText(upTo);
}

function escapeText(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}
