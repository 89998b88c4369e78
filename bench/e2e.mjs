// Speed of the whole stack: one client's sequential puts, round robin over three members, through channel, network,
// gRPC, raft, WAL, apply and back, with everything that a run keeps (metrics, acknowledged writes).

import { runScenario } from '../dist/experiment/index.js';
import { parseScenario } from '../dist/scenario/index.js';

const PUTS = 10_000;
const ROUNDS = 24;

const scenario = (puts) => `
name: bench
description: sequential puts
seed: 1
cluster: { members: 3, leader: m1, disk: { fsync: 1ms } }
network: { members: { egress: { delay: 1ms } } }
client: { balancer: round-robin }
workload: { kind: sequential, operations: put, count: ${puts} }
stop: { after: 10h }
`;

export async function run() {
  const parsed = parseScenario(scenario(PUTS), 'bench');
  const warmUp = parseScenario(scenario(PUTS), 'bench');
  if (!parsed.ok || !warmUp.ok) throw new Error('the scenario does not parse');
  const options = { replication: 0, document: {}, version: 'bench' };
  runScenario(warmUp.scenario, options);
  let best = 0;
  let events = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    const output = runScenario(parsed.scenario, options);
    const { user, system } = process.cpuUsage(before);
    const done = output.result.metrics['operations'].value;
    if (done !== PUTS) throw new Error(`${done} of ${PUTS} puts succeeded`);
    const cpuSec = (user + system) / 1e6;
    best = Math.max(best, PUTS / cpuSec);
    events = output.events;
  }
  console.log(`e2e ours/puts puts_per_cpu_s=${best.toFixed(0)} events/put=${(events / PUTS).toFixed(1)}`);
}
