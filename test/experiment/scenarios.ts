import { type ParseOptions, parseScenario, type ResolvedScenario } from '../../src/scenario/index.js';

/** Three members 5 ms apart, one client's sequential puts through round robin. */
export const PUTS = `
name: puts
description: sequential puts
seed: 1
cluster: { members: 3, leader: m1, disk: ssd }
network: { members: { egress: { delay: 5ms } } }
client: { balancer: round-robin }
workload: { kind: sequential, operations: put, count: 60 }
sweep:
  axes: { network.members.egress.delay: [0ms, 5ms] }
  replications: 2
`;

export function resolved(
  text: string,
  set: Readonly<Record<string, string>> = {},
  options: ParseOptions = {},
): ResolvedScenario {
  const settings = Object.entries(set).map(([path, value]) => ({ path, value }));
  const parsed = parseScenario(text, 'test.yaml', { ...options, set: settings });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors, null, 1));
  return parsed.scenario;
}

export const OPTIONS = { replication: 0, document: {}, version: 'test' };
