import type { BalancerConfig, ClientConfig } from '../client/config.js';
import type { CpuCosts, DiskConfig, EtcdVersion, RaftSettings } from '../etcd/config.js';
import type { FaultConfig } from '../faults/config.js';
import type { OperationMix, WorkloadConfig } from '../workload/config.js';
import type { BalancerFile, ClientFile } from './client-schema.js';
import type { ClusterFile, CpuFile, DiskFile, RaftFile } from './cluster-schema.js';
import type { ClusterConfig, MemberSetting, ResolvedScenario, StopConfig } from './config.js';
import { type MemberFile, memberFiles } from './member-files.js';
import { BALANCER_OPTIONS, FAULT_OPTIONS, resolveOptions } from './option-schema.js';
import {
  CLIENT_DEFAULTS,
  CPU_COSTS,
  DEFAULT_CORES,
  DEFAULT_VERSION,
  DISK_PROFILES,
  RAFT_PROFILES,
  SYNC_US,
} from './profiles.js';
import { resolveNetwork } from './resolve-network.js';
import type { FaultFile, ScenarioFile } from './schema.js';
import type { OperationsFile, WorkloadFile } from './workload-schema.js';

const DEFAULT_SEED = '1';
const DEFAULT_STOP_US = 600_000_000;

/** Fills in every default. The axes of a sweep stay empty: their texts are the document's, see `parse.ts`. */
export function resolve(file: ScenarioFile): ResolvedScenario {
  const cluster = resolveCluster(file.cluster);
  return {
    name: file.name,
    description: file.description,
    seed: file.seed ?? DEFAULT_SEED,
    cluster,
    network: resolveNetwork(file.network, file.cluster, cluster),
    client: resolveClient(file.client, file.cluster?.tls ?? 'off'),
    workload: resolveWorkload(file.workload),
    faults: (file.faults ?? []).map(resolveFault),
    stop: resolveStop(file.stop),
    sweep: { axes: [], replications: file.sweep?.replications ?? 1 },
  };
}

function resolveCluster(file: ClusterFile | undefined): ClusterConfig {
  return {
    topology: file?.topology ?? 'external',
    members: memberFiles(file).map((member) => resolveMember(member, file)),
    apiservers: file?.apiservers ?? 1,
    leader: file?.leader,
    sharedCores: file?.['shared-cores'],
    sharedDisk: file?.['shared-disk'] ?? false,
    switchCosts: file?.switch === undefined ? undefined : { loopUs: file.switch.loop, packetUs: file.switch.packet },
    clientCores: file?.['client-cpu']?.cores ?? DEFAULT_CORES,
    clientSpeed: file?.['client-cpu']?.speed ?? 1,
    clientWakeUp: {
      afterUs: file?.['client-cpu']?.['wake-after'] ?? CPU_COSTS.wakeAfterUs,
      costUs: file?.['client-cpu']?.wake ?? CPU_COSTS.wakeUs,
      spinUs: file?.['client-cpu']?.spin ?? CPU_COSTS.spinUs,
    },
  };
}

function resolveMember(member: MemberFile, cluster: ClusterFile | undefined): MemberSetting {
  const version = member.version ?? cluster?.version ?? DEFAULT_VERSION;
  return {
    name: member.name,
    version,
    raft: resolveRaft(version, cluster?.raft, member.raft),
    disk: resolveDisk(member.disk ?? cluster?.disk ?? 'ssd'),
    cpu: { ...CPU_COSTS, ...costsOf(cluster?.cpu), ...costsOf(member.cpu) },
    cores: member.cpu?.cores ?? cluster?.cpu?.cores ?? DEFAULT_CORES,
    speed: member.cpu?.speed ?? cluster?.cpu?.speed ?? 1,
  };
}

/** A member's own setting goes before the cluster's, and that before the version's. */
export function resolveRaft(
  version: EtcdVersion,
  cluster: RaftFile | undefined,
  member: RaftFile | undefined,
): RaftSettings {
  const profile = RAFT_PROFILES[version];
  const pick = <Key extends keyof RaftFile>(key: Key) => member?.[key] ?? cluster?.[key];
  const electionTimeoutUs = pick('election-timeout') ?? profile.electionTimeoutUs;
  return {
    heartbeatIntervalUs: pick('heartbeat-interval') ?? profile.heartbeatIntervalUs,
    electionTimeoutUs,
    electionTimer: pick('election-timer') ?? profile.electionTimer,
    electionTimeoutMaxUs: pick('election-timeout-max') ?? 2 * electionTimeoutUs,
    blockingWrites: pick('blocking-writes') ?? profile.blockingWrites,
    preVote: pick('pre-vote') ?? profile.preVote,
    checkQuorum: pick('check-quorum') ?? profile.checkQuorum,
    snapshotCount: pick('snapshot-count') ?? profile.snapshotCount,
    snapshotCatchUpEntries: pick('snapshot-catchup-entries') ?? profile.snapshotCatchUpEntries,
    maxSizePerMsgBytes: pick('max-size-per-msg') ?? profile.maxSizePerMsgBytes,
    maxInflightMsgs: pick('max-inflight-msgs') ?? profile.maxInflightMsgs,
    backendBatchIntervalUs: pick('backend-batch-interval') ?? profile.backendBatchIntervalUs,
    backendBatchLimit: pick('backend-batch-limit') ?? profile.backendBatchLimit,
    maxRequestBytes: pick('max-request-bytes') ?? profile.maxRequestBytes,
  };
}

function resolveDisk(disk: DiskFile): DiskConfig {
  return typeof disk === 'string'
    ? DISK_PROFILES[disk]
    : {
        fsync: disk.fsync,
        syncUs: disk['sync-cpu'] ?? SYNC_US,
        kernelUs: disk['kernel-cpu'] ?? 0,
        writeBytesPerSec: disk['write-rate'] ?? 0,
      };
}

function costsOf(cpu: CpuFile | undefined): Partial<CpuCosts> {
  const costs = cpu?.costs;
  if (costs === undefined) return {};
  const named: { readonly [Key in keyof CpuCosts]: number | undefined } = {
    callUs: costs.call,
    rangeUs: costs.range,
    keyUs: costs.key,
    byteUs: costs.byte,
    sendByteUs: costs['send-byte'],
    proposalUs: costs.proposal,
    readyUs: costs.ready,
    loopUs: costs.loop,
    receiveUs: costs.receive,
    sendUs: costs.send,
    linearizableUs: costs.linearizable,
    spinUs: costs.spin,
    entryUs: costs.entry,
    applyUs: costs.apply,
    watchEventUs: costs['watch-event'],
    wakeUs: costs.wake,
    wakeAfterUs: costs['wake-after'],
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

const TLS_ROUND_TRIPS = { off: 0, '1.2': 2, '1.3': 1 } as const;

function resolveClient(file: ClientFile | undefined, tls: keyof typeof TLS_ROUND_TRIPS): ClientConfig {
  return {
    balancer: resolveBalancer(file?.balancer ?? CLIENT_DEFAULTS.balancer),
    requestTimeoutUs: file?.['request-timeout'] ?? CLIENT_DEFAULTS.requestTimeoutUs,
    tlsRoundTrips: TLS_ROUND_TRIPS[tls],
    retry: {
      attempts: file?.retry?.attempts ?? CLIENT_DEFAULTS.retry.attempts,
      backoffUs: file?.retry?.backoff ?? CLIENT_DEFAULTS.retry.backoffUs,
      jitterRatio: file?.retry?.jitter ?? CLIENT_DEFAULTS.retry.jitterRatio,
    },
    loopCpuUs: file?.['loop-cpu'] ?? CLIENT_DEFAULTS.loopCpuUs,
    byteCpuUs: file?.['byte-cpu'] ?? 0,
    callCpuUs: file?.['call-cpu'] ?? CLIENT_DEFAULTS.callCpuUs,
    connectCpu: file?.['connect-cpu'] ?? CLIENT_DEFAULTS.connectCpu,
    dialTimeoutUs: file?.['dial-timeout'] ?? CLIENT_DEFAULTS.dialTimeoutUs,
    keepaliveTimeUs: file?.['keepalive-time'] ?? CLIENT_DEFAULTS.keepaliveTimeUs,
    keepaliveTimeoutUs: file?.['keepalive-timeout'] ?? CLIENT_DEFAULTS.keepaliveTimeoutUs,
  };
}

function resolveBalancer(file: BalancerFile): BalancerConfig {
  if (typeof file === 'string') return { name: file, options: {} };
  const { name, ...options } = file;
  return { name, options: resolveOptions(name, options, BALANCER_OPTIONS) };
}

function resolveOperations(file: OperationsFile): OperationMix {
  const weights = typeof file.operations === 'string' ? { [file.operations]: 1 } : file.operations;
  return {
    weights: Object.fromEntries(Object.entries(weights).filter(([, weight]) => weight !== undefined)),
    // The ground truth's sequential client: keys of some 20 bytes, 256-byte values as in its throughput runs.
    keyBytes: file['key-size'] ?? 20,
    valueBytes: file['value-size'] ?? 256,
    keySpace: file['key-space'] ?? 1000,
  };
}

function resolveWorkload(file: WorkloadFile): WorkloadConfig {
  switch (file.kind) {
    case 'sequential':
      return {
        kind: file.kind,
        operations: resolveOperations(file),
        count: file.count ?? 0,
        thinkUs: file['think-time'] ?? 0,
        timeoutUs: file.timeout ?? 0,
        watchers: (file.watchers ?? []).map(({ name, balancer }) => ({ name, balancer: resolveBalancer(balancer) })),
      };
    case 'open-loop':
      return {
        kind: file.kind,
        operations: resolveOperations(file),
        ratePerSec: file.rate,
        arrivals: file.arrivals ?? 'poisson',
        count: file.count ?? 0,
        timeoutUs: file.timeout ?? 0,
      };
    case 'closed-loop':
      return {
        kind: file.kind,
        operations: resolveOperations(file),
        clients: file.clients,
        connections: file.connections ?? file.clients,
        count: file.count ?? 0,
        thinkUs: file['think-time'] ?? 0,
        timeoutUs: file.timeout ?? 0,
      };
    case 'kube-apiserver-init':
      return {
        kind: file.kind,
        cpuScale: file['cpu-scale'] ?? 1,
        leaderElection: file['leader-election'] ?? true,
        localStepsUs: file['local-steps'] ?? 0,
      };
    case 'trace-replay':
      return { kind: file.kind, file: file.file, records: [] };
    case 'idle':
      return { kind: file.kind };
    case 'plug-in':
      return { kind: file.kind, name: file.name, options: file.options ?? {} };
  }
}

function resolveFault(file: FaultFile): FaultConfig {
  const { at, every, action, target, for: lasts, ...options } = file;
  return {
    atUs: at ?? every ?? 0,
    everyUs: every ?? 0,
    action,
    target,
    forUs: lasts ?? 0,
    options: resolveOptions(action, options, FAULT_OPTIONS),
  };
}

function resolveStop(file: ScenarioFile['stop']): StopConfig {
  return { whenDone: file?.['when-done'] ?? true, afterUs: file?.after ?? DEFAULT_STOP_US };
}
