import { type Reading, ReadingHistory } from '../../forecast/features.js';
import { Scraper } from '../../forecast/scraper.js';
import { NETEM_OFF } from '../../network/config.js';
import type { HostConfig } from '../../network/types.js';
import type { ResolvedScenario } from '../../scenario/config.js';
import type { Cluster } from '../cluster.js';

/** Prometheus's scrape_timeout may not exceed the interval; ours may overlap instead of failing with every delay. */
const TIMEOUT_US = 5_000_000;

export interface MonitorOptions {
  readonly intervalUs: number;
  readonly windowUs: number;
  /** A scrape of that member has been answered, or (no reading) has failed. */
  readonly scraped: (member: string, atUs: number, reading: Reading | undefined) => void;
}

/** Where the monitor runs, and what its own interface does. */
export function monitorHost({ network }: ResolvedScenario): HostConfig {
  return network.monitor ?? { name: 'monitor', egress: NETEM_OFF };
}

/** A host of its own that scrapes every member at even times, over the network that everything else uses. */
export class Monitor {
  readonly histories: ReadonlyMap<string, ReadingHistory>;
  private readonly cluster: Cluster;
  private readonly options: MonitorOptions;
  private readonly scrapers: ReadonlyMap<string, Scraper>;

  constructor(cluster: Cluster, host: HostConfig, options: MonitorOptions) {
    this.cluster = cluster;
    this.options = options;
    const { simulator, network, members } = cluster;
    network.addHost(host);
    const slackUs = options.intervalUs / 2;
    this.histories = new Map(members.map(({ name }) => [name, new ReadingHistory(options.windowUs, slackUs)]));
    this.scrapers = new Map(
      members.map(({ name, address }) => [
        name,
        new Scraper(simulator, network, { from: host.name, to: address.host, timeoutUs: TIMEOUT_US }),
      ]),
    );
  }

  /** The first scrape is now. */
  start(): void {
    this.round();
  }

  private readonly round = (): void => {
    const { simulator } = this.cluster;
    const { intervalUs, scraped } = this.options;
    const atUs = simulator.nowUs;
    for (const [member, scraper] of this.scrapers) {
      scraper.scrape((values) => {
        const reading = values === undefined ? undefined : { atUs, values };
        if (reading !== undefined) this.histories.get(member)!.add(reading);
        scraped(member, atUs, reading);
      });
    }
    simulator.schedule(intervalUs, this.round, undefined);
  };
}
