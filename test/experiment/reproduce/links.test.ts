import { expect, test } from 'vitest';
import { probe } from '../../../src/experiment/reproduce/link-probe.js';
import { links } from '../../../src/experiment/reproduce/links.js';
import { erlangB } from '../../../src/experiment/reproduce/links-figures.js';
import { shippedScenario } from '../../../src/experiment/reproduce/shipped-scenario.js';
import { suiteOptions } from './shipped.js';

const options = suiteOptions(undefined);

test("Erlang's B: a printed table's values", () => {
  expect(erlangB(1, 1)).toBeCloseTo(0.5, 9);
  expect(erlangB(20, 30)).toBeCloseTo(0.0085, 4);
});

test('every discipline does what its closed form says', async () => {
  const { rows } = await links.run(options);
  expect(rows.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(rows.length).toBeGreaterThan(30);
});

test('the same seed sends the same probes', () => {
  const scenario = shippedScenario(options, 'reproduce/links');
  const run = (seed: string) =>
    probe(scenario, seed, { count: 50, arrivals: 'poisson', meanGapUs: 1000, payloadBytes: 100 });
  expect(run('a')).toEqual(run('a'));
  expect(run('a')).not.toEqual(run('b'));
});
