import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Cluster } from '../../../src/experiment/cluster.js';
import { OverloadTool } from '../../../src/experiment/forecast/overload.js';
import { settle } from '../../../src/experiment/settle.js';
import { parseScenario } from '../../../src/scenario/index.js';

/** The thesis's cluster with the load's value in place. */
function prepared() {
  const path = new URL('../../../scenarios/forecast-thesis.yaml', import.meta.url);
  const parsed = parseScenario(readFileSync(path), 'forecast-thesis.yaml');
  if (!('scenario' in parsed)) throw new Error('the scenario must be well formed');
  const cluster = new Cluster(parsed.scenario, 'overload');
  settle(cluster, undefined);
  const tool = new OverloadTool(cluster, parsed.scenario);
  let ready = false;
  tool.prepare(700_000, () => {
    ready = true;
  });
  cluster.simulator.run(cluster.simulator.nowUs + 5_000_000);
  expect(ready).toBe(true);
  return { cluster, tool, leader: cluster.leader! };
}

const LOAD = { clients: 60, connections: 6, inFlight: 1, count: 0, valueBytes: 700_000 };

describe("etcd's benchmark tool", () => {
  test('keeps the interface of a member busy, whose leader keeps its post', () => {
    const { cluster, tool, leader } = prepared();
    const { simulator } = cluster;
    tool.start(leader.name, LOAD);
    simulator.run(simulator.nowUs + 2_000_000);
    const before = tool.record.gets;
    simulator.run(simulator.nowUs + 5_000_000);
    const bytesPerSec = ((tool.record.gets - before) * 700_000) / 5;
    // 1448 of 1538 bytes on a wire of 1 Gbit/s, and a get more or less.
    expect(bytesPerSec).toBeGreaterThan(110e6);
    expect(bytesPerSec).toBeLessThan(121e6);
    expect(tool.record.errors).toBe(0);
    expect(cluster.leader).toBe(leader);
  });

  test('ends with all that is under way, and can begin again', () => {
    const { cluster, tool, leader } = prepared();
    const { simulator, network } = cluster;
    const stop = tool.start(leader.name, LOAD);
    simulator.run(simulator.nowUs + 3_000_000);
    stop();
    const { gets, errors } = tool.record;
    simulator.run(simulator.nowUs + 500_000);
    const sent = network.counters(leader.address.host).sentBytes;
    simulator.run(simulator.nowUs + 2_000_000);
    // Raft's own messages alone.
    expect(network.counters(leader.address.host).sentBytes - sent).toBeLessThan(20_000);
    expect(tool.record).toMatchObject({ gets, errors });
    tool.start(leader.name, LOAD);
    simulator.run(simulator.nowUs + 3_000_000);
    expect(tool.record.gets).toBeGreaterThan(gets + 100);
  });

  test('reads as often as it is told', () => {
    const { cluster, tool, leader } = prepared();
    tool.start(leader.name, { ...LOAD, clients: 5, count: 7 });
    cluster.simulator.run(cluster.simulator.nowUs + 20_000_000);
    expect(tool.record.gets).toBe(35);
  });
});
