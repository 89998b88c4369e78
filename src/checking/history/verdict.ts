/** One operation of an explanation, in words. Times in the history's own unit. */
export interface ExplainedOperation {
  readonly client: string;
  /** What was asked: `write 3`, `put a = "x"`. */
  readonly asked: string;
  /** What came back: `ok`, `read 2`, `revision 7`. */
  readonly answer: string;
  readonly invoked: number;
  readonly returned: number;
}

/** Why a history is refused. */
export interface Explanation {
  /** Name of the property, as in a violation. */
  readonly property: string;
  /** One sentence: what about these operations cannot be. */
  readonly reason: string;
  readonly operations: readonly ExplainedOperation[];
}

/** What became of a history. */
export interface HistoryVerdict {
  readonly verdict: 'linearizable' | 'not-linearizable' | 'undecided';
  /** Operations in the history. */
  readonly operations: number;
  /** Objects that were judged apart from each other. */
  readonly partitions: number;
  /** Iff the verdict is `not-linearizable`. */
  readonly explanation: Explanation | undefined;
}

/** How a history counts its time. */
export type HistoryTime = 'line' | 'us';

/** `12403.517 ms` or `line 57`. */
export function describeTime(time: number, unit: HistoryTime): string {
  return unit === 'line' ? `line ${time}` : `${(time / 1000).toFixed(3)} ms`;
}

/** The lines that a person reads. */
export function explanationText({ property, reason, operations }: Explanation, unit: HistoryTime): string {
  const last = operations.reduce((latest, { returned }) => Math.max(latest, returned), 0);
  const lines = [`violated: ${property} at ${describeTime(last, unit)}`, `  ${reason}`];
  const rows = operations.map(({ client, asked, answer, invoked, returned }) => {
    const from = describeTime(invoked, unit);
    return [`client ${client}`, asked, `-> ${answer}`, `${from} to ${describeTime(returned, unit)}`];
  });
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    lines.push(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
  }
  return lines.join('\n');
}
