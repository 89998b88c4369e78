import type { Simulator } from '../engine/index.js';
import { SCRAPE_REQUEST_BYTES, type ScrapeAnswer, type ScrapeRequest } from '../metrics/index.js';
import type { ConnectionEnd, NetworkApi } from '../network/types.js';

export interface ScrapeOptions {
  readonly from: string;
  readonly to: string;
  readonly timeoutUs: number;
}

type End = ConnectionEnd<ScrapeRequest, ScrapeAnswer>;

/**
 * Scrapes one member's /metrics over the network that everything else uses: late, or never, when that is in trouble.
 *
 * The connection stays open (HTTP keep-alive) until a scrape fails. Model: scrapes of one target may overlap.
 */
export class Scraper {
  private readonly simulator: Simulator;
  private readonly network: NetworkApi;
  private readonly options: ScrapeOptions;
  private end: End | undefined;
  private dialling = false;
  private readonly open = new Map<number, (values: ScrapeAnswer['values'] | undefined) => void>();
  private nextId = 1;

  constructor(simulator: Simulator, network: NetworkApi, options: ScrapeOptions) {
    this.simulator = simulator;
    this.network = network;
    this.options = options;
  }

  /** `done` is called once: with the counters, or with nothing when the time is over or the connection breaks. */
  scrape(done: (values: ScrapeAnswer['values'] | undefined) => void): void {
    const id = this.nextId++;
    this.open.set(id, done);
    if (this.end !== undefined) this.end.send({ id }, SCRAPE_REQUEST_BYTES);
    else this.dial();
    this.simulator.schedule(this.options.timeoutUs, this.onTimeout, id);
  }

  private readonly onTimeout = (id: number): void => {
    if (!this.open.has(id)) return;
    this.end?.close();
    this.end = undefined;
    this.finish(id, undefined);
  };

  private dial(): void {
    if (this.dialling) return;
    this.dialling = true;
    const { from, to, timeoutUs } = this.options;
    this.network.dial<ScrapeRequest, ScrapeAnswer>({
      from,
      to,
      port: 'metrics',
      roundTrips: 1,
      timeoutUs,
      opened: (end) => {
        this.dialling = false;
        this.end = end;
        end.onMessage = ({ id, values }) => this.finish(id, values);
        end.onClose = () => this.broken(end);
        for (const id of this.open.keys()) end.send({ id }, SCRAPE_REQUEST_BYTES);
      },
      failed: () => {
        this.dialling = false;
        this.failAll();
      },
    });
  }

  private broken(end: End): void {
    if (this.end !== end) return;
    this.end = undefined;
    this.failAll();
  }

  private failAll(): void {
    for (const id of [...this.open.keys()]) this.finish(id, undefined);
  }

  private finish(id: number, values: ScrapeAnswer['values'] | undefined): void {
    const done = this.open.get(id);
    if (done === undefined) return;
    this.open.delete(id);
    done(values);
  }
}
