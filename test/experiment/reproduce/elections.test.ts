import { describe, expect, it, test } from 'vitest';
import { splitVoteProbability } from '../../../src/experiment/reproduce/availsim-reference.js';
import { type ElectionConditions, ElectionTrials } from '../../../src/experiment/reproduce/election-trials.js';
import { raftPaper } from '../../../src/experiment/reproduce/raft-paper.js';
import { readCurves } from '../../../src/experiment/reproduce/raft-paper-curves.js';
import { shippedScenario } from '../../../src/experiment/reproduce/shipped-scenario.js';
import { suiteOptions } from './shipped.js';

const options = suiteOptions(process.env.ETCDSIM_REFERENCE);

function trials(name: string, conditions: ElectionConditions, set: Record<string, string> = {}, seed = 'test') {
  const settings = Object.entries(set).map(([path, value]) => ({ path, value }));
  return new ElectionTrials(shippedScenario(options, `reproduce/${name}`, settings), conditions, seed);
}

const FRESH = { down: 1, logs: 'equal', start: 'fresh' } as const;

test('the closed form of split votes: the worked examples of the source', () => {
  expect(splitVoteProbability(5, 4, 0.01)).toBeCloseTo(0.0006, 4);
  expect(splitVoteProbability(5, 4, 0.1)).toBeCloseTo(0.052, 3);
  expect(splitVoteProbability(5, 4, 0.2)).toBeCloseTo(0.181, 3);
});

describe('election trials', () => {
  it('a first timeout and a round trip elect, when no two time out together', () => {
    const elections = trials('availsim', FRESH, { 'network.base-latency': '1ms' }).run(500);
    for (const { electedMs, heardMs, terms } of elections) {
      expect(terms).toBeGreaterThanOrEqual(1);
      if (terms > 1) continue;
      expect(electedMs).toBeGreaterThanOrEqual(302);
      expect(electedMs).toBeLessThan(602);
      expect(heardMs - electedMs).toBeCloseTo(1, 3);
    }
    expect(elections.filter(({ terms }) => terms === 1).length).toBeGreaterThan(450);
  });

  it('equal timeouts split every vote for as long as they last', () => {
    const narrow = { 'network.base-latency': '100ms', 'cluster.raft.election-timeout-max': '310ms' };
    const elections = trials('availsim', FRESH, narrow).run(20);
    expect(elections.every(({ terms }) => terms > 1)).toBe(true);
  });

  it('with two members down all three others must vote: later, and more splits', () => {
    const mean = (down: number) => {
      const times = trials('availsim', { ...FRESH, down }).run(400);
      return times.reduce((sum, { electedMs }) => sum + electedMs, 0) / times.length;
    };
    expect(mean(2)).toBeGreaterThan(1.2 * mean(0));
  });

  it('is the same with the same seed, another with another', () => {
    const run = (seed: string) =>
      trials('raft-paper', { down: 1, logs: 'different', start: 'heartbeat' }, {}, seed).run(20);
    expect(run('a')).toEqual(run('a'));
    expect(run('a')).not.toEqual(run('b'));
  });

  it('the last heartbeat arrives, and patience begins with it', () => {
    const conditions = { down: 1, logs: 'equal', start: 'heartbeat' } as const;
    const slow = { 'network.base-latency': '40ms', 'cluster.disk.fsync': '0ms' };
    const fastest = Math.min(
      ...trials('raft-paper', conditions, slow)
        .run(1000)
        .map(({ heardMs }) => heardMs),
    );
    // One way, 150 ms of patience, a vote and back, the new leader's word; the crash up to 75 ms after the heartbeat.
    expect(fastest).toBeGreaterThanOrEqual(40 + 150 + 80 + 40 - 75);
    expect(fastest).toBeLessThan(40 + 150 + 80 + 40);
  });

  it('a disk that takes longer holds elections up by the writes in a row', () => {
    const conditions = { down: 1, logs: 'equal', start: 'heartbeat' } as const;
    const fastest = (fsync: string) =>
      Math.min(
        ...trials('raft-paper', conditions, { 'cluster.disk.fsync': fsync, 'network.base-latency': '0ms' })
          .run(300)
          .map(({ heardMs, terms }) => (terms === 1 ? heardMs : Number.POSITIVE_INFINITY)),
      );
    // The candidate's and the voters' write, one after the other, before anybody leads.
    expect(fastest('10ms') - fastest('0ms')).toBeGreaterThan(19);
  });
});

describe('raft-paper', () => {
  it('is skipped without reference data, and where the file is not in it', async () => {
    expect((await raftPaper.run(suiteOptions(undefined))).skipped).toMatch(/raft-paper-figure-16\.csv/);
    expect((await raftPaper.run(suiteOptions('no-such-folder'))).skipped).toMatch(/no-such-folder/);
  });

  it.skipIf(options.reference === undefined)(
    'meets every curve of the reference data',
    async () => {
      const { rows, notes } = await raftPaper.run(options);
      expect(rows.map(({ status }) => status)).toEqual(rows.map(() => 'ok'));
      expect(rows.length).toBe(4);
      expect(notes.join('\n')).toContain('150-151 ms');
    },
    60_000,
  );
});

describe('curves', () => {
  it('are read by range', () => {
    const curves = readCurves('heading\n150-300,0.5,171.3\n150-300,0.6,180\n50-100,0.5,66\n', 'file.csv');
    expect([...curves]).toEqual([
      ['150-300', [171.3, 180]],
      ['50-100', [66]],
    ]);
  });

  test.each([
    'heading\nx,0.5,1',
    'heading\n300-150,0.5,1',
    'heading\n150-300,0.5,',
    'heading\n150-300,0.5,-1',
    'heading',
  ])('that are none are refused: %j', (text) => {
    expect(() => readCurves(text, 'file.csv')).toThrow(/file\.csv/);
  });
});
