import { NETEM_OFF } from '../../network/config.js';
import type { ResolvedScenario } from '../../scenario/config.js';
import { resolve } from '../../scenario/resolve.js';
import { type CheckSettings, memberCount } from './schedule.js';

/** The cluster that the settings of a schedule describe; the rest as in `base`, or as everywhere. */
export function checkScenario(settings: CheckSettings, base: ResolvedScenario = PLAIN): ResolvedScenario {
  const count = memberCount(settings);
  const { cluster, network, client } = base;
  const pattern = cluster.members[0]!;
  const delayUs = settings.delayMs * 1000;
  const egress = { ...NETEM_OFF, delayUs, jitterUs: Math.min(delayUs, settings.jitterMs * 1000) };
  const members = Array.from({ length: count }, (_, i) => ({
    ...(cluster.members[i] ?? pattern),
    name: `m${i + 1}`,
    raft: {
      ...pattern.raft,
      heartbeatIntervalUs: settings.tickMs * 1000,
      electionTimeoutUs: settings.tickMs * settings.electionTicks * 1000,
      preVote: settings.preVote,
      checkQuorum: settings.checkQuorum,
      snapshotCount: settings.snapshotCount,
      snapshotCatchUpEntries: settings.catchUpEntries,
      maxInflightMsgs: settings.maxInflight,
      maxSizePerMsgBytes: settings.maxMessageBytes,
    },
    disk: {
      fsync: { kind: 'constant' as const, valueUs: settings.fsyncMs * 1000 },
      syncUs: 0,
      kernelUs: 0,
      writeBytesPerSec: 0,
    },
  }));
  return {
    ...base,
    cluster: { ...cluster, topology: 'external', members, apiservers: settings.clients, leader: undefined },
    network: {
      ...network,
      hosts: [
        ...members.map(({ name }) => ({ name, egress })),
        ...Array.from({ length: settings.clients }, (_, i) => ({ name: `client${i + 1}`, egress: NETEM_OFF })),
      ],
    },
    client: {
      ...client,
      balancer: { name: settings.balancer, options: {} },
      requestTimeoutUs: settings.requestTimeoutMs * 1000,
      // kube-apiserver's are 30 s and 10 s; without, a client holds on to a dead connection for ever.
      keepaliveTimeUs: 10_000_000,
      keepaliveTimeoutUs: 5_000_000,
      connectCpu: { kind: 'constant', valueUs: 1000 },
    },
  };
}

/** The newest etcd: older ones have known bugs, such as leases that a leader revokes which is none any more. */
const PLAIN: ResolvedScenario = resolve({
  name: 'check',
  description: '',
  cluster: { version: '3.6' },
  workload: { kind: 'idle' },
});
