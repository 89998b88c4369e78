import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { BadDataSet, readSamples, type Sample } from '../forecast/data-set.js';

/**
 * Reads a data set in the recorded columns.
 *
 * @throws BadDataSet with file and line
 */
export function readDataSet(path: string): readonly Sample[] {
  return samplesOf(readFileSync(path, 'utf8'), path);
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

/** Windows over which the state was in force; those of them that do not overlap; or all. */
export function chosenWindows(samples: readonly Sample[], which: (typeof WINDOW_CHOICES)[number]): readonly Sample[] {
  if (which === 'all') return samples;
  return samples.filter(({ clean, apart }) => (which === 'clean' ? clean : apart));
}
