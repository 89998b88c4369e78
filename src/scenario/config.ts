import type { ClientConfig } from '../client/config.js';
import type { WakeUp } from '../engine/index.js';
import type { CpuCosts, DiskConfig, EtcdVersion, RaftSettings } from '../etcd/config.js';
import type { FaultConfig } from '../faults/config.js';
import type { HostConfig, NetworkConfig } from '../network/types.js';
import type { WorkloadConfig } from '../workload/config.js';

/** A scenario with every default filled in and every unit gone: what `experiment` runs. */
export interface ResolvedScenario {
  readonly name: string;
  readonly description: string;
  readonly seed: string;
  readonly cluster: ClusterConfig;
  readonly network: NetworkSection;
  readonly client: ClientConfig;
  readonly workload: WorkloadConfig;
  /** In file order. */
  readonly faults: readonly FaultConfig[];
  readonly stop: StopConfig;
  readonly sweep: SweepConfig;
}

export interface ClusterConfig {
  /** external: every apiserver knows all members. stacked: apiserver i shares a host with member i, and knows it alone. */
  readonly topology: 'external' | 'stacked';
  readonly members: readonly MemberSetting[];
  /** How many apiservers run the workload; in the stacked topology at most one a member. */
  readonly apiservers: number;
  /** Who leads when the workload starts; undefined: whoever wins the first election. */
  readonly leader: string | undefined;
  /** All hosts share one machine's cores (the ground truth's testbed), or each host has its own. */
  readonly sharedCores: number | undefined;
  /** All members write to one disk, the first member's, or each has its own. */
  readonly sharedDisk: boolean;
  /** CPU time that a packet switch on the shared cores takes; undefined: there is none. */
  readonly switchCosts: SwitchCosts | undefined;
  readonly clientCores: number;
  /** Speed of the client hosts' cores relative to the ground truth's machine. */
  readonly clientSpeed: number;
  /** What it costs a client program to get going after it has slept. */
  readonly clientWakeUp: WakeUp;
}

/** A packet switch that is a program, as on the ground truth's testbed. */
export interface SwitchCosts {
  /** Waking it for what has come, however much, µs. */
  readonly loopUs: number;
  readonly packetUs: number;
}

export interface MemberSetting {
  readonly name: string;
  readonly version: EtcdVersion;
  readonly raft: RaftSettings;
  readonly disk: DiskConfig;
  readonly cpu: CpuCosts;
  /** Cores of its host, and their speed relative to the ground truth's machine; fractions are a CPU quota. */
  readonly cores: number;
  readonly speed: number;
}

export interface NetworkSection {
  readonly config: NetworkConfig;
  /** One a member and one an apiserver (`client1`, ...; stacked: the members' own), in this order. */
  readonly hosts: readonly HostConfig[];
  /** Where what scrapes the members runs; there only if something does. */
  readonly monitor?: HostConfig;
}

export interface StopConfig {
  /** Ends the run when the workload says that it is done. */
  readonly whenDone: boolean;
  /** Ends the run this long after the workload started, whatever happens. */
  readonly afterUs: number;
}

export interface SweepConfig {
  readonly axes: readonly SweepAxis[];
  readonly replications: number;
}

export interface SweepAxis {
  /** Path in the scenario file: `network.members.egress.delay`. */
  readonly path: string;
  /** As written. */
  readonly values: readonly string[];
}
