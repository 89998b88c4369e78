/** What is done to the cluster, and when. Plain data, resolved. */

/** `leader` and `follower` are decided when the fault strikes; `follower` is the first by name that does not lead. */
export type FaultTarget = 'leader' | 'follower' | (string & {});

export interface FaultConfig {
  /** When, µs from the start of the workload. */
  readonly atUs: number;
  /** Again every so long after `atUs`; 0 = once. */
  readonly everyUs: number;
  /** Name in `faults/index.ts`. */
  readonly action: string;
  readonly target: FaultTarget;
  /** How long it lasts before it is undone; 0 = for good. Only for faults that can be undone. */
  readonly forUs: number;
  /** The action's own options. */
  readonly options: Readonly<Record<string, unknown>>;
}
