import type { Program } from '../engine/index.js';
import { type MetricRegistry, SCRAPE_ANSWER_BYTES, type ScrapeAnswer, type ScrapeRequest } from '../metrics/index.js';
import type { ConnectionEnd, NetworkApi } from '../network/types.js';

/** Gathering, formatting and compressing the page, µs. Model: a scrape costs the same whatever the page says. */
const SCRAPE_US = 2000;

/** A member's /metrics: answers each scrape with the counters as they are when the process gets round to it. */
export function serveMetrics(network: NetworkApi, host: string, program: Program, registry: MetricRegistry): void {
  network.listen(host, 'metrics', (raw) => {
    const end = raw as ConnectionEnd<ScrapeAnswer, ScrapeRequest>;
    const answer = (id: number): void => {
      end.send({ id, values: totals(registry) }, SCRAPE_ANSWER_BYTES);
    };
    end.onMessage = ({ id }) => program.run(SCRAPE_US, answer, id);
  });
}

function totals(registry: MetricRegistry): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  const add = (name: string, value: number): void => void values.set(name, (values.get(name) ?? 0) + value);
  for (const { name, type, value, buckets = [] } of registry.samples()) {
    if (type !== 'histogram') add(name, value);
    else {
      add(`${name}_sum`, value);
      add(`${name}_count`, buckets[buckets.length - 1]!.count);
    }
  }
  return values;
}
