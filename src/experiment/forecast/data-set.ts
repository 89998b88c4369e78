import type { EpisodeSetting } from '../../forecast/episode.js';
import { COUNTERS, columnOf } from '../../forecast/features.js';
import { planSessions, type Session } from './plan.js';
import { type EpisodeRecord, featureCells, type SessionResult, type WindowRow } from './session.js';
import { openSessionPool } from './session-pool.js';

export interface DataSetOptions {
  readonly setting: EpisodeSetting;
  readonly episodes: number;
  readonly seed: string;
  readonly jobs: number;
  /** Text of the setting's scenario. */
  readonly scenario: { readonly text: string; readonly fileName: string };
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface DataSet {
  /** In the recorded columns. */
  readonly windowsCsv: string;
  readonly episodesCsv: string;
  readonly windows: number;
  readonly episodes: number;
  readonly virtualSeconds: number;
  readonly leaderChanges: number;
  readonly failedScrapes: number;
  readonly events: number;
}

/** Recorded with these names; the rates' names say how long the window is. */
const COLUMNS_BEFORE = [
  't_s',
  'episode',
  'member',
  'leader_member',
  'is_leader',
  'target_member',
  'state',
  'delay_ms',
  'clients',
  'inflight_per_client',
  'bg_puts_per_s',
  'bg_gets_per_s',
  't_since_change_s',
];
const COLUMNS_AFTER = ['window_clean', 'window_nonoverlap'];
const EPISODE_COLUMNS = [
  'episode',
  'state',
  'regime',
  't_start_s',
  't_end_s',
  'delay_ms',
  'clients',
  'inflight_per_client',
  'bg_puts_per_s',
  'bg_gets_per_s',
  'load_gets_ok',
  'load_gets_err',
  'load_get_mean_ms',
];

/** Runs all episodes, sessions side by side; the same bytes whatever `jobs` is. */
export async function makeDataSet(options: DataSetOptions): Promise<DataSet> {
  const { setting, seed, scenario } = options;
  const sessions = planSessions(setting, options.episodes, seed);
  const results = new Array<SessionResult>(sessions.length);
  const pool = await openSessionPool(Math.min(options.jobs, sessions.length));
  let done = 0;
  try {
    await pool.runAll(
      sessions.map((session) => ({ ...scenario, settingName: setting.name, session, seed })),
      options.signal,
      (i, result) => {
        results[i] = result;
        options.onProgress?.(++done, sessions.length);
      },
    );
  } finally {
    await pool.close();
  }
  options.signal?.throwIfAborted();
  const windowColumns = COUNTERS.map((counter) => columnOf(counter, setting.windowS));
  const windows = [[...COLUMNS_BEFORE, ...windowColumns, ...COLUMNS_AFTER].join(',')];
  const episodes = [EPISODE_COLUMNS.join(',')];
  let offsetS = 0;
  sessions.forEach((session, i) => {
    const { rows, records } = results[i]!;
    windows.push(...windowLines(rows, offsetS, setting));
    episodes.push(...records.map((record) => episodeLine(record, offsetS)));
    offsetS += endOf(session);
  });
  const total = (of: (result: SessionResult) => number): number => results.reduce((sum, each) => sum + of(each), 0);
  return {
    windowsCsv: `${windows.join('\n')}\n`,
    episodesCsv: `${episodes.join('\n')}\n`,
    windows: windows.length - 1,
    episodes: episodes.length - 1,
    virtualSeconds: offsetS,
    leaderChanges: total(({ leaderChanges }) => leaderChanges),
    failedScrapes: total(({ failedScrapes }) => failedScrapes),
    events: total(({ events }) => events),
  };
}

function endOf({ episodes }: Session): number {
  return episodes[episodes.length - 1]!.endS;
}

// Cells are numbers and fixed words: none needs quotes.
function windowLines(
  rows: readonly WindowRow[],
  offsetS: number,
  { windowS, scrapeIntervalS }: EpisodeSetting,
): string[] {
  const apart = Math.max(1, Math.round(windowS / scrapeIntervalS));
  let cleanInEpisode = 0;
  let last = -1;
  return rows.map((row) => {
    const { episode, timeS, leader, target, sinceChangeS, state, steady, features } = row;
    if (episode.episode !== last) cleanInEpisode = 0;
    last = episode.episode;
    const clean = features !== undefined && steady;
    const nonoverlap = clean && cleanInEpisode++ % apart === 0;
    return [
      decimal(offsetS + timeS),
      episode.episode,
      leader,
      leader,
      1,
      target,
      state,
      episode.delayMs,
      episode.clients,
      episode.inFlight,
      episode.putsPerSec,
      episode.getsPerSec,
      decimal(sinceChangeS),
      ...featureCells(features),
      clean ? 1 : 0,
      nonoverlap ? 1 : 0,
    ].join(',');
  });
}

function episodeLine({ episode, gets, errors, meanMs }: EpisodeRecord, offsetS: number): string {
  return [
    episode.episode,
    episode.state,
    episode.regime,
    decimal(offsetS + episode.startS),
    decimal(offsetS + episode.endS),
    episode.delayMs,
    episode.clients,
    episode.inFlight,
    episode.putsPerSec,
    episode.getsPerSec,
    gets,
    errors,
    Math.round(meanMs * 10) / 10,
  ].join(',');
}

function decimal(seconds: number): string {
  return String(Math.round(seconds * 1000) / 1000);
}
