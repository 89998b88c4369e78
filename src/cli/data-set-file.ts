import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { BadDataSet, readSamples, type Sample } from '../forecast/data-set.js';

/**
 * Reads a data set in the recorded columns.
 *
 * @throws BadDataSet with file and line
 */
export function readDataSet(path: string): readonly Sample[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
    throw new BadDataSet(`${path}: is a folder, expected a data set`);
  }
  return samplesOf(text, path);
}

export function samplesOf(text: string, name: string): readonly Sample[] {
  let records: string[][];
  try {
    records = parse(text, { relax_column_count: true, skip_empty_lines: true });
  } catch (error) {
    throw new BadDataSet(`${name}: is no CSV: ${(error as Error).message}`);
  }
  const samples = readSamples(records, name);
  if (samples.length === 0) throw new BadDataSet(`${name}: has no window with rates`);
  return samples;
}

export const WINDOW_CHOICES = ['clean', 'apart', 'all'] as const;
type WindowChoice = (typeof WINDOW_CHOICES)[number];

/** Windows over which the state was in force; those of them that do not overlap; or all. */
export function chosenWindows(samples: readonly Sample[], which: WindowChoice): readonly Sample[] {
  if (which === 'all') return samples;
  return samples.filter(({ clean, apart }) => (which === 'clean' ? clean : apart));
}

/**
 * Windows that something can be learnt from, or judged by.
 *
 * @throws BadDataSet if there are none, or for training fewer than two states or two episodes of each
 */
export function usableWindows(path: string, purpose: 'training' | 'judging', which: WindowChoice = 'clean') {
  const samples = chosenWindows(readDataSet(path), which);
  if (samples.length === 0) throw new BadDataSet(`${path}: expected ${which} windows, found none`);
  if (purpose === 'judging') return samples;
  const episodes = ([0, 1, 2, 3] as const).map(
    (state) => new Set(samples.filter((sample) => sample.state === state).map(({ episode }) => episode)).size,
  );
  if (episodes.filter((count) => count > 1).length < 2) {
    const found = episodes.map((count, state) => `${count} of state ${state}`).join(', ');
    throw new BadDataSet(`${path}: expected two episodes or more of at least two states, found ${found}`);
  }
  return samples;
}
