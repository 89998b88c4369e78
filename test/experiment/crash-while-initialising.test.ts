import { describe, expect, it } from 'vitest';
import { Streams } from '../../src/engine/index.js';
import { runScenario } from '../../src/experiment/index.js';
import { OPTIONS, resolved } from './scenarios.js';

const INIT = `
name: init
description: a control plane comes up
cluster: { members: 3, leader: m1, disk: ssd }
network: { members: { egress: { delay: 1ms } } }
client: { balancer: round-robin, request-timeout: 7s }
workload: { kind: kube-apiserver-init }
stop: { after: 10m }
`;

const fresh = Number(process.env['ETCDSIM_TEST_SEED'] ?? Math.floor(Math.random() * 0x7fffffff));
console.info(`experiment: ETCDSIM_TEST_SEED=${fresh}`);

describe.each([1, 20_240_607, fresh])('the leader dies while a control plane comes up (seed %d)', (seed) => {
  const draws = new Streams(String(seed)).stream('test/crash');
  const run = (balancer: string, faults: string) =>
    runScenario(resolved(INIT, { seed: String(seed), 'client.balancer': balancer, faults }), OPTIONS).result;

  it.each(['round-robin', 'pick-leader'])('%s: all comes up, later, and no acknowledged write is lost', (balancer) => {
    const seconds = ({ metrics }: ReturnType<typeof run>, name: string) => metrics[name]!.value;
    const calm = run(balancer, '[]');
    const busyFrom = seconds(calm, 'serving') + 1.2;
    const busyTo = seconds(calm, 'readyz') - 0.2;
    // Whenever it is: all is there in the end. A leader without its disk's last writes, or one that stays away.
    const anywhere = Math.round(1e3 * seconds(calm, 'total') * draws.uniform());
    const action = draws.chance(0.5) ? 'crash' : 'torn-write';
    const back = draws.chance(0.5) ? '' : `, for: ${1 + draws.below(9)}s`;
    const hit = run(balancer, `[{at: ${anywhere}ms, action: ${action}, target: leader${back}}]`);
    // While the hooks run one request after another, nothing goes on before the next leader stands.
    const busy = Math.round(1e3 * (busyFrom + (busyTo - busyFrom) * draws.uniform()));
    const stalled = run(balancer, `[{at: ${busy}ms, action: crash, target: leader, for: 5s}]`);
    for (const result of [hit, stalled]) {
      expect(result.timeline.at(-1)!.text).toBe('total');
      expect(seconds(result, 'acknowledged_writes_lost')).toBe(0);
      expect(seconds(result, 'acknowledged_writes')).toBeGreaterThan(300);
    }
    expect(seconds(stalled, 'leader_changes')).toBeGreaterThanOrEqual(1);
    expect(seconds(stalled, 'readyz')).toBeGreaterThan(seconds(calm, 'readyz') + 0.4);
  });
});
