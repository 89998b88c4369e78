import { describe, expect, it } from 'vitest';
import { mutants } from '../../../src/checking/mutants/index.js';
import {
  CHECKED_FAULTS,
  checkMutant,
  explore,
  mutantNamed,
  newCounterexample,
  readCounterexample,
  replaySchedule,
} from '../../../src/experiment/checking/index.js';
import { mermaidText, shivizLog, spaceTimeSvg } from '../../../src/report/space-time.js';
import { SEEDS } from '../../checking/seeds.js';

/** Found within a few runs, so that the tests stay short; `etcdsim check --mutant all` looks for all of them. */
const QUICK = [
  'term-not-persisted',
  'second-vote-in-a-term',
  'commit-quorum-off-by-one',
  'commit-beyond-the-message',
  'acknowledges-before-the-fsync',
  'installed-index-without-data',
  'progress-stuck-in-probe',
  'removed-leader-still-heartbeats',
  'watch-loses-events',
  'reads-served-locally',
  'client-pinned-to-a-partitioned-member',
];

describe('the core under random schedules', () => {
  it.each(SEEDS)('breaks no promise, and is brought into trouble (seed %i)', async (seed) => {
    const { found, coverage } = await explore({ runs: 60, seed: String(seed) });
    expect(found, JSON.stringify(found)).toBeUndefined();
    const reached = new Map(coverage.reached.map(({ name, runs }) => [name, runs]));
    for (const name of ['leaders', 'restarts', 'operations'] as const) {
      expect(reached.get(name), name).toBeGreaterThan(0);
    }
    expect(coverage.faults.length).toBeGreaterThan(CHECKED_FAULTS.length / 2);
  });

  it('is searched alike with the same seed', async () => {
    const search = () => explore({ runs: 10, seed: 'twice' });
    expect(JSON.stringify(await search())).toBe(JSON.stringify(await search()));
  });
});

describe('seeded bugs', () => {
  it('are forty and more, each with a source, a property and a budget; five and more are none', () => {
    const bugs = mutants.filter(({ equivalent }) => !equivalent);
    expect(bugs.length).toBeGreaterThanOrEqual(40);
    expect(mutants.length - bugs.length).toBeGreaterThanOrEqual(5);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
    for (const { source, property, budgetRuns } of mutants) {
      expect(source.length).toBeGreaterThan(10);
      expect(property.length).toBeGreaterThan(5);
      expect(budgetRuns).toBeGreaterThan(0);
    }
  });

  it.each(QUICK)('%s is found, and replays to the same violation', async (name) => {
    const mutant = mutantNamed(name)!;
    const { killed, schedule, violation, events } = await checkMutant(mutant, { seed: '1' });
    expect(killed).toBe(true);
    expect(events).toBeLessThanOrEqual(30);
    const file = JSON.stringify(newCounterexample(schedule!, violation!, { version: 'test', mutant }));
    const read = readCounterexample(file);
    if (typeof read === 'string') throw new Error(read);
    const runs = [replaySchedule(read.schedule, mutant), replaySchedule(read.schedule, mutant)];
    for (const run of runs) expect(run.violation).toEqual(violation);
    for (const draw of [spaceTimeSvg, mermaidText, shivizLog]) expect(draw(runs[0]!)).toBe(draw(runs[1]!));
    expect(spaceTimeSvg(runs[0]!)).toContain(`violated: ${violation!.property}`);
  });

  it('that are none raise nothing', async () => {
    for (const mutant of mutants.filter(({ equivalent }) => equivalent)) {
      const { killed, violation } = await checkMutant(mutant, { seed: '1', runs: 12 });
      expect(killed, `${mutant.name}: ${violation?.text}`).toBe(false);
    }
  });
});

describe('a counterexample file', () => {
  it.each([
    ['{', /no JSON/],
    ['[]', /format/],
    ['{"format":"etcdsim-counterexample-1"}', /schedule/],
    ['{"format":"etcdsim-counterexample-1","mutant":"none"}', /mutant/],
  ])('%s is refused', (content, problem) => {
    expect(readCounterexample(content)).toMatch(problem);
  });
});
