import { describe, expect, it } from 'vitest';
import { type FinalMember, type FinalSummary, judgeLiveness } from '../../src/checking/index.js';

const member = (name: string, changes: Partial<FinalMember> = {}): FinalMember => ({
  name,
  isUp: true,
  role: name === 'm1' ? 'leader' : 'follower',
  term: 3,
  leader: 'm1',
  commitIndex: 10,
  appliedIndex: 10,
  ...changes,
});

const whole: FinalSummary = {
  endUs: 10_000_000,
  healedUs: 2_000_000,
  members: [member('m1'), member('m2'), member('m3')],
  openOperations: [{ client: 'c1', invokedUs: 9_000_000, text: 'put a' }],
};
const options = { quietUs: 5_000_000 };

const texts = (changes: Partial<FinalSummary>): string[] =>
  judgeLiveness({ ...whole, ...changes }, options).map(({ property, text }) => `${property}: ${text}`);

describe('liveness', () => {
  it('is content with a whole cluster, and says nothing before the quiet time is over', () => {
    expect(texts({})).toEqual([]);
    expect(texts({ healedUs: 6_000_000, members: [member('m1', { role: 'candidate' })] })).toEqual([]);
  });

  it('wants a leader that everybody knows', () => {
    expect(texts({ members: [member('m1', { role: 'candidate', leader: undefined }), member('m2')] })).toEqual([
      'A Leader Stands: nobody leads term 3',
    ]);
    expect(texts({ members: [member('m1'), member('m2', { leader: undefined })] })).toEqual([
      'A Leader Stands: m2 follows nobody, not m1',
    ]);
    // An old leader that never heard of the new term is none.
    expect(texts({ members: [member('m1'), member('m2', { term: 4, leader: undefined })] })).toEqual([
      'A Leader Stands: nobody leads term 4',
    ]);
  });

  it('wants every member back and caught up', () => {
    expect(
      texts({ members: [member('m1'), member('m2', { isUp: false }), member('m3', { appliedIndex: 7 })] }),
    ).toEqual([
      'Every Member Is Back: m2 is down',
      'Every Member Catches Up: m3 has applied 7 of 10 committed entries',
    ]);
    const lagging = { ...whole, members: [member('m1'), member('m3', { appliedIndex: 7 })] };
    expect(judgeLiveness(lagging, { ...options, maxLag: 3 })).toEqual([]);
  });

  it('wants every operation to end', () => {
    expect(texts({ openOperations: [{ client: 'c1', invokedUs: 1_000_000, text: 'put a' }] })).toEqual([
      'Every Operation Ends: c1 waits for put a since 9000.000 ms',
    ]);
  });
});
