/** What a monitoring system and a process say to each other on the metrics port: HTTP GET /metrics. */

export interface ScrapeRequest {
  readonly id: number;
}

export interface ScrapeAnswer {
  readonly id: number;
  /** Counters, gauges, and histograms' _sum and _count by name; those with labels summed up. */
  readonly values: ReadonlyMap<string, number>;
}

/** A GET with Prometheus's headers. */
export const SCRAPE_REQUEST_BYTES = 250;
/** etcd's page, compressed as Prometheus asks for it; one initial TCP window. */
export const SCRAPE_ANSWER_BYTES = 14_000;
