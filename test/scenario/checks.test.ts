import { describe, expect, test } from 'vitest';
import { parseScenario, type Setting } from '../../src/scenario/index.js';

const HEAD = 'name: good\ndescription: A test.\nworkload: { kind: sequential, operations: put, count: 10 }\n';

function parse(more: string, set: readonly Setting[] = []) {
  return parseScenario(HEAD + more, 'good.yaml', { set });
}

function errorPaths(more: string): readonly string[] {
  const parsed = parse(more);
  return parsed.ok ? [] : parsed.errors.map(({ path }) => path);
}

function doubtPaths(more: string): readonly string[] {
  const parsed = parse(more);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.doubts.map(({ path }) => path);
}

describe('what is fine', () => {
  test.each([
    ['a minority crashes for good', 'faults: [{ at: 1s, action: crash, target: leader }]\n'],
    [
      'a majority crashes for a while',
      'faults:\n- { at: 1s, action: crash, target: m1, for: 1s }\n- { at: 1s, action: crash, target: m2, for: 1s }\n',
    ],
    [
      'the same member crashes twice',
      'faults:\n- { at: 1s, action: crash, target: m1 }\n- { at: 2s, action: pause, target: m1 }\n',
    ],
    [
      'the leader, which may be m1, then m1',
      'faults:\n- { at: 1s, action: crash, target: leader }\n- { at: 2s, action: crash, target: m1 }\n',
    ],
    [
      'clients are cut off',
      'faults:\n- { at: 0s, action: partition, target: m1, from: clients }\n- { at: 0s, action: partition, target: m2, from: clients }\n',
    ],
    [
      'quorum loss is the question',
      'allow-quorum-loss: true\nfaults:\n- { at: 0s, action: crash, target: m1 }\n- { at: 0s, action: crash, target: m2 }\n',
    ],
    [
      'two of five crash',
      'cluster: { members: 5 }\nfaults:\n- { at: 0s, action: crash, target: m1 }\n- { at: 0s, action: crash, target: m2 }\n',
    ],
    ['a fault by its period alone', 'faults: [{ every: 10s, action: move-leader, target: follower }]\n'],
    [
      'an election timeout of exactly five heartbeats',
      'cluster: { raft: { heartbeat-interval: 200ms, election-timeout: 1s } }\n',
    ],
    ['an election timeout of exactly 50 s', 'cluster: { raft: { election-timeout: 50s } }\n'],
    ['one lossy member of three', 'network: { hosts: { m1: { egress: { loss: 100% } } } }\n'],
    [
      'zones, each pair once',
      'network: { zones: { rtt: { a: { b: 2ms, a: 1ms } }, of: { m1: a, m2: b, client1: a } } }\n',
    ],
    [
      'zones, each pair twice alike',
      'network: { zones: { rtt: { a: { b: 2ms }, b: { a: 2ms } }, of: { m1: a, m2: b } } }\n',
    ],
    ['the second follower', 'client: { balancer: { name: fixed, to: follower-2 } }\n'],
    ['stacked, an apiserver a member', 'cluster: { topology: stacked, apiservers: 3 }\n'],
    ['axes that only fit together', 'sweep: { axes: { cluster.members: [3, 5], cluster.leader: [m1, m3] } }\n'],
  ])('%s', (_, more) => {
    expect(errorPaths(more)).toEqual([]);
  });
});

describe('what is doubtful', () => {
  test.each([
    ['network: { members: { egress: { delay: 5ms, jitter: 10ms } } }\n', 'network.members.egress.jitter'],
    ['faults: [{ at: 2m, action: crash, target: m1 }]\nstop: { after: 1m }\n', 'faults[0].at'],
    ['faults: [{ at: 1s, action: overload, target: m1, clients: 5, connections: 6 }]\n', 'faults[0].connections'],
  ])('%s is said, and runs', (more, path) => {
    expect(doubtPaths(more)).toEqual([path]);
  });

  test('a value that every member will refuse', () => {
    expect(doubtPaths('')).toEqual([]);
    const parsed = parse('', [{ path: 'workload.value-size', value: '2MiB' }]);
    expect(parsed.ok && parsed.doubts.map(({ place }) => place)).toEqual([
      { kind: 'flag', flag: '--set workload.value-size' },
    ]);
  });
});

describe('options of faults and balancers', () => {
  test('durations come out in µs, words as they are', () => {
    const parsed = parse(
      'client: { balancer: { name: pick-leader, poll-interval: 2s } }\n' +
        'faults:\n- { at: 1s, every: 5s, action: egress-delay, target: m1, delay: 50ms, for: 1s }\n' +
        '- { every: 3s, action: partition, target: m2, direction: in, for: 1s }\n',
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    expect(parsed.scenario.client.balancer).toEqual({ name: 'pick-leader', options: { 'poll-interval': 2_000_000 } });
    expect(parsed.scenario.faults).toEqual([
      { atUs: 1e6, everyUs: 5e6, action: 'egress-delay', target: 'm1', forUs: 1e6, options: { delay: 50_000 } },
      { atUs: 3e6, everyUs: 3e6, action: 'partition', target: 'm2', forUs: 1e6, options: { direction: 'in' } },
    ]);
  });
});

describe('--set', () => {
  test('goes before the file, and what is wrong with it is the flag’s', () => {
    const parsed = parse('', [
      { path: 'network.members.egress.delay', value: '15' },
      { path: 'client.balancer', value: 'pick-leadre', flag: '--balancer' },
    ]);
    expect(parsed.ok ? [] : parsed.errors.map(({ place, hint }) => [place, hint])).toEqual([
      [{ kind: 'flag', flag: '--set network.members.egress.delay' }, 'did you mean 15ms, or 15s?'],
      [{ kind: 'flag', flag: '--balancer' }, 'did you mean pick-leader?'],
    ]);
  });
});

test('other problems of a broken section are still found', () => {
  const paths = errorPaths('cluster: { members: [a, b, c], leader: m1, disk: sdd, raft: { election-timeout: 60s } }\n');
  expect(paths).toEqual(['cluster.leader', 'cluster.disk', 'cluster.raft.election-timeout']);
});
