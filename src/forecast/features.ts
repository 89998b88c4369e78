/** What a classifier sees of the leader: rates of five of etcd's counters, in this order everywhere. */
export const COUNTERS = [
  'etcd_disk_wal_write_bytes_total',
  'etcd_network_client_grpc_sent_bytes_total',
  'etcd_network_peer_sent_bytes_total',
  'etcd_server_heartbeat_send_failures_total',
  'etcd_server_slow_apply_total',
] as const;

/** Rates per second, in the order of `COUNTERS`. */
export type Features = readonly number[];

/** States of the leader by number. Source: the thesis, §6.4.2. */
export const STATES = ['idle', 'delay', 'overload', 'both'] as const;

/** 0 idle, 1 network delay, 2 overload, 3 both. */
export type State = 0 | 1 | 2 | 3;

/** What makes the loop take leadership away: `delay`, the thesis's, states 1 and 3; `trouble`, overload as well. */
export type MoveOn = 'delay' | 'trouble';

export function callsForMove(state: State, moveOn: MoveOn): boolean {
  return state === 1 || state === 3 || (state === 2 && moveOn === 'trouble');
}

/** Name of the column that holds a counter's rate over a window: `etcd_..._rate_per_s_5s`. */
export function columnOf(counter: string, windowS: number): string {
  return `${counter.replace(/_total$/, '')}_rate_per_s_${windowS}s`;
}

/** One answered scrape. */
export interface Reading {
  /** When it was asked for, µs. */
  readonly atUs: number;
  readonly values: ReadonlyMap<string, number>;
}

/**
 * Rates between two readings of one process.
 *
 * @returns undefined where a counter is missing or has gone back: the process was started anew in between
 */
export function ratesBetween(before: Reading, after: Reading): Features | undefined {
  const seconds = (after.atUs - before.atUs) / 1e6;
  if (seconds <= 0) return undefined;
  const rates: number[] = [];
  for (const counter of COUNTERS) {
    const from = before.values.get(counter);
    const to = after.values.get(counter);
    if (from === undefined || to === undefined || to < from) return undefined;
    rates.push((to - from) / seconds);
  }
  return rates;
}

/** The latest readings of one member, and the rates over a window that ends with the last. */
export class ReadingHistory {
  private readonly readings: Reading[] = [];
  private readonly windowUs: number;
  private readonly slackUs: number;

  /** @param slackUs how much older or younger than the window the reading at its start may be */
  constructor(windowUs: number, slackUs: number) {
    this.windowUs = windowUs;
    this.slackUs = slackUs;
  }

  /** Answers may overtake each other. */
  add(reading: Reading): void {
    const { readings, windowUs, slackUs } = this;
    let at = readings.length;
    while (at > 0 && readings[at - 1]!.atUs > reading.atUs) at--;
    readings.splice(at, 0, reading);
    const oldestUs = readings[readings.length - 1]!.atUs - windowUs - slackUs;
    while (readings[0]!.atUs < oldestUs) readings.shift();
  }

  /** Undefined if a scrape at either end of the window has failed. */
  ratesAt(atUs: number): Features | undefined {
    const after = this.readings.find((reading) => reading.atUs === atUs);
    if (after === undefined) return undefined;
    const startUs = atUs - this.windowUs;
    let before: Reading | undefined;
    for (const reading of this.readings) {
      const off = Math.abs(reading.atUs - startUs);
      if (off <= this.slackUs && (before === undefined || off < Math.abs(before.atUs - startUs))) before = reading;
    }
    return before === undefined ? undefined : ratesBetween(before, after);
  }

  get latest(): Reading | undefined {
    return this.readings[this.readings.length - 1];
  }
}
