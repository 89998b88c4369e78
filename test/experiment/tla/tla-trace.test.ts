import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { schedules } from '../../../src/experiment/checking/arbitraries.js';
import type { Schedule } from '../../../src/experiment/checking/index.js';
import { runSchedule } from '../../../src/experiment/checking/index.js';
import { runScenario, UntraceableError } from '../../../src/experiment/index.js';
import { TlaTrace } from '../../../src/experiment/tla/tla-trace.js';
import { numbered } from '../../../src/experiment/tla/trace-line.js';
import { parseScenario } from '../../../src/scenario/index.js';
import { SEEDS } from '../../checking/seeds.js';
import { checkTrace } from './trace-checker.js';

vi.setConfig({ testTimeout: 60_000 });

function traceOf(yaml: string): { text: string; end: TlaTrace['end'] } {
  const parsed = parseScenario(new TextEncoder().encode(yaml), 'trace.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const { tla } = runScenario(parsed.scenario, { replication: 0, document: {}, version: 'test', tla: true });
  return { text: numbered(tla!.lines).join('\n'), end: tla!.end };
}

const WRITES = `
name: trace
description: some writes
workload: { kind: sequential, operations: { put: 1 }, count: 20, value-size: 16B }
stop: { after: 60s }
`;

describe('a trace for the TLA+ specification', () => {
  it('tells of an election, writes and heartbeats', () => {
    const { text, end } = traceOf(WRITES);
    expect(end).toBeUndefined();
    const { names } = checkTrace(text);
    for (const name of ['InitState', 'BecomeLeader', 'Replicate', 'Commit', 'ReceiveAppendEntriesResponse']) {
      expect(names.get(name), name).toBeGreaterThan(0);
    }
  });

  it.each<[string, (line: string) => string | undefined]>([
    ['a Ready is missing', (line) => (/"Ready","nid":"\d","state":{"term":1/.test(line) ? undefined : line)],
    ['a leader was not elected', (line) => (line.includes('"ReceiveRequestVoteResponse"') ? undefined : line)],
    ['an entry is missing', (line) => (line.includes('"Replicate"') ? undefined : line)],
    [
      'a term is another',
      (line) =>
        line
          .replace('"Commit","nid":"1","state":{"term":1', '"Commit","nid":"1","state":{"term":2')
          .replace('"Commit","nid":"2","state":{"term":1', '"Commit","nid":"2","state":{"term":2')
          .replace('"Commit","nid":"3","state":{"term":1', '"Commit","nid":"3","state":{"term":2'),
    ],
    ['a message comes twice', (line) => (line.includes('"ReceiveAppendEntriesRequest"') ? `${line}\n${line}` : line)],
  ])('is refused by the checker when %s', (_what, spoil) => {
    const lines = traceOf(WRITES).text.split('\n');
    expect(() => checkTrace(lines.flatMap((line) => spoil(line) ?? []).join('\n'))).toThrow(/expected/);
  });

  it('keeps its order when its lines are sorted as texts', () => {
    const lines = traceOf(WRITES).text.split('\n');
    expect([...lines].sort()).toEqual(lines);
  });

  it('holds no number that TLC cannot read', () => {
    const numbers = traceOf(WRITES).text.match(/(?<=:)-?[\d.]+(?=[,}])/g)!;
    expect(numbers.length).toBeGreaterThan(1000);
    for (const number of numbers) expect(Number.isInteger(Number(number)) && Number(number) < 2 ** 31).toBe(true);
  });

  it('tells of a crash by one InitState with what the disk held', () => {
    const { text, end } = traceOf(`${WRITES.replace('count: 20', 'count: 200')}
faults: [{ at: 20ms, action: crash, target: follower, for: 100ms }]
`);
    expect(end).toBeUndefined();
    expect(checkTrace(text).restarts).toBe(1);
  });

  it('tells of a changed configuration', () => {
    const { text, end } = traceOf(`${WRITES}
faults: [{ at: 10ms, action: change-members, target: follower, change: remove }]
`);
    expect(end).toBeUndefined();
    const { names } = checkTrace(text);
    expect(names.get('ChangeConf')).toBe(1);
    expect(names.get('ApplyConfChange')).toBeGreaterThanOrEqual(2);
  });

  it('says the smaller commit index where one entry a message is all that goes', () => {
    const { text } =
      traceOf(`${WRITES.replace('sequential, operations: { put: 1 }, count: 20', 'closed-loop, operations: { put: 1 }, clients: 20, count: 200')}
cluster: { raft: { max-size-per-msg: 1B, max-inflight-msgs: 2 } }
`);
    expect(checkTrace(text).lines).toBeGreaterThan(500);
  });

  it('is refused for a run in which a snapshot is sent', () => {
    const yaml = `${WRITES.replace('count: 20', 'count: 400')}
cluster: { raft: { snapshot-count: 10, snapshot-catchup-entries: 1 } }
faults: [{ at: 10ms, action: crash, target: follower, for: 200ms }]
`;
    expect(() => traceOf(yaml)).toThrow(UntraceableError);
    expect(() => traceOf(yaml)).toThrow(/snapshot/);
  });

  // The last one: a candidate asks for pre-votes before its own vote has come, and a left-out vote makes a leader.
  it.each([...SEEDS, 1_022_580_618])('is one that the specification takes, whatever happens (seed %i)', (seed) => {
    let whole = 0;
    let refused = 0;
    for (const schedule of fc.sample(schedules(fc, { settings: { spares: 0 } }), { seed, numRuns: 12 })) {
      const trace = traced(schedule);
      if (trace === undefined) refused++;
      else if (trace.end === undefined) whole++;
      if (trace !== undefined) checkTrace(numbered(trace.lines).join('\n'));
    }
    expect(whole, `${refused} refused`).toBeGreaterThan(0);
  });
});

/** Undefined if the run does what cannot stand in a trace. */
function traced(schedule: Schedule): TlaTrace | undefined {
  let trace: TlaTrace | undefined;
  try {
    runSchedule(schedule, {
      raft: (nowUs) => {
        trace = new TlaTrace(nowUs);
        return trace;
      },
    });
  } catch (error) {
    if (!(error instanceof UntraceableError)) throw error;
    return undefined;
  }
  return trace;
}
