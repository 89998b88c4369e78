import { invariant } from '../../engine/index.js';
import type { Member } from '../../etcd/index.js';
import { egressDelay } from '../../faults/egress-delay.js';
import { moveLeader } from '../../faults/move-leader.js';
import { packetLoss } from '../../faults/packet-loss.js';
import { slowDisk } from '../../faults/slow-disk.js';
import type { Episode, EpisodeSetting } from '../../forecast/episode.js';
import { COUNTERS, type Features, type Reading, type State } from '../../forecast/features.js';
import type { ResolvedScenario } from '../../scenario/config.js';
import { Cluster } from '../cluster.js';
import { settle } from '../settle.js';
import { BackgroundTraffic } from './background.js';
import { Monitor, monitorHost } from './monitor.js';
import { OverloadTool } from './overload.js';
import type { Session } from './plan.js';

/** One scrape of the leader in an episode. */
export interface WindowRow {
  readonly episode: Episode;
  /** From the session's start. */
  readonly timeS: number;
  /** 1-based, as the members' ids. */
  readonly leader: number;
  /** Whom the trouble strikes. */
  readonly target: number;
  readonly sinceChangeS: number;
  /** What is done to the leader now: nothing where the one whom the trouble strikes has lost its post. */
  readonly state: State;
  /** The leader, and what is done to it, have been the same over the whole window. */
  readonly steady: boolean;
  /** Undefined where a scrape at either end of the window failed. */
  readonly features: Features | undefined;
}

export interface EpisodeRecord {
  readonly episode: Episode;
  readonly gets: number;
  readonly errors: number;
  readonly meanMs: number;
}

export interface SessionResult {
  readonly rows: readonly WindowRow[];
  readonly records: readonly EpisodeRecord[];
  readonly leaderChanges: number;
  readonly scrapes: number;
  readonly failedScrapes: number;
  readonly events: number;
}

/** How often leadership moves in the regime `moving-leader`, s. */
const MOVE_EVERY_S = 15;
/** Of the regimes: a disk that takes this much longer for every fsync, a link that loses this share of packets. */
const SLOW_DISK_US = 150_000;
const LOSS_RATIO = 0.05;

interface Tick {
  readonly atUs: number;
  readonly episode: Episode;
  readonly leader: number;
  readonly target: number;
  features: Features | undefined;
}

/** Runs one session of episodes on a cluster of its own, and scrapes it all the while. */
export function runSession(
  scenario: ResolvedScenario,
  setting: EpisodeSetting,
  { number, episodes }: Session,
  seed: string,
): SessionResult {
  let leaderChanges = 0;
  let scrapes = 0;
  let failedScrapes = 0;
  const ticks: Tick[] = [];
  const cluster = new Cluster(scenario, `${seed}/${setting.name}/${number}`, {
    leadership: (_member, soft) => {
      if (soft.raftState === 'StateLeader') leaderChanges++;
    },
  });
  const { simulator, members } = cluster;
  const overload = new OverloadTool(cluster, scenario);
  const monitor = new Monitor(cluster, monitorHost(scenario), {
    intervalUs: setting.scrapeIntervalS * 1e6,
    windowUs: setting.windowS * 1e6,
    scraped(member, atUs, reading) {
      scrapes++;
      if (reading === undefined) failedScrapes++;
      const tick = ticks.find((each) => each.atUs === atUs);
      if (reading === undefined || tick === undefined || members[tick.leader - 1]!.name !== member) return;
      tick.features = monitor.histories.get(member)!.ratesAt(atUs);
    },
  });
  invariant(settle(cluster, undefined), 'a cluster without trouble must get a leader', {});
  leaderChanges = 0;
  const startUs = simulator.nowUs;
  const secondsUs = (seconds: number): number => startUs + Math.round(seconds * 1e6);
  const first = episodes[0]!;
  const background = new BackgroundTraffic(cluster, {
    ...setting,
    putsPerSec: first.putsPerSec,
    getsPerSec: first.getsPerSec,
  });
  background.start();
  overload.prepare(setting.valueBytes, () => {});
  monitor.start();

  const records: EpisodeRecord[] = [];
  for (const episode of episodes) {
    simulator.run(secondsUs(episode.startS));
    background.rates = episode;
    const target = targetOf(cluster, episode);
    const before = { ...overload.record };
    const undo = strike(cluster, overload, target, episode, setting);
    for (
      let s = episode.startS + firstTick(episode.startS, setting.scrapeIntervalS);
      s < episode.endS;
      s += setting.scrapeIntervalS
    ) {
      // Just before the scrape of that time, to see who leads then.
      simulator.run(secondsUs(s) - 1);
      const leader = cluster.leader?.id ?? target.id;
      ticks.push({ atUs: secondsUs(s), episode, leader, target: target.id, features: undefined });
    }
    simulator.run(secondsUs(episode.endS));
    undo();
    const gets = overload.record.gets - before.gets;
    records.push({
      episode,
      gets,
      errors: overload.record.errors - before.errors,
      meanMs: gets === 0 ? 0 : (overload.record.totalUs - before.totalUs) / gets / 1000,
    });
  }
  // Answers of the last scrapes are still on their way.
  simulator.run(simulator.nowUs + 5e6);
  const rows = ticks.map(({ atUs, episode, leader, target, features }, i): WindowRow => {
    const timeS = (atUs - startUs) / 1e6;
    const sinceChangeS = timeS - episode.startS;
    const before = ticks.slice(0, i).filter((tick) => tick.atUs >= atUs - setting.windowS * 1e6);
    const steady = sinceChangeS >= setting.windowS && before.every((tick) => tick.leader === leader);
    return { episode, timeS, leader, target, sinceChangeS, state: stateAt(leader, target, episode), steady, features };
  });
  return { rows, records, leaderChanges, scrapes, failedScrapes, events: simulator.eventCount };
}

function stateAt(leader: number, target: number, { delayMs, clients }: Episode): State {
  if (leader !== target) return 0;
  return ((delayMs > 0 ? 1 : 0) + (clients > 0 ? 2 : 0)) as State;
}

/** From `startS` to the next scrape; scrapes are at whole intervals. */
function firstTick(startS: number, intervalS: number): number {
  const over = startS % intervalS;
  return over === 0 ? intervalS : intervalS - over;
}

function targetOf({ leader, members }: Cluster, { regime }: Episode): Member {
  const leading = leader ?? members[0]!;
  if (regime !== 'follower-delay' && regime !== 'follower-overload') return leading;
  return members.find((member) => member !== leading)!;
}

function strike(
  cluster: Cluster,
  overload: OverloadTool,
  target: Member,
  { regime, delayMs, clients, inFlight }: Episode,
  { readsPerClient, valueBytes, connections = clients }: EpisodeSetting,
): () => void {
  const { simulator, network, members, clientHosts } = cluster;
  const env = { simulator, network, members, clientHosts };
  const undos: (() => void)[] = [];
  if (delayMs > 0) {
    undos.push(egressDelay.strike(env, target, { delay: delayMs * 1000 })!);
  }
  if (clients > 0) {
    undos.push(overload.start(target.name, { clients, connections, inFlight, count: readsPerClient, valueBytes }));
  }
  if (regime === 'slow-disk') undos.push(slowDisk.strike(env, target, { extra: SLOW_DISK_US })!);
  if (regime === 'lossy-link') undos.push(packetLoss.strike(env, target, { ratio: LOSS_RATIO })!);
  if (regime === 'moving-leader') {
    let moving = true;
    const move = (): void => {
      if (!moving) return;
      const next = members[(members.indexOf(cluster.leader ?? target) + 1) % members.length]!;
      moveLeader.strike(env, next, {});
      simulator.schedule(MOVE_EVERY_S * 1e6, move, undefined);
    };
    simulator.schedule(MOVE_EVERY_S * 1e6, move, undefined);
    undos.push(() => {
      moving = false;
    });
  }
  return () => {
    for (const undo of undos) undo();
  };
}

/** Widths are checked here, where rows are made. */
export function featureCells(features: Features | undefined): string[] {
  return COUNTERS.map((_, i) => (features === undefined ? '' : String(Math.round(features[i]! * 1e4) / 1e4)));
}

export type { Reading };
