import { balancers, ClientProgram, type Operation, type PickerPolicy } from '../client/index.js';
import { Cpu, invariant, Program, Simulator, type WakeUp } from '../engine/index.js';
import { Disk, Member, type MemberHooks } from '../etcd/index.js';
import { Network } from '../network/index.js';
import type { MemberId } from '../raft/types.js';
import type { ResolvedScenario } from '../scenario/config.js';
import { PacketSwitch } from './packet-switch.js';

export interface ClusterHooks extends MemberHooks {
  /** Policies by name; left out: those that ship. */
  readonly policyNamed?: (name: string) => PickerPolicy;
  /** Every call of every client, when it has ended. */
  readonly finished?: (operation: Operation) => void;
  /** A program died of its policy. */
  readonly panicked?: (program: string, text: string) => void;
}

/** The hosts, members and apiservers of one scenario, wired up; nothing runs yet. */
export class Cluster {
  readonly simulator: Simulator;
  readonly network: Network;
  /** In the scenario's order, which is that of their ids. */
  readonly members: readonly Member[];
  /** One an apiserver. */
  readonly programs: readonly ClientProgram[];
  /** Hosts that run clients and no member. */
  readonly clientHosts: readonly string[];
  private readonly cpus: ReadonlyMap<string, Cpu>;
  /** Where each of `programs` runs. */
  readonly programHosts: readonly string[];
  private readonly clientWakeUp: WakeUp;

  /** @param seed of every random stream of the run */
  constructor(scenario: ResolvedScenario, seed: string, hooks: ClusterHooks = {}) {
    const { cluster, network, client } = scenario;
    const simulator = new Simulator(seed);
    this.clientWakeUp = cluster.clientWakeUp;
    this.simulator = simulator;
    this.network = new Network(simulator, network.config);
    for (const host of network.hosts) this.network.addHost(host);
    const memberHosts = network.hosts.slice(0, cluster.members.length).map((host) => host.name);
    this.clientHosts = network.hosts.slice(cluster.members.length).map((host) => host.name);
    this.programHosts = (cluster.topology === 'stacked' ? memberHosts : this.clientHosts).slice(0, cluster.apiservers);
    const { sharedCores, switchCosts } = cluster;
    this.cpus = makeCpus(simulator, scenario, memberHosts, this.clientHosts);

    if (sharedCores !== undefined && switchCosts !== undefined) {
      const packetSwitch = new PacketSwitch(new Program(this.cpus.get(memberHosts[0]!)!), switchCosts);
      this.network.listenIn(() => packetSwitch.pass());
    }

    const sharedDisk = cluster.sharedDisk
      ? new Disk(
          simulator,
          this.cpus.get(memberHosts[0]!)!,
          cluster.members[0]!.disk,
          simulator.streams.stream('etcd/shared/fsync'),
        )
      : undefined;
    const addresses = cluster.members.map(({ name }, i) => ({ id: (i + 1) as MemberId, name, host: memberHosts[i]! }));
    this.members = cluster.members.map(
      (config, i) =>
        new Member(simulator, this.network, this.cpus.get(memberHosts[i]!)!, config, addresses, hooks, sharedDisk),
    );
    const endpoints = addresses.map(({ name, host }) => ({ name, host }));
    this.programs = this.programHosts.map(
      (host, i) =>
        new ClientProgram(
          `apiserver${i + 1}`,
          simulator,
          this.network,
          host,
          new Program(this.cpus.get(host)!, cluster.clientWakeUp),
          cluster.topology === 'stacked' ? [endpoints[i]!] : endpoints,
          client,
          hooks.policyNamed ?? policyNamed,
          hooks.finished,
          hooks.panicked,
        ),
    );
  }

  /** Another program on the host of an apiserver. */
  newProgram(apiserverIndex: number): Program {
    return new Program(this.cpus.get(this.programHosts[apiserverIndex]!)!, this.clientWakeUp);
  }

  /** The member that leads in the highest term; undefined if none does. */
  get leader(): Member | undefined {
    let leader: Member | undefined;
    for (const member of this.members) {
      if (member.role === 'leader' && (leader === undefined || member.term > leader.term)) leader = member;
    }
    return leader;
  }
}

function makeCpus(
  simulator: Simulator,
  { cluster }: ResolvedScenario,
  memberHosts: readonly string[],
  clientHosts: readonly string[],
): Map<string, Cpu> {
  const { sharedCores, clientCores, clientSpeed } = cluster;
  const shared = sharedCores === undefined ? undefined : new Cpu(simulator, sharedCores);
  const cpus = new Map<string, Cpu>();
  cluster.members.forEach(({ cores, speed }, i) => {
    cpus.set(memberHosts[i]!, shared ?? new Cpu(simulator, cores, speed));
  });
  for (const host of clientHosts) cpus.set(host, shared ?? new Cpu(simulator, clientCores, clientSpeed));
  return cpus;
}

/** A policy that ships. */
export function policyNamed(name: string): PickerPolicy {
  const policy = balancers.find((each) => each.name === name);
  invariant(policy !== undefined, 'a scenario must name a policy', { name });
  return policy as PickerPolicy;
}
