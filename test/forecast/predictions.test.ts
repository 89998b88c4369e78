import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../src/forecast/classifier.js';

/*
 * Models that ship, against what XGBoost and TensorFlow.js themselves said of the same rows when `npm run models` trained
 * them: windows, values on the very borders of trees, and rates far off any window.
 */

const MODELS = fileURLToPath(new URL('../../models/', import.meta.url));
const RECORDED = fileURLToPath(new URL('./recorded/', import.meta.url));
const names = readdirSync(MODELS)
  .filter((file) => /-(xgboost|ann)\.json$/.test(file))
  .map((file) => file.slice(0, -'.json'.length))
  .sort();

test('an XGBoost and a network ship for either setting', () => {
  expect(names).toEqual(['recorded-ann', 'recorded-xgboost', 'thesis-ann', 'thesis-xgboost']);
});

describe.each(names)('%s', (name) => {
  const model = readModel(readFileSync(`${MODELS}${name}.json`, 'utf8'), name);
  const rows = readFileSync(`${RECORDED}${name}.csv`, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));

  test('says what its library said, to 1e-6', () => {
    expect(rows.length).toBeGreaterThanOrEqual(80);
    for (const row of rows) {
      const features = row.slice(0, 5);
      const probabilities = model.probabilities(features);
      row.slice(5).forEach((expected, state) => {
        const off = Math.abs(probabilities[state]! - expected);
        expect(off, `state ${state} of ${features.join(', ')}`).toBeLessThan(1e-6);
      });
    }
  });

  test('its rows call for every state, and not always for certain', () => {
    const likeliest = new Set(rows.map((row) => row.slice(5).indexOf(Math.max(...row.slice(5)))));
    expect([...likeliest].sort()).toEqual([0, 1, 2, 3]);
    expect(rows.some((row) => Math.max(...row.slice(5)) < 0.9)).toBe(true);
  });

  test('has a card with data, split, settings and scores', () => {
    expect(existsSync(`${MODELS}${name}.md`)).toBe(true);
    const card = readFileSync(`${MODELS}${name}.md`, 'utf8');
    for (const words of ['sha256', 'split by episode', 'Settings:', 'table 6.2', 'truly'])
      expect(card).toContain(words);
  });
});
