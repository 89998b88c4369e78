import { describe, expect, it } from 'vitest';
import {
  EntryDigests,
  type EntryMark,
  type InvariantEvent,
  invariants,
  type MemberEvent,
  SafetyMonitor,
  ViolationError,
} from '../../../src/checking/index.js';
import type { Entry } from '../../../src/raft/types.js';

/** `m1` and what happens there; one event a millisecond. */
type Step = readonly [member: string, event: MemberEvent];

const entry = (index: number, term: number, digest = index): EntryMark => ({ index, term, digest });
const append = (...entries: EntryMark[]): MemberEvent => ({ kind: 'log-append', entries });
const vote = (term: number, candidate?: string): MemberEvent => ({ kind: 'vote-persisted', term, candidate });
const leads = (term: number): MemberEvent => ({ kind: 'became-leader', term });
const commit = (index: number, entryTerm: number): MemberEvent => ({ kind: 'commit-advanced', index, entryTerm });
const apply = (mark: EntryMark): MemberEvent => ({ kind: 'applied', entry: mark });
const voters = (index: number, voters: string[], votersOutgoing: string[] = []): MemberEvent => {
  return { kind: 'config-applied', index, config: { voters, votersOutgoing } };
};
const term = (term: number): MemberEvent => ({ kind: 'term-changed', term });
const hash = (revision: number, hash: number): MemberEvent => ({ kind: 'kv-hash', revision, hash });
const acknowledge = (index: number, term: number): MemberEvent => ({ kind: 'acknowledged', index, term });
const restart = (term: number, appliedIndex = 0): MemberEvent => ({ kind: 'restart', term, appliedIndex });
const snapshot = (index: number, term: number): MemberEvent => ({ kind: 'snapshot-installed', index, term });
const crash: MemberEvent = { kind: 'crash' };

function watch(steps: readonly Step[]): SafetyMonitor {
  const monitor = new SafetyMonitor(invariants, 'collect');
  steps.forEach(([member, event], i) => {
    monitor.observe({ atUs: i * 1000, member, ...event } as InvariantEvent);
  });
  return monitor;
}

/** Two terms: m1 leads and replicates, crashes; m2 takes over and overwrites what m1 had alone; m1 comes back. */
const goodTrace: readonly Step[] = [
  ...['m1', 'm2', 'm3'].map((member): Step => [member, voters(0, ['m1', 'm2', 'm3'])]),
  ['m1', term(1)],
  ['m1', vote(1, 'm1')],
  ['m2', term(1)],
  ['m2', vote(1, 'm1')],
  ['m1', leads(1)],
  ['m1', append(entry(1, 1, 0))],
  ['m2', append(entry(1, 1, 0))],
  ['m1', commit(1, 1)],
  ['m1', apply(entry(1, 1, 0))],
  ['m1', append(entry(2, 1), entry(3, 1))],
  ['m2', append(entry(2, 1))],
  ['m1', commit(2, 1)],
  ['m1', apply(entry(2, 1))],
  ['m1', acknowledge(2, 1)],
  ['m1', hash(2, 42)],
  ['m1', crash],
  ['m2', term(2)],
  ['m2', vote(2, 'm2')],
  ['m3', term(2)],
  ['m3', vote(2, 'm2')],
  ['m2', leads(2)],
  ['m2', append(entry(3, 2, 0))],
  ['m3', append(entry(1, 1, 0), entry(2, 1), entry(3, 2, 0))],
  ['m2', commit(3, 2)],
  ['m2', apply(entry(1, 1, 0))],
  ['m2', apply(entry(2, 1))],
  ['m2', hash(2, 42)],
  ['m2', apply(entry(3, 2, 0))],
  ['m1', restart(1)],
  ['m1', term(2)],
  ['m1', vote(2)],
  ['m1', append(entry(3, 2, 0))],
  ['m1', commit(3, 2)],
  ['m1', apply(entry(1, 1, 0))],
  ['m2', voters(4, ['m1', 'm2', 'm3', 'm4'])],
  ['m4', snapshot(3, 2)],
  ['m4', commit(3, 2)],
  ['m2', append(entry(4, 2))],
  ['m3', append(entry(4, 2))],
  ['m4', append(entry(4, 2))],
  ['m2', commit(4, 2)],
  ['m2', apply(entry(4, 2))],
  ['m2', acknowledge(4, 2)],
];

/** What goes wrong behind the good trace: the property and the words. */
const wrong: readonly [property: string, steps: readonly Step[], text: string][] = [
  ['Election Safety', [['m3', leads(2)]], 'term 2 has two leaders: m2 since 23.000 ms, m3 since 46.000 ms'],
  ['One Vote per Term', [['m3', vote(2, 'm1')]], 'm3 voted for m2 in term 2 and votes for m1 too'],
  ['One Vote per Term', [['m3', vote(2)]], 'm3 voted for m2 in term 2 and takes its vote back'],
  [
    'One Vote per Term',
    [
      ['m3', crash],
      ['m3', restart(2)],
      ['m3', vote(2, 'm3')],
    ],
    'm3 voted for m2 in term 2 and votes for m3 too',
  ],
  ['Monotone Term', [['m3', term(1)]], 'm3 goes from term 2 back to 1'],
  [
    'Monotone Term',
    [
      ['m3', crash],
      ['m3', restart(1)],
    ],
    'm3 restarts with term 1, but had 2 on disk',
  ],
  [
    'Leader Append-Only',
    [['m2', append(entry(4, 2, 99))]],
    'm2, leader of term 2, overwrites index 4 of its log, which ends at 4',
  ],
  [
    'Leader Append-Only',
    [['m2', { kind: 'truncated', fromIndex: 3 }]],
    'm2, leader of term 2, deletes its entries from index 3 to 4',
  ],
  [
    'Log Matching',
    [['m1', append(entry(4, 2, 99))]],
    'm1 and m2 both had index 4 of term 2, but not the same log up to it',
  ],
  ['Log Matching', [['m1', append(entry(9, 2))]], 'm1 has a gap: its log ends at 3, and index 9 follows'],
  [
    'Leader Completeness',
    [['m1', leads(3)]],
    'm1 leads term 3 without index 4 of term 2, which is committed: its log ends at 3',
  ],
  ['Monotone Commit', [['m2', commit(3, 2)]], 'm2 goes from commit index 4 back to 3'],
  [
    'Monotone Commit',
    [
      ['m2', append(entry(5, 2))],
      ['m2', apply(entry(5, 2))],
    ],
    'm2 applies index 5, but its commit index is 4',
  ],
  [
    'Monotone Commit',
    [
      ['m1', append(entry(4, 3))],
      ['m1', commit(4, 3)],
    ],
    'm1 commits index 4 with term 3; it was committed with term 2',
  ],
  [
    'State Machine Safety',
    [['m1', apply(entry(2, 1, 99))]],
    'm1 applies at index 2 an entry of term 1, other content; m1 applied one of term 1',
  ],
  ['State Machine Safety', [['m1', apply(entry(3, 2, 0))]], 'm1 applies index 3 after 1'],
  [
    'Durable Acknowledgement',
    [
      ['m2', append(entry(5, 2))],
      ['m2', commit(5, 2)],
      ['m2', acknowledge(5, 2)],
    ],
    'm2 acknowledges index 5 of term 2, durable on m2 of m1 m2 m3 m4',
  ],
  [
    'Configuration Intersection',
    [['m3', voters(4, ['m1', 'm2'])]],
    'at index 4, m3 has the voters m1 m2; m2 has m1 m2 m3 m4',
  ],
  ['Equal Hash', [['m1', hash(2, 43)]], 'at revision 2, m1 has hash 43; m1 had 42'],
  [
    'Lease Keeps Its Checkpoint',
    [
      ['m2', { kind: 'lease-checkpointed', leaseId: 7, remainingSec: 5 }],
      ['m2', { kind: 'lease-started', leaseId: 7, ttlSec: 60, givenSec: 60 }],
    ],
    'm2 gives lease 7 60 s; its last checkpoint left 5 s',
  ],
];

describe('safety', () => {
  it('finds nothing wrong with a good trace that shows every kind of event', () => {
    const monitor = watch([
      ...goodTrace,
      ['m2', { kind: 'stepped-down' }],
      ['m1', { kind: 'truncated', fromIndex: 4 }],
      ['m1', { kind: 'lease-checkpointed', leaseId: 7, remainingSec: 5 }],
      ['m1', { kind: 'lease-started', leaseId: 7, ttlSec: 60, givenSec: 5 }],
    ]);
    expect(monitor.violations).toEqual([]);
    expect(monitor.eventCounts.size).toBe(16);
  });

  it.each(wrong)('%s: caught behind a good trace (%#)', (property, steps, text) => {
    const { violations } = watch([...goodTrace, ...steps]);
    expect(violations.map((violation) => violation.property)).toContain(property);
    expect(violations.find((violation) => violation.property === property)?.text).toBe(text);
  });

  it('has a bad trace for every invariant', () => {
    expect([...new Set(wrong.map(([property]) => property))].sort()).toEqual(
      invariants.map(({ property }) => property).sort(),
    );
  });

  it('lets an acknowledgement stand on the quorum of the configuration just before', () => {
    const steps: Step[] = [
      ['m2', append(entry(5, 2))],
      ['m3', append(entry(5, 2))],
      ['m2', commit(5, 2)],
      ['m2', acknowledge(5, 2)],
    ];
    expect(watch([...goodTrace, ...steps]).violations).toEqual([]);
  });

  it('wants consecutive configurations to meet, joint ones in both halves', () => {
    const found = (...configs: MemberEvent[]): string[] =>
      watch(configs.map((config): Step => ['m1', config])).violations.map(({ text }) => text);
    expect(found(voters(0, ['a', 'b', 'c']), voters(1, ['a', 'b', 'c', 'd']))).toEqual([]);
    expect(found(voters(0, ['a', 'b', 'c']), voters(1, ['a', 'b', 'c', 'd', 'e']))).toEqual([
      'a b can decide for the voters a b c without any that the next voters need: a b c d e',
    ]);
    const joint = voters(1, ['c', 'd', 'e'], ['a', 'b', 'c']);
    expect(found(voters(0, ['a', 'b', 'c']), joint, voters(2, ['c', 'd', 'e']))).toEqual([]);
    expect(found(voters(0, ['a', 'b', 'c']), voters(2, ['d', 'e', 'f']))).toHaveLength(1);
  });

  it('throws with the words a person reads', () => {
    const monitor = new SafetyMonitor(invariants);
    monitor.observe({ atUs: 12_398_020, member: 'm1', kind: 'became-leader', term: 7 });
    const second = (): void => monitor.observe({ atUs: 12_403_517, member: 'm3', kind: 'became-leader', term: 7 });
    expect(second).toThrow(ViolationError);
    expect(() => new SafetyMonitor(invariants).observe({ atUs: 1, member: 'm1', ...append(entry(2, 1)) })).toThrow(
      'violated: Log Matching at 0.001 ms\n  m1 has a gap: its log ends at 0, and index 2 follows',
    );
    const [violation] = monitor.violations;
    expect(violation).toEqual({
      property: 'Election Safety',
      atUs: 12_403_517,
      member: 'm3',
      text: 'term 7 has two leaders: m1 since 12398.020 ms, m3 since 12403.517 ms',
    });
  });

  it('tells contents apart, and equal ones not', () => {
    const digests = new EntryDigests();
    const of = (data: unknown): number => {
      const one: Entry = { index: 1, term: 1, type: 'EntryNormal', data, dataBytes: 0 };
      return digests.mark(one).digest;
    };
    const proposal = { command: 'put' };
    expect(of(proposal)).toBe(of(proposal));
    expect(of(proposal)).not.toBe(of({ command: 'put' }));
    expect(of('a')).toBe(of('a'));
    expect(of('a')).not.toBe(of('b'));
    expect(of(undefined)).toBe(0);
  });
});
