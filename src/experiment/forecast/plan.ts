import { type Stream, Streams } from '../../engine/index.js';
import type { Episode, EpisodeSetting, Range, Regime } from '../../forecast/episode.js';
import type { State } from '../../forecast/features.js';

/** Episodes that follow one another on one cluster. */
export interface Session {
  readonly number: number;
  readonly episodes: readonly Episode[];
}

const ALL_STATES: readonly State[] = [0, 1, 2, 3];
/** What a classifier ought to say of the leader in each regime. */
const STATE_OF: Readonly<Record<Regime, State>> = {
  none: 0,
  'slow-disk': 0,
  'lossy-link': 0,
  'follower-delay': 0,
  'follower-overload': 0,
  'moving-leader': 2,
};
/** Quiet before the first episode, and what the load's value is written in. */
export const LEAD_IN_S = 10;

/**
 * Draws all episodes of a data set.
 *
 * Each group of four holds every state once, in random order (of regimes: each once a round), so that no state is rare.
 * A session's draws depend on its number and the seed alone.
 */
export function planSessions(setting: EpisodeSetting, episodes: number, seed: string): Session[] {
  const streams = new Streams(`${seed}/forecast/${setting.name}`);
  const sessions: Session[] = [];
  for (let number = 0; number * setting.episodesPerSession < episodes; number++) {
    const draws = streams.stream(`session${number}`);
    const first = number * setting.episodesPerSession;
    const count = Math.min(setting.episodesPerSession, episodes - first);
    const kinds = drawKinds(setting.regimes, count, draws);
    let startS = LEAD_IN_S;
    const planned = kinds.map(({ state, regime }, i): Episode => {
      const endS = startS + within(setting.durationS, draws);
      const episode = { ...drawEpisode(setting, state, regime, draws), episode: first + i, startS, endS };
      startS = endS;
      return episode;
    });
    sessions.push({ number, episodes: planned });
  }
  return sessions;
}

interface Kind {
  readonly state: State;
  readonly regime: Regime;
}

function drawKinds(regimes: readonly Regime[], count: number, draws: Stream): Kind[] {
  const round: Kind[] =
    regimes.length === 0
      ? ALL_STATES.map((state) => ({ state, regime: 'none' }))
      : regimes.map((regime) => ({ state: STATE_OF[regime], regime }));
  const kinds: Kind[] = [];
  while (kinds.length < count) kinds.push(...draws.shuffled(round));
  return kinds.slice(0, count);
}

function drawEpisode(
  setting: EpisodeSetting,
  state: State,
  regime: Regime,
  draws: Stream,
): Omit<Episode, 'episode' | 'startS' | 'endS'> {
  // Drawn whether it is needed or not, so that episodes differ in nothing else.
  const delayMs = Math.round(within(setting.delayMs, draws) / 10) * 10;
  const clients = within(setting.clients, draws);
  const inFlight = within(setting.inFlight, draws);
  const delayed = state === 1 || state === 3 || regime === 'follower-delay';
  const loaded = state === 2 || state === 3 || regime === 'follower-overload';
  return {
    state,
    regime,
    delayMs: delayed ? delayMs : 0,
    clients: loaded ? clients : 0,
    inFlight: loaded ? inFlight : 0,
    putsPerSec: within(setting.putsPerSec, draws),
    getsPerSec: within(setting.getsPerSec, draws),
  };
}

function within({ min, max }: Range, draws: Stream): number {
  return min + draws.below(max - min + 1);
}
