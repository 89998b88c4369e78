import { type ClientConfig, ClientProgram, type EtcdClient } from '../../client/index.js';
import { Cpu, Program, type Simulator } from '../../engine/index.js';
import { DEFAULT_VALUE_BYTES, type FaultEnv } from '../../faults/index.js';
import { NETEM_OFF } from '../../network/config.js';
import type { ResolvedScenario } from '../../scenario/config.js';
import { type Cluster, policyNamed } from '../cluster.js';

export interface LoadSettings {
  readonly clients: number;
  /** That the clients share, as the tool's --conns says. */
  readonly connections: number;
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
 * Model: the tool's clients talk to that one member for good, as its --endpoints says, whoever leads by now. HTTP/2's flow
 * control never holds an answer up.
 */
export class OverloadTool {
  readonly record: LoadRecord = { gets: 0, errors: 0, totalUs: 0 };
  private readonly cluster: Cluster;
  private readonly config: ClientConfig;
  private readonly newProcess: () => Program;

  constructor(cluster: Cluster, scenario: ResolvedScenario) {
    this.cluster = cluster;
    const { sharedCores, clientCores, clientSpeed, clientWakeUp } = scenario.cluster;
    cluster.network.addHost({ name: HOST, egress: NETEM_OFF });
    const cpu = sharedCores === undefined ? new Cpu(cluster.simulator, clientCores, clientSpeed) : undefined;
    this.newProcess = () => (cpu === undefined ? cluster.newProgram(0) : new Program(cpu, clientWakeUp));
    this.config = { ...scenario.client, balancer: { name: 'round-robin', options: {} }, requestTimeoutUs: 0 };
  }

  /** Writes the value that will be read; `done` once it is there. */
  prepare(valueBytes: number, done: () => void): void {
    const { clients, end } = this.connect(this.cluster.members[0]!.name, 1);
    const client = clients[0]!;
    const value = { text: 'large', sizeBytes: valueBytes };
    const put = (): void =>
      client.request(
        { kind: 'put', key: KEY, value },
        (outcome) => {
          if (outcome.kind === 'error') {
            put();
            return;
          }
          end();
          done();
        },
        5e6,
      );
    put();
  }

  /** Starts the tool for that member. @returns what ends its process, with all that is under way */
  start(member: string, { clients, connections, inFlight, count }: LoadSettings): () => void {
    const { simulator } = this.cluster;
    const { clients: shared, end } = this.connect(member, Math.min(connections, clients));
    let running = true;
    for (let i = 0; i < clients; i++) {
      const client = shared[i % shared.length]!;
      let left = count > 0 ? count : Number.POSITIVE_INFINITY;
      const next = (): void => {
        if (running && left-- > 0) this.get(simulator, client, next);
      };
      for (let i = 0; i < inFlight; i++) next();
    }
    return () => {
      running = false;
      end();
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

  /** A new process with clients that have a connection each, to that member alone; and what ends it. */
  private connect(memberName: string, count: number): { clients: readonly EtcdClient[]; end: () => void } {
    const { simulator, network, members } = this.cluster;
    const { name, host } = members.find((member) => member.name === memberName)!.address;
    const process = this.newProcess();
    const program = new ClientProgram(
      `${HOST}/${name}`,
      simulator,
      network,
      HOST,
      process,
      [{ name, host }],
      this.config,
      policyNamed,
    );
    const clients = Array.from({ length: count }, (_, i) => program.newClient(`${i + 1}`));
    const end = (): void => {
      process.kill();
      for (const client of clients) client.close();
    };
    return { clients, end };
  }
}
