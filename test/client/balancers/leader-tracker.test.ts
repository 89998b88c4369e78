import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/api/index.js';
import { LeaderTracker } from '../../../src/client/leader-tracker.js';
import type { CallEnd, PolicyEnv } from '../../../src/client/policy.js';
import { Simulator } from '../../../src/engine/index.js';

interface Question {
  readonly endpoint: string;
  readonly atUs: number;
  readonly answer: (outcome: Outcome) => void;
}

/** A tracker whose questions the test answers when it likes. */
function setting({ fenced = true } = {}) {
  const simulator = new Simulator('tracker');
  const questions: Question[] = [];
  const env: PolicyEnv = {
    get nowUs() {
      return simulator.nowUs;
    },
    endpoints: ['m1', 'm2', 'm3'],
    options: {},
    stream: (purpose) => simulator.streams.stream(purpose),
    after: (delayUs, run) => simulator.schedule(delayUs, run, undefined),
    askStatus: (endpoint, _timeoutUs, answer) => questions.push({ endpoint, atUs: simulator.nowUs, answer }),
    repick: () => {},
    panic: () => {},
  };
  const tracker = new LeaderTracker(env, { rediscoveryUs: 3_000_000, refreshUs: 30_000_000, fenced });
  return { simulator, questions, tracker };
}

function status(leader: string | undefined, raftTerm: number): Outcome {
  const header = { member: 'm1', revision: 1, raftTerm };
  return { kind: 'status', header, leader, raftIndex: 1, raftAppliedIndex: 1 };
}

function answer(endpoint: string, placedUs: number, leader: string, raftTerm: number): CallEnd {
  const header = { member: endpoint, revision: 1, raftTerm, leader };
  return { call: { kind: 'put', mutation: true }, endpoint, placedUs, outcome: { kind: 'put', header } };
}

function failure(endpoint: string, placedUs: number): CallEnd {
  const outcome = { kind: 'error', code: 'DeadlineExceeded', text: 'context deadline exceeded' } as const;
  return { call: { kind: 'put', mutation: true }, endpoint, placedUs, outcome };
}

describe('a late reply', () => {
  function lateReply(fenced: boolean): string | undefined {
    const { simulator, questions, tracker } = setting({ fenced });
    questions[0]!.answer(status('m1', 2));
    simulator.run(1000);
    tracker.heard(answer('m1', 500, 'm2', 3));
    expect(tracker.leader).toBe('m2');
    // Asked at 0 with the others, answered when m1 led.
    questions[2]!.answer(status('m1', 2));
    return tracker.leader;
  }

  it('does not overwrite a newer leader, which it would without the fence', () => {
    expect(lateReply(true)).toBe('m2');
    expect(lateReply(false)).toBe('m1');
  });

  it('changes nothing even in the same term, if it was asked before the hint changed', () => {
    const { simulator, questions, tracker } = setting();
    questions[0]!.answer(status('m2', 3));
    simulator.run(1000);
    tracker.heard(answer('m2', 500, 'm3', 3));
    questions[1]!.answer(status('m2', 3));
    expect(tracker.leader).toBe('m3');
    tracker.heard(answer('m2', 999, 'm2', 3));
    expect(tracker.leader).toBe('m3');
  });

  it('of the same round counts if its term is higher: a deposed leader may answer first', () => {
    const { questions, tracker } = setting();
    questions[0]!.answer(status('m1', 2));
    questions[1]!.answer(status('m2', 3));
    questions[2]!.answer(status('m1', 2));
    expect(tracker.leader).toBe('m2');
  });
});

describe('a doubt', () => {
  it('drops the hint and asks everybody, at most once a second', () => {
    const { simulator, questions, tracker } = setting();
    questions[0]!.answer(status('m1', 2));
    simulator.run(2_000_000);
    tracker.disconnected('m1');
    expect(tracker.leader).toBeUndefined();
    expect(questions).toHaveLength(6);
    questions[3]!.answer(status('m2', 3));
    simulator.run(2_100_000);
    tracker.disconnected('m2');
    expect(questions).toHaveLength(6);
    simulator.run(2_999_999);
    expect(questions).toHaveLength(6);
    simulator.run(3_000_001);
    expect(questions.length).toBeGreaterThanOrEqual(9);
  });

  it('is not raised by a call that was sent before this leader was known, nor by one to somebody else', () => {
    const { simulator, questions, tracker } = setting();
    simulator.run(1_500_000);
    questions[0]!.answer(status('m1', 2));
    tracker.heard(failure('m1', 1_000_000));
    tracker.heard(failure('m2', 1_600_000));
    expect(tracker.leader).toBe('m1');
    tracker.heard(failure('m1', 1_600_000));
    expect(tracker.leader).toBeUndefined();
  });

  it('goes on with questions every 3 s until a newer term or a write has settled it', () => {
    const { simulator, questions, tracker } = setting();
    questions[0]!.answer(status('m1', 2));
    simulator.run(2_000_000);
    tracker.disconnected('m1');
    // Followers that have not noticed yet name it again.
    questions[4]!.answer(status('m1', 2));
    expect(tracker.leader).toBe('m1');
    const before = questions.length;
    simulator.run(20_000_000);
    expect(questions.length).toBe(before + 6 * 3);
    tracker.heard(answer('m1', 19_000_000, 'm1', 2));
    const settled = questions.length;
    simulator.run(40_000_000);
    expect(questions.length).toBe(settled);
  });
});

describe('in calm', () => {
  it('a hint is refreshed every 30 s', () => {
    const { simulator, questions } = setting();
    questions[0]!.answer(status('m1', 2));
    simulator.run(100_000_000);
    const times = [...new Set(questions.map(({ atUs }) => atUs / 1e6))];
    expect(times).toEqual([0, 30, 60, 90]);
  });
});
