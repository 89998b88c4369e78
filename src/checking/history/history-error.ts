/** One thing that is wrong with a history file. */
export interface HistoryProblem {
  /** 1 for the first. */
  readonly line: number;
  readonly text: string;
}

/** A history that cannot be read: the user's mistake, with all problems found. The message has one `file:line: text` a line. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  readonly problems: readonly HistoryProblem[];

  constructor(file: string, problems: readonly HistoryProblem[]) {
    super(problems.map(({ line, text }) => `${file}:${line}: ${text}`).join('\n'));
    this.problems = problems;
  }
}
