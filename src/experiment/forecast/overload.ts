import { type ClientConfig, ClientProgram, type EtcdClient } from '../../client/index.js';
import { Cpu, Program, type Simulator } from '../../engine/index.js';
import { DEFAULT_VALUE_BYTES, type FaultEnv } from '../../faults/index.js';
import { NETEM_OFF } from '../../network/config.js';
import type { ResolvedScenario } from '../../scenario/config.js';
import { type Cluster, policyNamed } from '../cluster.js';

export interface LoadSettings {
  readonly clients: number;
  /** Gets of one client under way at a time. */
  readonly inFlight: number;
  /** Gets of one client in all; 0 = until it is stopped. */
  readonly count: number;
  readonly valueBytes: number;
}

/** How long the value may take to be written before a run's start, µs. */
const PREPARE_US = 60_000_000;

/**
 * What the faults of a scenario need to overload a member; nothing if none does. The value is in the store when it returns.
 */
export function overloadFor(cluster: Cluster, scenario: ResolvedScenario): Pick<FaultEnv, 'overload'> {
  const faults = scenario.faults.filter(({ action }) => action === 'overload');
  if (faults.length === 0) return {};
  const tool = new OverloadTool(cluster, scenario);
  const sizes = faults.map(({ options }) => Number(options['value-size'] ?? DEFAULT_VALUE_BYTES));
  const { simulator } = cluster;
  let ready = false;
  tool.prepare(Math.max(...sizes), () => {
    ready = true;
  });
  const giveUpUs = simulator.nowUs + PREPARE_US;
  while (!ready && simulator.nowUs < giveUpUs) simulator.run(simulator.nowUs + 10_000);
  return { overload: (target, load) => tool.start(target.name, { ...load, count: 0 }) };
}

const HOST = '(benchmark)';
const KEY = 'benchmark/value';
/** After a get that failed, µs. */
const ERROR_PAUSE_US = 100_000;

/** What the load's gets came to. */
export interface LoadRecord {
  gets: number;
  errors: number;
  totalUs: number;
}

/**
 * etcd's benchmark tool on a host of its own: many clients, each reading one large value linearizably at one member.
 *
 * Model: the tool's clients talk to that one member for good, as its --endpoints says, whoever leads by now.
 */
export class OverloadTool {
  readonly record: LoadRecord = { gets: 0, errors: 0, totalUs: 0 };
  private readonly cluster: Cluster;
  private readonly program: Program;
  private readonly config: ClientConfig;
  private readonly programs = new Map<string, { program: ClientProgram; clients: EtcdClient[] }>();

  constructor(cluster: Cluster, scenario: ResolvedScenario) {
    this.cluster = cluster;
    const { sharedCores, clientCores, clientSpeed, clientWakeUp } = scenario.cluster;
    cluster.network.addHost({ name: HOST, egress: NETEM_OFF });
    this.program =
      sharedCores === undefined
        ? new Program(new Cpu(cluster.simulator, clientCores, clientSpeed), clientWakeUp)
        : cluster.newProgram(0);
    this.config = { ...scenario.client, balancer: { name: 'round-robin', options: {} }, requestTimeoutUs: 0 };
  }

  /** Writes the value that will be read; `done` once it is there. */
  prepare(valueBytes: number, done: () => void): void {
    const client = this.clientsOf(this.cluster.members[0]!.name, 1)[0]!;
    const value = { text: 'large', sizeBytes: valueBytes };
    const put = (): void =>
      client.request({ kind: 'put', key: KEY, value }, (outcome) => (outcome.kind === 'error' ? put() : done()), 5e6);
    put();
  }

  /** Sets the clients going at that member. @returns what stops them; gets under way still end */
  start(member: string, { clients, inFlight, count }: LoadSettings): () => void {
    const { simulator } = this.cluster;
    let running = true;
    for (const client of this.clientsOf(member, clients)) {
      let left = count > 0 ? count : Number.POSITIVE_INFINITY;
      const next = (): void => {
        if (running && left-- > 0) this.get(simulator, client, next);
      };
      for (let i = 0; i < inFlight; i++) next();
    }
    return () => {
      running = false;
    };
  }

  private get(simulator: Simulator, client: EtcdClient, next: () => void): void {
    const beganUs = simulator.nowUs;
    client.request({ kind: 'range', key: KEY }, (outcome) => {
      if (outcome.kind === 'error') {
        this.record.errors++;
        simulator.schedule(ERROR_PAUSE_US, next, undefined);
        return;
      }
      this.record.gets++;
      this.record.totalUs += simulator.nowUs - beganUs;
      simulator.schedule(0, next, undefined);
    });
  }

  /** Connections stay open between two loads, so that the next one finds them. */
  private clientsOf(memberName: string, count: number): readonly EtcdClient[] {
    const { simulator, network, members } = this.cluster;
    let of = this.programs.get(memberName);
    if (of === undefined) {
      const { name, host } = members.find((member) => member.name === memberName)!.address;
      const program = new ClientProgram(
        `${HOST}/${name}`,
        simulator,
        network,
        HOST,
        this.program,
        [{ name, host }],
        this.config,
        policyNamed,
      );
      of = { program, clients: [] };
      this.programs.set(memberName, of);
    }
    while (of.clients.length < count) of.clients.push(of.program.newClient(`${of.clients.length + 1}`));
    return of.clients.slice(0, count);
  }
}
