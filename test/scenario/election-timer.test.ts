import { describe, expect, it, test } from 'vitest';
import { parseScenario } from '../../src/scenario/index.js';

function raftOf(lines: readonly string[]) {
  const text = ['name: timer', 'description: How long?', 'cluster:', '  raft:', ...lines.map((line) => `    ${line}`)];
  return parseScenario([...text, 'workload: { kind: idle }', 'stop: { after: 1s }', ''].join('\n'), 'timer.yaml');
}

function problems(...lines: string[]): string[] {
  const parsed = raftOf(lines);
  return parsed.ok ? [] : parsed.errors.map(({ path, message }) => `${path}: ${message}`);
}

test('ticks, and twice the shortest timeout, unless told otherwise', () => {
  const parsed = raftOf(['election-timeout: 2s']);
  expect(parsed.ok && parsed.scenario.cluster.members[0]!.raft).toMatchObject({
    electionTimer: 'ticks',
    electionTimeoutMaxUs: 4_000_000,
    blockingWrites: false,
  });
});

describe('a continuous timer', () => {
  const continuous = ['election-timer: continuous', 'heartbeat-interval: 75ms', 'election-timeout: 150ms'];

  it('has a range of its own, and needs two heartbeats only', () => {
    expect(problems(...continuous, 'election-timeout-max: 155ms')).toEqual([]);
    expect(problems(...continuous.slice(1))).toEqual([expect.stringMatching(/at least 5 heartbeat intervals/)]);
  });

  it('cannot end before it begins', () => {
    expect(problems(...continuous, 'election-timeout-max: 149ms')).toEqual([
      expect.stringMatching(/election-timeout-max: expected at least election-timeout, found 149ms/),
    ]);
  });

  it('needs heartbeats in time', () => {
    expect(problems('election-timer: continuous', 'heartbeat-interval: 80ms', 'election-timeout: 150ms')).toEqual([
      expect.stringMatching(/at least 2 heartbeat intervals/),
    ]);
  });

  it('is what a range is for', () => {
    expect(problems('election-timeout-max: 3s')).toEqual([
      expect.stringMatching(/election-timer: continuous beside it/),
    ]);
  });
});
