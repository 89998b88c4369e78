import { formatScenarioError, type ScenarioError } from '../scenario/error.js';

/** Exit codes of every command. */
export const EXIT = { fine: 0, checkFailed: 1, badInput: 2, ourBug: 3, interrupted: 130 } as const;

/** For `Session.onInterrupt`, where nothing that is half done is worth keeping. */
export function endAtOnce(): never {
  process.exit(EXIT.interrupted);
}

/** Bad input: said as it is, without a stack trace; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** What is wrong with a scenario, all of it; exit code 2. */
export class BadScenario extends Error {
  override readonly name = 'BadScenario';
  readonly errors: readonly ScenarioError[];

  constructor(errors: readonly ScenarioError[]) {
    super('bad scenario');
    this.errors = errors;
  }
}

/** Errors of files that a scenario or a command names: their text says all. */
const EXPLAIN_THEMSELVES: ReadonlySet<string> = new Set([
  'BadTrace',
  'PlugInError',
  'BadModel',
  'BadDataSet',
  'NoTrainer',
  'UntraceableError',
]);

/** Words for stderr, with a final newline, and the exit code. */
export function explain(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof BadScenario) {
    return { text: `${error.errors.map((one) => formatScenarioError(one)).join('\n')}\n`, exitCode: EXIT.badInput };
  }
  if (error instanceof UsageError) {
    const hint = error.hint === undefined ? '' : `\nhint: ${error.hint}`;
    return { text: `error: ${error.message}${hint}\n`, exitCode: EXIT.badInput };
  }
  // A recording or a plug-in that a scenario names: read by the experiment room, on this thread or another.
  if (error instanceof Error && EXPLAIN_THEMSELVES.has(error.name)) {
    return { text: `error: ${error.message}\n`, exitCode: EXIT.badInput };
  }
  // Ctrl-C in a command that keeps nothing of what is half done.
  if (error instanceof Error && error.name === 'AbortError') {
    return { text: 'interrupted: nothing is kept\n', exitCode: EXIT.interrupted };
  }
  // An invariant of the user's own did not hold.
  if (error instanceof Error && error.name === 'ViolationError') {
    return { text: `${error.message}\n`, exitCode: EXIT.checkFailed };
  }
  const known = error instanceof Error ? fileProblem(error) : undefined;
  if (known !== undefined) return { text: `error: ${known}\n`, exitCode: EXIT.badInput };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = `internal error, not yours: ${stack}\nPlease report it with the command and the scenario.\n`;
  return { text, exitCode: EXIT.ourBug };
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'is a folder',
  ENOTDIR: 'not a folder',
  ENOSPC: 'no space left',
  EROFS: 'read-only file system',
  EEXIST: 'exists and is no folder',
  ENAMETOOLONG: 'name too long',
};

function fileProblem(error: NodeJS.ErrnoException): string | undefined {
  const words = error.code === undefined ? undefined : FILE_PROBLEMS[error.code];
  return words === undefined || error.path === undefined ? undefined : `${error.path}: ${words}`;
}
