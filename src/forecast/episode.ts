import type { State } from './features.js';

/** What is done in an episode beside the thesis's four states; `none` where it is one of them. */
export const REGIMES = [
  'none',
  'slow-disk',
  'lossy-link',
  'follower-delay',
  'follower-overload',
  'moving-leader',
] as const;
export type Regime = (typeof REGIMES)[number];

/** One episode of a data set: a state in force for a while, and how strong. */
export interface Episode {
  readonly episode: number;
  /** Of the leader, while it is the one that is struck: what a classifier ought to say. */
  readonly state: State;
  readonly regime: Regime;
  /** From the start of its session, s. */
  readonly startS: number;
  readonly endS: number;
  readonly delayMs: number;
  readonly clients: number;
  readonly inFlight: number;
  readonly putsPerSec: number;
  readonly getsPerSec: number;
}

/** A range to draw from uniformly, ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** How the episodes of a data set are drawn, and how they are observed. */
export interface EpisodeSetting {
  readonly name: string;
  readonly summary: string;
  /** Scenario that says what the cluster is like. */
  readonly scenario: string;
  readonly durationS: Range;
  readonly delayMs: Range;
  readonly clients: Range;
  /** That the clients of an overload share; default: one each. */
  readonly connections?: number;
  readonly inFlight: Range;
  /** Gets of one client of the overload; 0 = as long as the episode lasts. */
  readonly readsPerClient: number;
  readonly valueBytes: number;
  readonly putsPerSec: Range;
  readonly getsPerSec: Range;
  readonly putBytes: Range;
  readonly getBytes: number;
  readonly watchers: number;
  readonly scrapeIntervalS: number;
  readonly windowS: number;
  /** Episodes that follow one another on one cluster. */
  readonly episodesPerSession: number;
  readonly episodes: number;
  readonly regimes: readonly Regime[];
}

const RECORDED: EpisodeSetting = {
  name: 'recorded',
  summary: 'as recorded on a real cluster: episodes of 40-60 s, 20-200 clients, scrapes every second',
  scenario: 'forecast-recorded',
  durationS: { min: 40, max: 60 },
  delayMs: { min: 100, max: 400 },
  clients: { min: 20, max: 200 },
  inFlight: { min: 1, max: 2 },
  readsPerClient: 0,
  valueBytes: 700_000,
  putsPerSec: { min: 10, max: 30 },
  getsPerSec: { min: 15, max: 25 },
  putBytes: { min: 400, max: 1000 },
  getBytes: 100,
  watchers: 6,
  scrapeIntervalS: 1,
  windowS: 5,
  episodesPerSession: 8,
  episodes: 96,
  regimes: [],
};

const THESIS: EpisodeSetting = {
  name: 'thesis',
  summary: "the thesis's: episodes of 5 minutes, 1000 clients with 100 reads each, scrapes every 5 s",
  scenario: 'forecast-thesis',
  durationS: { min: 300, max: 300 },
  // "A large delay", and no figure.
  delayMs: { min: 200, max: 400 },
  clients: { min: 1000, max: 1000 },
  // etcd's guide to its performance reads just that way: --conns=100 --clients=1000 range --consistency=l --total=100000.
  connections: 100,
  inFlight: { min: 1, max: 1 },
  readsPerClient: 100,
  valueBytes: 700_000,
  // A small control plane at rest: leases of kubelet, controller manager and scheduler, and what reads them. One cluster, so hardly
  // a difference between episodes: where each has a rate of its own, trees learn episodes by heart instead of states.
  putsPerSec: { min: 5, max: 7 },
  getsPerSec: { min: 5, max: 7 },
  putBytes: { min: 400, max: 1000 },
  getBytes: 1000,
  watchers: 6,
  scrapeIntervalS: 5,
  windowS: 5,
  episodesPerSession: 4,
  episodes: 24,
  regimes: [],
};

export const EPISODE_SETTINGS: readonly EpisodeSetting[] = [
  THESIS,
  RECORDED,
  {
    ...RECORDED,
    name: 'regimes',
    summary: 'trouble that is none of the four states, with the severities of `recorded`',
    episodes: 40,
    regimes: ['slow-disk', 'lossy-link', 'follower-delay', 'follower-overload', 'moving-leader'],
  },
];
