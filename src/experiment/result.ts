/** What runs, sweeps and reproductions give. Plain data: it is printed, written and sent between workers as it is. */

export interface MetricValue {
  readonly value: number;
  /** `ms`, `s`, `1/s`, `count`, `ratio`, `bytes`. */
  readonly unit: string;
}

export interface MemberSummary {
  readonly name: string;
  /** Role when the run ended. */
  readonly role: 'leader' | 'follower' | 'pre-candidate' | 'candidate' | 'learner' | 'down';
  /** Unary calls received while the workload ran, by kind (`range`, `txn`, ...), and `watch` streams opened. */
  readonly requests: Readonly<Record<string, number>>;
  readonly clientReceivedBytes: number;
  readonly clientSentBytes: number;
  readonly peerReceivedBytes: number;
  readonly peerSentBytes: number;
}

/** Enough to get the same bytes again; nothing that depends on the machine. */
export interface Manifest {
  readonly version: string;
  /** The scenario file's content after `--set`, as plain data. */
  readonly scenario: unknown;
  readonly seed: string;
  readonly replication: number;
}

/** Points of one quantity over virtual time, for figures. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly (readonly [timeMs: number, value: number])[];
}

export interface RunResult {
  /** By name, sorted. */
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly members: readonly MemberSummary[];
  readonly series: readonly Series[];
  /** What happened that a person wants to know: elections, faults, the workload's phases; in order of time. */
  readonly timeline: readonly { readonly timeMs: number; readonly text: string }[];
  readonly manifest: Manifest;
}

export interface SweepRow {
  readonly cell: Readonly<Record<string, string>>;
  readonly metric: string;
  readonly unit: string;
  readonly mean: number;
  /** 95 % confidence interval of the mean (Student's t); equal to the mean for n = 1. */
  readonly ciLow: number;
  readonly ciHigh: number;
  readonly n: number;
}

/** How one value of an axis differs from the baseline in one metric; see `compare.ts`. */
export interface DifferenceRow {
  readonly scenario: string;
  /** The other axes. */
  readonly cell: Readonly<Record<string, string>>;
  readonly value: string;
  readonly metric: string;
  readonly unit: string;
  readonly mean: number;
  readonly baselineMean: number;
  /** Mean of the paired differences, with its 95 % interval. */
  readonly difference: number;
  readonly ciLow: number;
  readonly ciHigh: number;
  /** Pairs. */
  readonly n: number;
}

/** The value of an axis with the least of a metric in one cell. */
export interface LeastRow {
  readonly scenario: string;
  readonly cell: Readonly<Record<string, string>>;
  readonly metric: string;
  readonly unit: string;
  readonly value: string;
  readonly mean: number;
  readonly baselineMean: number;
  /** Values that are not shown to have more, pair by pair; the least one first, the baseline among them where it is. */
  readonly alike: readonly string[];
}

/** One figure of reality against the simulation (DESIGN §5). */
export interface ReproduceRow {
  readonly suite: string;
  readonly name: string;
  readonly cell: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly measured: number;
  readonly simulated: number;
  readonly ciLow: number;
  readonly ciHigh: number;
  /** (simulated - measured) / measured; for a distance, the distance itself. */
  readonly error: number;
  /** Largest |error| accepted. */
  readonly tolerance: number;
  readonly status: 'ok' | 'miss' | 'known';
}

export interface SuiteResult {
  readonly suite: string;
  /** Set when the suite needs raw reference data that is not there. */
  readonly skipped: string | undefined;
  readonly rows: readonly ReproduceRow[];
  /** Said under the table: shares, sources, what the suite does not cover. */
  readonly notes: readonly string[];
  /** Drawn beside the table; `name` becomes the file's name. */
  readonly figures: readonly { readonly name: string; readonly figure: FigureSpec | BarFigureSpec }[];
}

/** Lines over a common x axis: what was simulated as lines with their bands, what was measured as markers. */
export interface FigureSpec {
  readonly title: string;
  readonly xLabel: string;
  readonly xUnit: string;
  readonly yLabel: string;
  readonly series: readonly FigureSeries[];
}

export interface FigureSeries {
  readonly name: string;
  /** Ascending in x; low and high are the 95 % interval. */
  readonly points: readonly (readonly [x: number, y: number, low?: number, high?: number])[];
  /** Measured on the real thing: markers without a line. */
  readonly measured?: boolean;
}

/** Groups of bars beside each other, one bar a series in each group. */
export interface BarFigureSpec {
  readonly title: string;
  readonly yLabel: string;
  readonly groups: readonly string[];
  /** `values[i]` belongs to `groups[i]`. */
  readonly series: readonly {
    readonly name: string;
    readonly values: readonly number[];
    readonly measured?: boolean;
  }[];
}
