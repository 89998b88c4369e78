import type { DurationDistribution } from '../engine/index.js';
import type { CpuCosts, DiskConfig, EtcdVersion, RaftSettings } from '../etcd/config.js';

/** Settings of a release where a scenario leaves them open. */
export const DEFAULT_VERSION: EtcdVersion = '3.5';

const COMMON_RAFT: Omit<RaftSettings, 'preVote'> = {
  // Source: etcd, server/embed/config.go: DefaultTickMs, DefaultElectionMs, DefaultMaxRequestBytes.
  heartbeatIntervalUs: 100_000,
  electionTimeoutUs: 1_000_000,
  // Source: etcd-io/raft, raft.go: resetRandomizedElectionTimeout.
  electionTimer: 'ticks',
  electionTimeoutMaxUs: 2_000_000,
  blockingWrites: false,
  maxRequestBytes: 1.5 * 1024 * 1024,
  // Source: etcd, mvcc/backend/backend.go: defaultBatchInterval, defaultBatchLimit.
  backendBatchIntervalUs: 100_000,
  backendBatchLimit: 10_000,
  // Source: etcd, server/etcdserver/raft.go: newRaftNode's raft.Config, maxSizePerMsg, maxInflightMsgs.
  checkQuorum: true,
  maxSizePerMsgBytes: 1024 * 1024,
  maxInflightMsgs: 512,
  // Source: etcd, server/etcdserver/server.go: DefaultSnapshotCount, DefaultSnapshotCatchUpEntries.
  snapshotCount: 100_000,
  snapshotCatchUpEntries: 5_000,
};

export const RAFT_PROFILES: Readonly<Record<EtcdVersion, RaftSettings>> = {
  // Source: CHANGELOG-3.4: --pre-vote is there and off.
  '3.4': { ...COMMON_RAFT, preVote: false },
  // Source: CHANGELOG-3.5: --pre-vote is on.
  '3.5': { ...COMMON_RAFT, preVote: true },
  // Source: CHANGELOG-3.6: --snapshot-count is 10000.
  '3.6': { ...COMMON_RAFT, preVote: true, snapshotCount: 10_000 },
};

export type DiskProfile = 'memory' | 'virtual-disk' | 'ssd' | 'slow';

const lognormal = (medianUs: number, sigma: number): DurationDistribution => ({ kind: 'lognormal', medianUs, sigma });

/** System calls, file system and driver, without a hypervisor. */
export const SYNC_US = 20;

export const DISK_PROFILES: Readonly<Record<DiskProfile, DiskConfig>> = {
  // A file system in memory, where fdatasync is a system call and no more.
  memory: { fsync: { kind: 'constant', valueUs: 0 }, syncUs: 5, kernelUs: 0, writeBytesPerSec: 0 },
  // One flush of the ground truth's virtual disk. With its CPU time and the wait for other members' flushes an fsync takes
  // 1.7-3.3 ms on average from run to run with one client (throughput.csv), with rare stalls of tens of ms (its README).
  'virtual-disk': {
    fsync: {
      kind: 'mixture',
      parts: [
        { weight: 0.96, of: lognormal(1500, 0.6) },
        { weight: 0.04, of: lognormal(8_000, 0.7) },
      ],
    },
    syncUs: 200,
    kernelUs: 300,
    writeBytesPerSec: 200e6,
  },
  // A data-centre SSD with a protected cache.
  ssd: { fsync: lognormal(150, 0.4), syncUs: SYNC_US, kernelUs: 0, writeBytesPerSec: 500e6 },
  // etcd's disk guide: a 7200 rpm disk needs about 10 ms an fsync.
  slow: { fsync: lognormal(10_000, 0.6), syncUs: SYNC_US, kernelUs: 0, writeBytesPerSec: 100e6 },
};

/** Of one core of the ground truth's machine. */
export const CPU_COSTS: CpuCosts = {
  loopUs: 30,
  callUs: 60,
  rangeUs: 55,
  linearizableUs: 50,
  keyUs: 1,
  byteUs: 0.0005,
  sendByteUs: 0,
  proposalUs: 15,
  readyUs: 20,
  receiveUs: 8,
  sendUs: 8,
  entryUs: 3,
  applyUs: 12,
  watchEventUs: 20,
  // Latency at 15 and 45 ms exceeds D = 0 by 0.21-0.25 ms for each time that a message finds a process asleep, while
  // pings, which wake no process, do not (latency-sequential.csv).
  wakeUs: 220,
  wakeAfterUs: 5_000,
  spinUs: 220,
};

/** Switch and kernel, one way, on the ground truth's testbed. */
export const BASE_LATENCY: DurationDistribution = { kind: 'constant', valueUs: 100 };

/** The ground truth's machine has two cores. */
export const DEFAULT_CORES = 2;

/** grpc-go and clientv3: how an etcd client behaves when its caller sets nothing. */
export const CLIENT_DEFAULTS = {
  // The recorded dials take 2 D + 1.8 ms, and an apiserver's three subconnections become ready 0.6 ms (at 30 ms) to
  // 1.9 ms (at 0 ms, when it has more to do) apart (init-trace-*).
  connectCpu: lognormal(1000, 1),
  balancer: 'round-robin',
  requestTimeoutUs: 0,
  dialTimeoutUs: 20_000_000,
  callCpuUs: 20,
  loopCpuUs: 30,
  keepaliveTimeUs: 0,
  keepaliveTimeoutUs: 20_000_000,
  // Source: clientv3/options.go: defaultUnaryMaxRetries, defaultBackoffWaitBetween, defaultBackoffJitterFraction.
  retry: { attempts: 100, backoffUs: 25_000, jitterRatio: 0.1 },
} as const;
