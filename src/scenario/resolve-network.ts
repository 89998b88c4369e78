import { NETEM_OFF } from '../network/config.js';
import type { HostConfig } from '../network/types.js';
import type { ClusterFile } from './cluster-schema.js';
import type { ClusterConfig, NetworkSection } from './config.js';
import { memberFiles } from './member-files.js';
import type { HostKind, NetworkFile } from './network-schema.js';
import { BASE_LATENCY } from './profiles.js';

/** Where the forecaster runs. */
export const MONITOR_HOST = 'monitor';

/** Names of the hosts that apiservers run on: their own, or in the stacked topology the members'. */
export function clientHostNames(cluster: Pick<ClusterConfig, 'topology' | 'apiservers'>): readonly string[] {
  if (cluster.topology === 'stacked') return [];
  return Array.from({ length: cluster.apiservers }, (_, i) => `client${i + 1}`);
}

/** Hosts with their egress and zone: a host's own setting goes before `members` or `clients`, and replaces it whole. */
export function resolveNetwork(
  file: NetworkFile | undefined,
  clusterFile: ClusterFile | undefined,
  cluster: ClusterConfig,
): NetworkSection {
  const memberZones = new Map(memberFiles(clusterFile).map((member) => [member.name, member.zone]));
  const host = (name: string, kind: HostKind | undefined): HostConfig => {
    const own = file?.hosts?.[name];
    const zone = own?.zone ?? file?.zones?.of?.[name] ?? memberZones.get(name);
    const lineRate = own?.['line-rate'] ?? kind?.['line-rate'];
    return {
      name,
      egress: own?.egress ?? kind?.egress ?? NETEM_OFF,
      ...(lineRate === undefined ? {} : { lineRateBitsPerSec: lineRate }),
      ...(zone === undefined ? {} : { zone }),
    };
  };
  return {
    config: {
      baseLatency: file?.['base-latency'] ?? BASE_LATENCY,
      zoneLatencyUs: zoneLatencies(file?.zones?.rtt ?? {}),
      segmentsPerPacket: file?.['segment-offload'] ?? 1,
      links: Object.fromEntries((file?.links ?? []).map((link) => [`${link.from}->${link.to}`, link.netem])),
    },
    hosts: [
      ...cluster.members.map((member) => host(member.name, file?.members)),
      ...clientHostNames(cluster).map((name) => host(name, file?.clients)),
    ],
    monitor: host(MONITOR_HOST, undefined),
  };
}

type Matrix = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Half the round trip each way; what is given for a pair in one order holds in both. */
function zoneLatencies(rtt: Matrix): Matrix {
  const oneWay: Record<string, Record<string, number>> = {};
  const put = (from: string, to: string, us: number) => {
    oneWay[from] ??= {};
    oneWay[from]![to] = us;
  };
  for (const [from, row] of Object.entries(rtt)) {
    for (const [to, us] of Object.entries(row)) {
      put(from, to, Math.round(us / 2));
      if (rtt[to]?.[from] === undefined) put(to, from, Math.round(us / 2));
    }
  }
  return oneWay;
}
