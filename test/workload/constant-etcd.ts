import {
  ETCD_ERRORS,
  type KeyValue,
  type Outcome,
  type Request,
  type Response,
  type TxnOperation,
  type TxnOperationResponse,
  type WatchEvent,
} from '../../src/api/index.js';
import type { ClientProgram, EtcdClient } from '../../src/client/index.js';
import { Cpu, Program, Simulator } from '../../src/engine/index.js';
import type { Workload, WorkloadEnv } from '../../src/workload/index.js';

/** One call as the workload made it. */
export interface Call {
  readonly client: string;
  readonly request: Request;
  readonly startUs: number;
  endUs: number;
  outcome: Outcome | undefined;
}

export interface ConstantEtcdOptions {
  readonly seed?: number | string;
  readonly latencyUs: number;
  readonly apiservers?: number;
  readonly cores?: number;
  /** False: events of this key never come. */
  readonly tells?: (key: string) => boolean;
  /** True: the call's answer is lost on its way (what it wrote is there). */
  readonly fails?: (call: Call, callNumber: number) => boolean;
  readonly untilUs?: number;
}

export interface WorkloadRun {
  readonly calls: readonly Call[];
  readonly dials: readonly { readonly client: string; readonly startUs: number }[];
  readonly watches: readonly string[];
  readonly figures: ReadonlyMap<string, number>;
  readonly samples: ReadonlyMap<string, readonly number[]>;
  readonly notes: readonly string[];
  readonly done: boolean;
}

/**
 * Runs a workload on an etcd that answers every call after the same time, and tells of a write as it answers it.
 *
 * The programs and their CPU are real; clients, network and members are this.
 */
export function runOnConstantEtcd<Config>(
  workload: Workload<Config>,
  config: Config,
  options: ConstantEtcdOptions,
): WorkloadRun {
  const simulator = new Simulator(options.seed ?? 1);
  const cpu = new Cpu(simulator, options.cores ?? 2);
  const etcd = new ConstantEtcd(simulator, options);
  const figures = new Map<string, number>();
  const samples = new Map<string, number[]>();
  const notes: string[] = [];
  const endings: (() => void)[] = [];
  let done = false;
  const programs = Array.from({ length: options.apiservers ?? 1 }, (_, i) => ({
    name: `apiserver${i + 1}`,
    program: new Program(cpu),
    newClient: (name: string) => etcd.newClient(`apiserver${i + 1}/${name}`),
  }));
  const env: WorkloadEnv = {
    simulator,
    programs: programs as unknown as readonly ClientProgram[],
    newProgram: () => new Program(cpu),
    observe: (metric, _, value) => void samples.set(metric, [...(samples.get(metric) ?? []), value]),
    report: (metric, _, value) => void figures.set(metric, value),
    note: (text) => void notes.push(text),
    atEnd: (run) => void endings.push(run),
    done: () => {
      done = true;
      simulator.stop();
    },
  };
  workload.start(env, config);
  if (!done) simulator.run(options.untilUs ?? 600_000_000);
  for (const end of endings) end();
  return { calls: etcd.calls, dials: etcd.dials, watches: etcd.watches, figures, samples, notes, done };
}

interface Listener {
  readonly key: string;
  readonly rangeEnd: string;
  readonly events: (events: readonly WatchEvent[], revision: number) => void;
}

class ConstantEtcd {
  readonly calls: Call[] = [];
  readonly dials: { client: string; startUs: number }[] = [];
  readonly watches: string[] = [];
  private readonly simulator: Simulator;
  private readonly options: ConstantEtcdOptions;
  private readonly store = new Map<string, KeyValue>();
  private readonly listeners: Listener[] = [];
  private revision = 1;
  private leases = 0;

  constructor(simulator: Simulator, options: ConstantEtcdOptions) {
    this.simulator = simulator;
    this.options = options;
  }

  newClient(name: string): EtcdClient {
    const { simulator, options } = this;
    const client = {
      dial: (up: () => void) => {
        this.dials.push({ client: name, startUs: simulator.nowUs });
        simulator.schedule(options.latencyUs, up, undefined);
      },
      request: (request: Request, done: (outcome: Outcome) => void) => {
        const call: Call = { client: name, request, startUs: simulator.nowUs, endUs: -1, outcome: undefined };
        this.calls.push(call);
        const number = this.calls.length;
        simulator.schedule(options.latencyUs, () => this.answer(call, number, done), undefined);
      },
      watch: (
        { key, rangeEnd }: { key: string; rangeEnd?: string },
        { events, created }: { events: Listener['events']; created?: (revision: number) => void },
      ) => {
        this.watches.push(key);
        created?.(this.revision);
        this.listeners.push({ key, rangeEnd: rangeEnd ?? `${key}\0`, events });
        return { cancel: () => {} };
      },
    };
    return client as unknown as EtcdClient;
  }

  private answer(call: Call, number: number, done: (outcome: Outcome) => void): void {
    const events: WatchEvent[] = [];
    const response = this.apply(call.request, events);
    call.endUs = this.simulator.nowUs;
    call.outcome = this.options.fails?.(call, number) ? ETCD_ERRORS.timeout : response;
    for (const event of events) {
      const { key } = event.kv;
      if (this.options.tells?.(key) === false) continue;
      for (const listener of this.listeners) {
        if (key >= listener.key && key < listener.rangeEnd) listener.events([event], this.revision);
      }
    }
    done(call.outcome);
  }

  private apply(request: Request, events: WatchEvent[]): Response {
    if (request.kind === 'txn') {
      const holds = request.compares.every(({ key, operand }) => (this.store.get(key)?.modRevision ?? 0) === operand);
      const operations = holds ? request.success : request.failure;
      if (operations.some(({ kind }) => kind === 'put')) this.revision++;
      const responses = operations.map((operation) => this.operate(operation, events));
      return { kind: 'txn', header: this.header(), succeeded: holds, responses };
    }
    if (request.kind === 'lease-grant') {
      return { kind: 'lease', header: this.header(), leaseId: ++this.leases, ttlSec: request.ttlSec };
    }
    if (request.kind === 'status') {
      return { kind: 'status', header: this.header(), leader: 'm1', raftIndex: 1, raftAppliedIndex: 1 };
    }
    if (request.kind === 'put' || request.kind === 'delete-range') this.revision++;
    if (request.kind === 'range' || request.kind === 'put' || request.kind === 'delete-range') {
      return this.operate(request, events) as Response;
    }
    throw new Error(`no answer for ${request.kind}`);
  }

  private operate(operation: TxnOperation, events: WatchEvent[]): TxnOperationResponse {
    const { key } = operation;
    if (operation.kind === 'put') {
      const old = this.store.get(key);
      const kv: KeyValue = {
        key,
        value: operation.value,
        createRevision: old?.createRevision ?? this.revision,
        modRevision: this.revision,
        version: (old?.version ?? 0) + 1,
        leaseId: operation.leaseId ?? 0,
      };
      this.store.set(key, kv);
      events.push({ type: 'put', kv });
      return { kind: 'put', header: this.header() };
    }
    if (operation.kind === 'delete-range') {
      const deleted = this.store.delete(key) ? 1 : 0;
      return { kind: 'delete-range', header: this.header(), deleted, previous: [] };
    }
    const end = operation.rangeEnd ?? `${key}\0`;
    const kvs = [...this.store.values()].filter((kv) => kv.key >= key && kv.key < end);
    const header = this.header();
    return { kind: 'range', header, kvs: operation.countOnly ? [] : kvs, count: kvs.length, more: false };
  }

  private header() {
    return { member: 'm1', revision: this.revision, raftTerm: 2 };
  }
}
