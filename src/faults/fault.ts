import type { Simulator } from '../engine/index.js';
import type { Member } from '../etcd/index.js';
import type { NetworkApi } from '../network/types.js';

/** How much many clients read of one large value. */
export interface OverloadSize {
  readonly clients: number;
  /** That the clients share. */
  readonly connections: number;
  /** Reads of one client under way at a time. */
  readonly inFlight: number;
  readonly valueBytes: number;
}

/** What a fault may reach. */
export interface FaultEnv {
  readonly simulator: Simulator;
  readonly network: NetworkApi;
  /** In the order of their ids. */
  readonly members: readonly Member[];
  /** Hosts that run clients and no member. */
  readonly clientHosts: readonly string[];
  /** Runs a load against that member, and gives what stops it. Absent where nobody can. */
  readonly overload?: (target: Member, load: OverloadSize) => () => void;
}

/** One kind of trouble in one file. */
export interface Fault {
  readonly name: string;
  readonly summary: string;
  /** The action's own options and what each means. */
  readonly options?: Readonly<Record<string, string>>;
  /**
   * Does it to `target`.
   *
   * @returns how to undo it; undefined where there is nothing to undo
   */
  strike(env: FaultEnv, target: Member, options: Readonly<Record<string, unknown>>): (() => void) | undefined;
}

/** A number among the options (durations are µs by now), or the default. */
export function numberOption(options: Readonly<Record<string, unknown>>, name: string, otherwise: number): number {
  const value = options[name];
  return typeof value === 'number' ? value : otherwise;
}
