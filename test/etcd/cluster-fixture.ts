import type { Outcome, PutRequest, RangeRequest, Request } from '../../src/api/index.js';
import { ClientProgram, type EtcdClient, type Operation, type PickerPolicy } from '../../src/client/index.js';
import type { CpuCosts, Member } from '../../src/etcd/index.js';
import { Cluster } from '../../src/experiment/cluster.js';
import { settle } from '../../src/experiment/settle.js';
import { faults } from '../../src/faults/index.js';
import { parseScenario, type ResolvedScenario } from '../../src/scenario/index.js';

type Section = Readonly<Record<string, unknown>>;

/** What a test wants of a cluster: sections of a scenario file, and shorter words for the usual. */
export interface Setting {
  readonly seed?: number | string;
  readonly members?: number;
  readonly version?: '3.4' | '3.5';
  /** Egress delay of every member, `15ms`. */
  readonly delay?: string;
  readonly fsync?: string;
  readonly raft?: Section;
  /** Further keys of these sections. */
  readonly cluster?: Section;
  readonly network?: Section;
  readonly client?: Section;
  readonly balancer?: unknown;
  readonly apiservers?: number;
  /** CPU costs; those left out are 0, so that a test sees delays, disks and timeouts alone. */
  readonly costs?: Partial<CpuCosts>;
}

/** One call on its way, or over. */
export interface Pending {
  readonly startUs: number;
  endUs: number;
  outcome: Outcome | undefined;
}

/** A whole cluster in virtual time, with clients: three members without delays or CPU costs unless told otherwise. */
export class TestCluster {
  readonly cluster: Cluster;
  readonly operations: Operation[] = [];
  /** Terms in which somebody came to lead, in order. */
  readonly reigns: { readonly member: string; readonly term: number; readonly atUs: number }[] = [];
  private readonly scenario: ResolvedScenario;
  private clients = 0;

  constructor(setting: Setting = {}) {
    const parsed = parseScenario(JSON.stringify(documentOf(setting)), 'fixture.yaml');
    if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => message).join('\n'));
    this.scenario = withCosts(parsed.scenario, setting.costs ?? {});
    this.cluster = new Cluster(this.scenario, String(setting.seed ?? 1), {
      leadership: (member, { raftState }) => {
        if (raftState === 'StateLeader') {
          this.reigns.push({ member: member.name, term: member.term, atUs: this.nowUs });
        }
      },
      finished: (operation) => this.operations.push(operation),
    });
  }

  /** As the constructor, and m1 leads (or whoever `leader` names). */
  static settled(setting: Setting = {}, leader = 'm1'): TestCluster {
    const test = new TestCluster(setting);
    if (!settle(test.cluster, leader)) throw new Error(`${leader} never came to lead`);
    return test;
  }

  get nowUs(): number {
    return this.cluster.simulator.nowUs;
  }

  get members(): readonly Member[] {
    return this.cluster.members;
  }

  get leader(): Member | undefined {
    return this.cluster.leader;
  }

  member(name: string): Member {
    const member = this.members.find((each) => each.name === name);
    if (member === undefined) throw new Error(`no member ${name}`);
    return member;
  }

  /** A client that has dialled: of the cluster's balancer, or fixed to one member, or of the policy given. */
  client(to?: string | { readonly name: string; readonly options: Section }, apiserver = 0): EtcdClient {
    const balancer = typeof to === 'string' ? { name: 'fixed', options: { to } } : to;
    return this.dialled(this.cluster.programs[apiserver]!.newClient(`client${++this.clients}`, balancer));
  }

  /** A client, of a program of its own, that picks as `policy` says. */
  clientWith(policy: PickerPolicy, options: Section = {}): EtcdClient {
    const { simulator, network, clientHosts, members } = this.cluster;
    const program = new ClientProgram(
      `program${++this.clients}`,
      simulator,
      network,
      clientHosts[0]!,
      this.cluster.newProgram(0),
      members.map(({ name, address }) => ({ name, host: address.host })),
      { ...this.scenario.client, balancer: { name: policy.name, options } },
      () => policy,
    );
    return this.dialled(program.newClient('client'));
  }

  private dialled(client: EtcdClient): EtcdClient {
    let up = false;
    client.dial(() => {
      up = true;
    });
    this.runUntil(() => up);
    // Policies that ask who leads have heard of it then.
    this.call(client, { kind: 'status' });
    return client;
  }

  send(client: EtcdClient, request: Request, timeoutUs?: number): Pending {
    const pending: Pending = { startUs: this.nowUs, endUs: -1, outcome: undefined };
    const done = (outcome: Outcome): void => {
      pending.endUs = this.nowUs;
      pending.outcome = outcome;
    };
    if (timeoutUs === undefined) client.request(request, done);
    else client.request(request, done, timeoutUs);
    return pending;
  }

  /** Sends, and lets time pass until the answer is there. */
  call(
    client: EtcdClient,
    request: Request,
    timeoutUs?: number,
  ): { readonly outcome: Outcome; readonly tookUs: number } {
    const pending = this.send(client, request, timeoutUs);
    this.runUntil(() => pending.outcome !== undefined);
    if (pending.outcome === undefined) throw new Error(`no answer to a ${request.kind}`);
    return { outcome: pending.outcome, tookUs: pending.endUs - pending.startUs };
  }

  runFor(durationUs: number): void {
    this.cluster.simulator.run(this.nowUs + durationUs);
  }

  /** Lets time pass until `holds` does, looked at every `stepUs`; false if it never did within the limit. */
  runUntil(holds: () => boolean, limitUs = 60_000_000, stepUs = 1000): boolean {
    const untilUs = this.nowUs + limitUs;
    while (!holds()) {
      if (this.nowUs >= untilUs) return false;
      this.runFor(stepUs);
    }
    return true;
  }

  /** Does a fault to a member. @returns how to undo it */
  strike(action: string, target: Member, options: Section = {}): () => void {
    const { simulator, network, members, clientHosts } = this.cluster;
    const fault = faults.find(({ name }) => name === action);
    if (fault === undefined) throw new Error(`no fault ${action}`);
    return fault.strike({ simulator, network, members, clientHosts }, target, options) ?? (() => {});
  }

  /** All members that run have applied the same index, and one leads. */
  get converged(): boolean {
    const up = this.members.filter((member) => member.up);
    return (
      this.leader !== undefined &&
      up.every((member) => member.appliedIndex === this.leader!.commitIndex && member.leader === this.leader!.name)
    );
  }
}

export function put(key: string, text = key, sizeBytes = 10): PutRequest {
  return { kind: 'put', key, value: { text, sizeBytes } };
}

export function get(key: string): RangeRequest {
  return { kind: 'range', key };
}

export function serializableGet(key: string): RangeRequest {
  return { kind: 'range', key, serializable: true };
}

/** The value's text, undefined where there is no key. */
export function textOf(outcome: Outcome | undefined): string | undefined {
  if (outcome?.kind !== 'range') throw new Error(`expected a range, found ${JSON.stringify(outcome)}`);
  return outcome.kvs[0]?.value.text;
}

function withCosts(scenario: ResolvedScenario, costs: Partial<CpuCosts>): ResolvedScenario {
  const members = scenario.cluster.members.map((member) => {
    const free = Object.fromEntries(Object.keys(member.cpu).map((name) => [name, 0]));
    return { ...member, cpu: { ...(free as unknown as CpuCosts), ...costs } };
  });
  return { ...scenario, cluster: { ...scenario.cluster, members } };
}

function documentOf(setting: Setting): Section {
  const { members = 3, version = '3.5', delay = '0ms', fsync = '100us', raft = {}, apiservers = 1 } = setting;
  return {
    name: 'fixture',
    description: 'a cluster for tests',
    cluster: {
      members,
      version,
      apiservers,
      raft,
      disk: { fsync, 'sync-cpu': '0us' },
      cpu: { cores: 4 },
      'client-cpu': { cores: 4, wake: '0us' },
      ...setting.cluster,
    },
    network: { 'base-latency': '0us', members: { egress: { delay } }, ...setting.network },
    client: {
      'call-cpu': '0us',
      'loop-cpu': '0us',
      'connect-cpu': '0us',
      balancer: setting.balancer ?? 'round-robin',
      ...setting.client,
    },
    workload: { kind: 'idle' },
    stop: { after: '1h' },
  };
}
