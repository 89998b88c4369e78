import type { Request, WatchEvent } from '../../api/index.js';
import type { RecordedOperation, RecordedWatch, WatchObservation } from '../../checking/index.js';
import type { EtcdClient } from '../../client/index.js';
import type { Simulator } from '../../engine/index.js';
import type { ClientStep } from './schedule.js';

/** What is recorded of a call; filled in when it ends. */
interface Recorded {
  client: string;
  request: Request;
  invokedUs: number;
  returnedUs?: number;
  outcome?: RecordedOperation['outcome'];
}

const VALUE_BYTES = 8;
/** How many times its granted time a lease is kept alive, and read on after that. */
const LEASE_KEPT_TTLS = 2;
const LEASE_READ_TTLS = 2;
const IDLE_TTL_SEC = 6;

/** The clients of one check: they ask what the schedule says, and everything is recorded. */
export class CheckClients {
  readonly operations: RecordedOperation[] = [];
  readonly watches: (RecordedWatch & { readonly observations: WatchObservation[] })[] = [];
  private readonly open = new Set<Recorded>();
  private readonly simulator: Simulator;
  private readonly clients: readonly EtcdClient[];
  private values = 0;
  private leases = 0;
  private newestRevision = 1;
  /** When the last lease has been read for the last time, µs. */
  busyUntilUs = 0;

  constructor(simulator: Simulator, clients: readonly EtcdClient[]) {
    this.simulator = simulator;
    this.clients = clients;
  }

  ask({ client: index, ask, key: keyNumber }: ClientStep): void {
    const client = this.clients[index]!;
    const key = `k${keyNumber}`;
    switch (ask) {
      case 'put':
        this.call(client, this.put(key));
        return;
      case 'get':
        this.call(client, { kind: 'range', key });
        return;
      case 'stale-get':
        this.call(client, { kind: 'range', key, serializable: true });
        return;
      case 'get-all':
        this.call(client, { kind: 'range', key: 'k', rangeEnd: 'l' });
        return;
      case 'delete':
        this.call(client, { kind: 'delete-range', key });
        return;
      case 'create':
        this.call(client, {
          kind: 'txn',
          compares: [{ key, target: 'mod', result: '=', operand: 0 }],
          success: [this.put(key)],
          failure: [{ kind: 'range', key }],
        });
        return;
      case 'compact':
        this.call(client, { kind: 'compact', revision: Math.max(1, this.newestRevision - 1) });
        return;
      case 'watch':
        this.watch(client, 0);
        return;
      case 'rewatch':
        this.watch(client, 2);
        return;
      case 'lease':
        this.lease(client);
        return;
      case 'idle-lease':
        this.call(client, { kind: 'lease-grant', leaseId: 1000 + ++this.leases, ttlSec: IDLE_TTL_SEC });
        return;
    }
  }

  /** Puts until one is acknowledged. `done` is called with its revision. */
  insist(index: number, done: (revision: number) => void): void {
    const client = this.clients[index]!;
    const again = (): void => {
      this.call(client, this.put('k0'), (outcome) => {
        if (outcome.kind === 'error') this.simulator.schedule(100_000, again, undefined);
        else if ('header' in outcome) done(outcome.header.revision);
      });
    };
    again();
  }

  /** Calls without an answer so far. */
  get openOperations(): readonly { client: string; invokedUs: number; text: string }[] {
    return [...this.open].map(({ client, invokedUs, request }) => ({ client, invokedUs, text: request.kind }));
  }

  /** What is still open goes into the record as it is. */
  close(): void {
    for (const recorded of this.open) this.operations.push(recorded);
    this.open.clear();
  }

  private put(key: string): Request & { kind: 'put' } {
    this.values++;
    return { kind: 'put', key, value: { text: `v${this.values}`, sizeBytes: VALUE_BYTES } };
  }

  private call(
    client: EtcdClient,
    request: Request,
    done: (outcome: NonNullable<RecordedOperation['outcome']>) => void = () => {},
  ): void {
    const recorded: Recorded = { client: client.name, request, invokedUs: this.simulator.nowUs };
    this.open.add(recorded);
    client.request(request, (outcome) => {
      this.open.delete(recorded);
      recorded.returnedUs = this.simulator.nowUs;
      recorded.outcome = outcome;
      this.operations.push(recorded);
      if (outcome.kind !== 'error') this.newestRevision = Math.max(this.newestRevision, outcome.header.revision);
      done(outcome);
    });
  }

  private watch(client: EtcdClient, startRevision: number): void {
    const observations: WatchObservation[] = [];
    const name = `w${this.watches.length + 1}`;
    this.watches.push({ client: client.name, name, key: 'k', rangeEnd: 'l', startRevision, observations });
    const at = (): number => this.simulator.nowUs;
    client.watch(
      { key: 'k', rangeEnd: 'l', startRevision },
      {
        created: (revision) => {
          if (observations.length === 0) observations.push({ kind: 'created', atUs: at(), revision });
        },
        events: (events: readonly WatchEvent[], revision) => {
          observations.push({ kind: 'events', atUs: at(), revision, events });
        },
        progress: (revision) => observations.push({ kind: 'progress', atUs: at(), revision }),
        canceled: (compactRevision) => observations.push({ kind: 'canceled', atUs: at(), compactRevision }),
      },
    );
  }

  private lease(client: EtcdClient): void {
    const leaseId = 1000 + ++this.leases;
    const key = `lease${this.leases}`;
    this.call(client, { kind: 'lease-grant', leaseId, ttlSec: 1 }, (outcome) => {
      if (outcome.kind !== 'lease') return;
      const ttlUs = outcome.ttlSec * 1_000_000;
      this.busyUntilUs = Math.max(this.busyUntilUs, this.simulator.nowUs + (LEASE_KEPT_TTLS + LEASE_READ_TTLS) * ttlUs);
      this.call(client, { ...this.put(key), leaseId });
      for (let i = 1; i <= 3 * LEASE_KEPT_TTLS; i++) {
        const keep = (): void => this.call(client, { kind: 'lease-keep-alive', leaseId });
        this.simulator.schedule(Math.round((i * ttlUs) / 3), keep, undefined);
      }
      for (let i = 1; i <= 2 * (LEASE_KEPT_TTLS + LEASE_READ_TTLS); i++) {
        const read = (): void => this.call(client, { kind: 'range', key });
        this.simulator.schedule(Math.round((i * ttlUs) / 2) + 1000, read, undefined);
      }
    });
  }
}
