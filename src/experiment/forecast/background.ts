import type { EtcdClient } from '../../client/index.js';
import type { Stream } from '../../engine/index.js';
import type { Cluster } from '../cluster.js';

export interface BackgroundSettings {
  readonly putsPerSec: number;
  readonly getsPerSec: number;
  readonly putBytes: { readonly min: number; readonly max: number };
  /** Size of the values that the gets read. */
  readonly getBytes: number;
  readonly watchers: number;
}

const KEYS = 50;
/** The watchers take turns in these: each sees its share of the writes. */
const PREFIXES = ['background/a/', 'background/b/'];
const SMALL = 'small/';
const WATCH_AFTER_US = 1_000_000;
const DEADLINE_US = 20_000_000;

/** Open-loop traffic that goes on all the time: create-or-update transactions, linearizable gets, watches. */
export class BackgroundTraffic {
  private readonly cluster: Cluster;
  private readonly client: EtcdClient;
  private readonly draws: Stream;
  private readonly arrivals: Stream;
  private settings: BackgroundSettings;
  private written = 0;

  constructor(cluster: Cluster, settings: BackgroundSettings) {
    this.cluster = cluster;
    this.settings = settings;
    const { streams } = cluster.simulator;
    this.draws = streams.stream('forecast/background/operations');
    this.arrivals = streams.stream('forecast/background/arrivals');
    const program = cluster.programs[0]!;
    this.client = program.newClient('background');
    for (let i = 0; i < settings.watchers; i++) {
      const key = PREFIXES[i % PREFIXES.length]!;
      // "a0" ends what begins with "a/": "0" follows "/".
      const client = program.newClient(`watcher${i + 1}`);
      const watch = (): void => void client.watch({ key, rangeEnd: `${key.slice(0, -1)}0` }, { events() {} });
      // Once the whole rotation is there to choose from: else all would go to whoever connects first.
      client.dial(() => cluster.simulator.schedule(WATCH_AFTER_US, watch, undefined));
    }
  }

  start(): void {
    for (let i = 0; i < KEYS; i++) this.put(SMALL + i, this.settings.getBytes);
    this.nextPut();
    this.nextGet();
  }

  /** From the next arrival on. */
  set rates({ putsPerSec, getsPerSec }: { putsPerSec: number; getsPerSec: number }) {
    this.settings = { ...this.settings, putsPerSec, getsPerSec };
  }

  private nextPut(): void {
    this.after(this.settings.putsPerSec, () => {
      const { min, max } = this.settings.putBytes;
      const prefix = this.draws.pickFrom(PREFIXES);
      this.put(prefix + this.draws.below(KEYS), min + this.draws.below(max - min + 1));
      this.nextPut();
    });
  }

  private nextGet(): void {
    this.after(this.settings.getsPerSec, () => {
      this.client.request({ kind: 'range', key: SMALL + this.draws.below(KEYS) }, () => {}, DEADLINE_US);
      this.nextGet();
    });
  }

  private put(key: string, sizeBytes: number): void {
    const success = [{ kind: 'put', key, value: { text: `${++this.written}`, sizeBytes } }] as const;
    this.client.request({ kind: 'txn', compares: [], success, failure: [] }, () => {}, DEADLINE_US);
  }

  private after(ratePerSec: number, run: () => void): void {
    const { simulator } = this.cluster;
    simulator.schedule(Math.round((1e6 / ratePerSec) * this.arrivals.exponential()), run, undefined);
  }
}
