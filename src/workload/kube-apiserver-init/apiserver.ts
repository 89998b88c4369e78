import {
  type KeyValue,
  type Outcome,
  prefixRangeEnd,
  type RangeResponse,
  type Request,
  type Response,
  type TxnResponse,
  type Value,
  type WatchEvent,
} from '../../api/index.js';
import type { ClientProgram, EtcdClient } from '../../client/index.js';
import { invariant, type Process, sleep, wait } from '../../engine/index.js';
import type { WorkloadEnv } from '../workload.js';
import { HEALTH_CLIENT } from './etcd-clients.js';
import { Machine } from './machine.js';
import type { RequestKind, RequestTally } from './request-tally.js';
import { Signal } from './signal.js';
import { CACHE_EVENT_US, EVENT_TTL_SEC, TIMERS_US } from './timing.js';

/** An object as created: where it goes and how large it is. Namespaced ones pass the quota check first. */
export interface NewObject {
  readonly key: string;
  readonly valueBytes: number;
  readonly namespace?: string;
  readonly leaseId?: number;
}

interface QuotaLookup {
  readonly done: Signal;
  endUs: number;
}

/**
 * An apiserver as etcd sees it: its clients, one a resource, and the requests that its API turns into.
 *
 * A request that fails is sent again after a pause, so a chain ends however often a member falters.
 */
export class Apiserver {
  readonly index: number;
  readonly machine: Machine;
  /** The hooks' listener answers. */
  readonly listening = new Signal();
  /** Every post-start hook has run: /readyz says so from now on. */
  readonly hooksDone = new Signal();
  private readonly env: WorkloadEnv;
  private readonly program: ClientProgram;
  private readonly tally: RequestTally;
  private readonly clients = new Map<string, EtcdClient>();
  private readonly listeners = new Map<string, ((event: WatchEvent) => void)[]>();
  private readonly quotas = new Map<string, QuotaLookup>();
  private eventLease: { readonly granted: Signal; id: number; readonly startUs: number } | undefined;
  private written = 0;

  constructor(env: WorkloadEnv, index: number, cpuScale: number, tally: RequestTally) {
    this.env = env;
    this.index = index;
    this.program = env.programs[index]!;
    this.tally = tally;
    this.machine = new Machine(`apiserver${index + 1}`, env.simulator, this.program.program, cpuScale);
  }

  get nowUs(): number {
    return this.env.simulator.nowUs;
  }

  /** Opens the client of that name and waits until it is connected. */
  *dial(name: string): Process {
    const client = this.program.newClient(`kube-apiserver-init/${name}`);
    this.clients.set(name, client);
    this.tally.add('dial');
    yield* wait<void>((done) => client.dial(done));
  }

  /** One object; undefined if there is none. */
  *get(client: string, key: string): Process<KeyValue | undefined> {
    const answer = yield* this.call(client, 'get', { kind: 'range', key });
    return (answer as RangeResponse).kvs[0];
  }

  /** All objects under a prefix. @returns the revision they were read at */
  *list(client: string, prefix: string, limit = 0): Process<number> {
    const request: Request = { kind: 'range', key: prefix, rangeEnd: prefixRangeEnd(prefix), limit };
    return (yield* this.call(client, 'list', request)).header.revision;
  }

  *count(client: string, prefix: string): Process {
    const request: Request = { kind: 'range', key: prefix, rangeEnd: prefixRangeEnd(prefix), countOnly: true };
    yield* this.call(client, 'count', request);
  }

  /** One check of etcd's health, as every /livez, /readyz and /healthz makes it. */
  *health(): Process {
    yield* this.call(HEALTH_CLIENT, 'health', { kind: 'range', key: '/registry/health' });
  }

  /** Asks a member for its status; not one of the counted requests. */
  *status(client: string): Process {
    const known = this.client(client);
    yield* wait<Outcome>((done) => known.request({ kind: 'status' }, done));
  }

  /** Creates an object; if it is there already, it is read instead, for the answer. @returns whether it was created */
  *create(client: string, { key, valueBytes, namespace, leaseId }: NewObject): Process<boolean> {
    if (namespace !== undefined) yield* this.checkQuota(namespace);
    const put = { kind: 'put', key, value: this.value(key, valueBytes), ...(leaseId ? { leaseId } : {}) } as const;
    const answer = yield* this.call(client, 'create', {
      kind: 'txn',
      compares: [{ key, target: 'mod', result: '=', operand: 0 }],
      success: [put],
      failure: [],
    });
    const created = (answer as TxnResponse).succeeded;
    if (!created) yield* this.get(client, key);
    return created;
  }

  /**
   * Writes an object that its caller has seen, again and again until nobody was faster.
   *
   * @param seen as last read; undefined = there was none
   */
  *update(client: string, key: string, seen: KeyValue | undefined, valueBytes: number, leaseId = 0): Process {
    let modRevision = seen?.modRevision ?? 0;
    for (;;) {
      const put = { kind: 'put', key, value: this.value(key, valueBytes), ...(leaseId ? { leaseId } : {}) } as const;
      const answer = (yield* this.call(client, 'update', {
        kind: 'txn',
        compares: [{ key, target: 'mod', result: '=', operand: modRevision }],
        success: [put],
        failure: [{ kind: 'range', key }],
      })) as TxnResponse;
      if (answer.succeeded) return;
      modRevision = (answer.responses[0] as RangeResponse).kvs[0]?.modRevision ?? 0;
    }
  }

  /** @returns the lease's id */
  *grantLease(client: string, ttlSec: number): Process<number> {
    const answer = yield* this.call(client, 'lease_grant', { kind: 'lease-grant', ttlSec });
    invariant(answer.kind === 'lease', 'a lease grant is answered with a lease', { answer: answer.kind });
    return answer.leaseId;
  }

  /** Records an event; events share a lease for a while. */
  *recordEvent(key: string, valueBytes: number, namespace: string): Process {
    if (this.eventLease === undefined || this.nowUs - this.eventLease.startUs > TIMERS_US.eventLease) {
      const lease = { granted: new Signal(), id: 0, startUs: this.nowUs };
      this.eventLease = lease;
      lease.id = yield* this.grantLease('events', EVENT_TTL_SEC);
      lease.granted.fire();
    }
    const lease = this.eventLease;
    yield* lease.granted.wait();
    yield* this.create('events', { key, valueBytes, namespace, leaseId: lease.id });
  }

  /** Keeps the cache of a resource up to date: a watch from `revision` on; its events go to the listeners. */
  watch(client: string, prefix: string, revision: number): void {
    this.tally.add('watch');
    this.client(client).watch(
      { key: prefix, rangeEnd: prefixRangeEnd(prefix), startRevision: revision + 1 },
      {
        events: (events) =>
          this.machine.workThen(CACHE_EVENT_US, () => {
            for (const event of events) for (const listener of this.listeners.get(client) ?? []) listener(event);
          }),
      },
    );
  }

  /** To be told of every event in the cache of that client. */
  listen(client: string, listener: (event: WatchEvent) => void): void {
    const known = this.listeners.get(client);
    if (known === undefined) this.listeners.set(client, [listener]);
    else known.push(listener);
  }

  /** A namespaced create looks up the namespace's quotas, unless that has been done lately; all wait for one lookup. */
  private *checkQuota(namespace: string): Process {
    const last = this.quotas.get(namespace);
    if (last !== undefined && this.nowUs - last.endUs < TIMERS_US.quota) {
      yield* last.done.wait();
      return;
    }
    const lookup: QuotaLookup = { done: new Signal(), endUs: Number.POSITIVE_INFINITY };
    this.quotas.set(namespace, lookup);
    yield* this.list('resourcequotas', `/registry/resourcequotas/${namespace}/`);
    lookup.endUs = this.nowUs;
    lookup.done.fire();
  }

  private *call(client: string, kind: RequestKind, request: Request): Process<Response> {
    const known = this.client(client);
    this.tally.add(kind);
    for (;;) {
      const outcome = yield* wait<Outcome>((done) => known.request(request, done));
      if (outcome.kind !== 'error') return outcome;
      this.tally.errors++;
      // Model: every caller tries again after the same pause; Kubernetes has a back-off for each.
      yield* sleep(this.env.simulator, TIMERS_US.errorPause);
    }
  }

  private client(name: string): EtcdClient {
    const client = this.clients.get(name);
    invariant(client !== undefined, 'a client is used before it is opened', { name });
    return client;
  }

  private value(key: string, sizeBytes: number): Value {
    return { text: `${key}#apiserver${this.index + 1}/${++this.written}`, sizeBytes };
  }
}
