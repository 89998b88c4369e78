import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/api/index.js';
import type { CallEnd, PolicyEnv } from '../../../src/client/policy.js';
import { StatusTracker } from '../../../src/client/status-tracker.js';
import { Simulator } from '../../../src/engine/index.js';

const SECOND_US = 1_000_000;

/** A tracker over three members of which those in `leaders` answer at once, each with the leader that it knows. */
function setting(leaders: Record<string, string | undefined>, seed = 'status') {
  const simulator = new Simulator(seed);
  const rounds: number[] = [];
  const env: PolicyEnv = {
    get nowUs() {
      return simulator.nowUs;
    },
    endpoints: ['m1', 'm2', 'm3'],
    options: {},
    stream: (purpose) => simulator.streams.stream(purpose),
    after: (delayUs, run) => simulator.schedule(delayUs, run, undefined),
    askStatus: (endpoint, _timeoutUs, answer) => {
      if (endpoint === 'm1') rounds.push(simulator.nowUs);
      if (endpoint in leaders) simulator.schedule(1000, () => answer(status(endpoint, leaders[endpoint])), undefined);
    },
    repick: () => {},
    panic: () => {},
  };
  return { simulator, rounds, tracker: new StatusTracker(env, 3 * SECOND_US, 30 * SECOND_US) };
}

function status(member: string, leader: string | undefined): Outcome {
  return { kind: 'status', header: { member, revision: 1, raftTerm: 2 }, leader, raftIndex: 1, raftAppliedIndex: 1 };
}

function failure(endpoint: string, placedUs: number): CallEnd {
  const outcome = { kind: 'error', code: 'DeadlineExceeded', text: 'context deadline exceeded' } as const;
  return { call: { kind: 'put', mutation: true }, endpoint, placedUs, outcome };
}

describe('a leader from status answers alone', () => {
  it('is known within the rediscovery time, and asked for again every 30 to 33 s', () => {
    const { simulator, rounds, tracker } = setting({ m1: 'm1', m2: 'm1', m3: 'm1' });
    simulator.run(3 * SECOND_US + 1000);
    expect(tracker.leader).toBe('m1');
    simulator.run(200 * SECOND_US);
    const gaps = rounds.slice(1).map((atUs, i) => (atUs - rounds[i]!) / SECOND_US);
    expect(gaps.length).toBeGreaterThanOrEqual(5);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(33);
  });

  it('waits 5 s for a member that hangs', () => {
    const { simulator, rounds, tracker } = setting({ m2: 'm2', m3: 'm2' });
    simulator.run(3 * SECOND_US);
    expect(tracker.leader).toBeUndefined();
    simulator.run(rounds[0]! + 5 * SECOND_US);
    expect(tracker.leader).toBe('m2');
  });

  it.each([
    ['two are named', { m1: 'm1', m2: 'm2', m3: 'm2' }],
    ['one knows none', { m1: 'm1', m2: 'm1', m3: undefined }],
    ['it has not answered itself', { m2: 'm1', m3: 'm1' }],
  ])('is not believed where %s', (_, leaders) => {
    const { simulator, tracker } = setting(leaders);
    simulator.run(20 * SECOND_US);
    expect(tracker.leader).toBeUndefined();
  });

  it('is dropped when a write to it fails that was sent since it is known; the next round comes within 3 s', () => {
    const { simulator, rounds, tracker } = setting({ m1: 'm1', m2: 'm1', m3: 'm1' });
    simulator.run(10 * SECOND_US);
    tracker.heard(failure('m1', 0));
    tracker.heard(failure('m2', 9 * SECOND_US));
    expect(tracker.leader).toBe('m1');
    tracker.heard(failure('m1', 9 * SECOND_US));
    expect(tracker.leader).toBeUndefined();
    expect(rounds).toHaveLength(1);
    simulator.run(13 * SECOND_US + 1000);
    expect(rounds).toHaveLength(2);
    expect(tracker.leader).toBe('m1');
  });

  it('a failure gives the round under way up, and rounds stay a second apart', () => {
    const { simulator, rounds, tracker } = setting({ m1: 'm1', m2: 'm1', m3: 'm1' });
    simulator.run(10 * SECOND_US);
    for (let i = 0; i < 40; i++) {
      tracker.disconnected('m1');
      simulator.run(simulator.nowUs + 100_000);
    }
    const gaps = rounds.slice(1).map((atUs, i) => atUs - rounds[i]!);
    expect(gaps.length).toBeGreaterThan(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(SECOND_US);
  });
});
