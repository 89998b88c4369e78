/**
 * One run of a check, as plain data: what the cluster is, what clients and operators do, what breaks.
 *
 * The same schedule with the same mutant gives the same run, to the byte. Times in ms from the moment at which a first
 * leader stood.
 */
export interface Schedule {
  /** Of every random stream of the run. */
  readonly seed: number;
  readonly settings: CheckSettings;
  readonly steps: readonly Step[];
  /** How long steps and faults go on; then everything is healed. */
  readonly runMs: number;
}

export interface CheckSettings {
  /** Voters at the start, 1..7: m1, m2, ... */
  readonly voters: number;
  /** Members that run, but are not in the configuration yet. */
  readonly spares: number;
  /** Each a program with one client of its own, on a host of its own. */
  readonly clients: number;
  readonly tickMs: number;
  readonly electionTicks: number;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** Applied entries between snapshots, and entries kept behind one. */
  readonly snapshotCount: number;
  readonly catchUpEntries: number;
  readonly maxInflight: number;
  /** Of one MsgApp; 1: one entry a message. */
  readonly maxMessageBytes: number;
  /** Egress delay of every member, and its jitter. */
  readonly delayMs: number;
  readonly jitterMs: number;
  /** Every fsync. */
  readonly fsyncMs: number;
  readonly balancer: string;
  readonly requestTimeoutMs: number;
}

export type Step = ClientStep | FaultStep;

/** Something that a client asks for. `client` counts from 0. */
export interface ClientStep {
  readonly kind: 'client';
  readonly atMs: number;
  readonly client: number;
  readonly ask: Ask;
  /** Which key, from 0. */
  readonly key: number;
}

/**
 * put, get and delete one key; stale-get: serializable; get-all: a range over all; create: a transaction that puts if the
 * key is not there; watch: of all keys from now on; rewatch: from revision 2 on; compact: all but the newest revision seen;
 * lease: grants a lease of the shortest time, puts a key with it, keeps it alive, and reads the key until after its end;
 * idle-lease: grants a lease of some seconds and leaves it alone.
 */
export type Ask =
  | 'put'
  | 'get'
  | 'delete'
  | 'stale-get'
  | 'get-all'
  | 'create'
  | 'watch'
  | 'rewatch'
  | 'compact'
  | 'lease'
  | 'idle-lease';

/** Those that any schedule may have; the others must be asked for. */
export const ASKS: readonly Ask[] = [
  'put',
  'get',
  'delete',
  'stale-get',
  'get-all',
  'create',
  'watch',
  'rewatch',
  'compact',
  'lease',
];

/** Trouble, by a fault's name in `src/faults`. */
export interface FaultStep {
  readonly kind: 'fault';
  /** When it strikes; with `after`, how long after that. */
  readonly atMs: number;
  /** Strikes at a moment of the protocol instead: once that many such steps were seen since the start. */
  readonly after?: Moment;
  readonly action: string;
  readonly target: Target;
  /** How long it lasts; 0: until everything is healed. */
  readonly forMs: number;
  readonly options: Readonly<Record<string, string | number>>;
  /** Never healed: the cluster must work without that member. */
  readonly lasting?: boolean;
}

export interface Moment {
  readonly step: MomentKind;
  readonly count: number;
}

/** Steps that a fault may wait for. Who took the step is the fault's `subject`. */
export const MOMENTS = [
  'became-leader',
  'vote-persisted',
  'log-append',
  'commit-advanced',
  'config-applied',
  'snapshot-installed',
  'restart',
] as const;
export type MomentKind = (typeof MOMENTS)[number];

/** A member by its part in the protocol when the fault strikes, or by name. */
export const ROLES = ['leader', 'old-leader', 'follower', 'laggard', 'candidate', 'subject'] as const;
export type Target = (typeof ROLES)[number] | `m${number}`;

/** Members that run. */
export function memberCount({ voters, spares }: CheckSettings): number {
  return voters + spares;
}

/** In a few words: `1200 ms crash leader for 400 ms`. */
export function describeStep(step: Step): string {
  if (step.kind === 'client') return `${step.atMs} ms client${step.client + 1} ${step.ask} k${step.key}`;
  const { after, action, target, forMs, options, lasting } = step;
  const when = after === undefined ? `${step.atMs} ms` : `${step.atMs} ms after ${after.step} ${after.count}`;
  const how = Object.entries(options)
    .map(([name, value]) => ` ${name}=${value}`)
    .join('');
  const length = lasting ? ' for good' : forMs > 0 ? ` for ${forMs} ms` : '';
  return `${when} ${action} ${target}${how}${length}`;
}
