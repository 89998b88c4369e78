import { COUNTERS, columnOf, type Features, type State } from './features.js';

/** One window of a leader's rates. */
export interface Sample {
  readonly episode: number;
  readonly timeS: number;
  readonly state: State;
  readonly features: Features;
  /** The state was in force over the whole window. */
  readonly clean: boolean;
  /** One of those windows that do not overlap. */
  readonly apart: boolean;
}

/** Something in a data set that cannot be right; `line` counts from 1, the header's. */
export class BadDataSet extends Error {
  override readonly name = 'BadDataSet';
}

/**
 * Reads a data set in the recorded columns; columns may stand in any order, and others beside them.
 *
 * Rows without rates (a scrape at either end of the window failed) and rows of members that do not lead are passed over.
 *
 * @param records the header and the rows, as texts
 * @throws BadDataSet for a missing column, a state that is none, a number that is none
 */
export function readSamples(records: readonly (readonly string[])[], name: string): Sample[] {
  const header = records[0];
  if (header === undefined) throw new BadDataSet(`${name}: is empty, expected a header and rows`);
  const windowS = windowOf(header, name);
  const places = COUNTERS.map((counter) => placeOf(header, columnOf(counter, windowS), name));
  const at = {
    episode: placeOf(header, 'episode', name),
    state: placeOf(header, 'state', name),
    timeS: placeOf(header, 't_s', name),
    isLeader: header.indexOf('is_leader'),
    clean: header.indexOf('window_clean'),
    apart: header.indexOf('window_nonoverlap'),
  };
  const samples: Sample[] = [];
  records.slice(1).forEach((record, i) => {
    const where = `${name}:${i + 2}`;
    if (record.length !== header.length) {
      throw new BadDataSet(`${where}: expected ${header.length} columns as in the header, found ${record.length}`);
    }
    const texts = places.map((place) => record[place]!);
    if (texts.some((text) => text === '') || (at.isLeader >= 0 && record[at.isLeader] === '0')) return;
    const number = (place: number): number => readNumber(record[place]!, header[place]!, where);
    samples.push({
      episode: number(at.episode),
      timeS: number(at.timeS),
      state: readState(record[at.state]!, where),
      features: places.map(number),
      clean: at.clean < 0 || record[at.clean] === '1',
      apart: at.apart < 0 || record[at.apart] === '1',
    });
  });
  return samples;
}

function windowOf(header: readonly string[], name: string): number {
  const first = COUNTERS[0].replace(/_total$/, '_rate_per_s_');
  const found = header.map((column) => (column.startsWith(first) ? /^(\d+)s$/.exec(column.slice(first.length)) : null));
  const window = found.find((match) => match !== null);
  if (!window) throw new BadDataSet(`${name}:1: missing column ${columnOf(COUNTERS[0], 5)}`);
  return Number(window[1]);
}

function placeOf(header: readonly string[], column: string, name: string): number {
  const place = header.indexOf(column);
  if (place < 0) throw new BadDataSet(`${name}:1: missing column ${column}`);
  return place;
}

function readNumber(text: string, column: string, where: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new BadDataSet(`${where}: ${column}: expected a number, found "${text}"`);
  }
  return value;
}

function readState(text: string, where: string): State {
  const value = Number(text);
  if (value !== 0 && value !== 1 && value !== 2 && value !== 3) {
    throw new BadDataSet(`${where}: state: expected 0, 1, 2 or 3, found "${text}"`);
  }
  return value;
}

/** The episodes of a data set, ascending. */
export function episodesOf(samples: readonly Sample[]): number[] {
  return [...new Set(samples.map(({ episode }) => episode))].sort((a, b) => a - b);
}
