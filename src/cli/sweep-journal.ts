import { appendFile, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CellResult } from '../experiment/index.js';
import { UsageError } from './failure.js';
import { writeWhole } from './out-files.js';

/** What two runs of a sweep must have in common for one to go on from the other. */
export interface SweepIdentity {
  readonly version: string;
  readonly seed: string;
  readonly replications: number;
  readonly axes: readonly unknown[];
  readonly shard: string | undefined;
  /** The scenario file's content after `--set`. */
  readonly scenario: unknown;
}

const FILE = 'cells.jsonl';

/**
 * The cells of a sweep that are done, in a file that only grows: a line that says which sweep, then a line a result.
 *
 * A process that dies leaves at most its last line cut short, and that line is dropped when the sweep is resumed.
 */
export class SweepJournal {
  readonly completed: readonly CellResult[];
  private readonly path: string;
  private readonly identity: SweepIdentity;
  private written: Promise<void> = Promise.resolve();

  private constructor(path: string, identity: SweepIdentity, completed: readonly CellResult[]) {
    this.path = path;
    this.identity = identity;
    this.completed = completed;
  }

  /** @throws UsageError if `resume` is asked for and the folder holds another sweep, or if unfinished work would be lost */
  static async open(
    folder: string,
    identity: SweepIdentity,
    { resume, results }: { resume: boolean; results: readonly string[] },
  ): Promise<SweepJournal> {
    const path = join(folder, FILE);
    const before = await readJournal(path);
    const completed = resume ? goOn(path, before, identity) : [];
    if (!resume && before !== undefined && before.completed.length > 0 && !before.finished) {
      throw new UsageError(
        `${path}: an interrupted sweep lies here, with ${before.completed.length} cells done`,
        'go on with --resume, choose another --out, or delete the file',
      );
    }
    // Results of another run must not stand beside these cells.
    for (const name of results) await rm(join(folder, name), { force: true });
    await writeWhole(path, jsonLines([identity, ...completed]));
    return new SweepJournal(path, identity, completed);
  }

  /** Appends in the order of the calls. */
  add(result: CellResult): void {
    this.written = this.written.then(() => appendFile(this.path, `${JSON.stringify(result)}\n`));
    // Whoever closes the journal hears of it; until then it is no unhandled rejection.
    this.written.catch(() => {});
  }

  /** Waits until all that was added is on disk. */
  async flush(): Promise<void> {
    await this.written;
  }

  /** A sweep that cannot be run leaves nothing behind: no journal, and no folder that held nothing else. */
  async discard(): Promise<void> {
    await this.flush();
    await rm(this.path, { force: true });
    await rmdir(dirname(this.path)).catch(() => {});
  }

  /** Marks the sweep as complete; its cells stand in their order now, not in that of their arrival. */
  async finish(cells: readonly CellResult[]): Promise<void> {
    await this.flush();
    await writeWhole(this.path, jsonLines([this.identity, ...cells, { finished: true }]));
  }
}

function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

interface JournalContent {
  readonly identity: unknown;
  readonly completed: readonly CellResult[];
  readonly finished: boolean;
}

async function readJournal(path: string): Promise<JournalContent | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  // Behind the last newline stands nothing, or a line cut short.
  const lines = text.split('\n').slice(0, -1);
  const values = lines.map((line, i): unknown => {
    try {
      return JSON.parse(line);
    } catch {
      throw new UsageError(
        `${path}:${i + 1}: expected a JSON object a line`,
        'this is no journal of a sweep: delete it',
      );
    }
  });
  const [identity, ...rest] = values;
  const finished = rest.some((value) => (value as { finished?: unknown }).finished === true);
  return { identity, completed: rest.filter(isCellResult), finished };
}

function isCellResult(value: unknown): value is CellResult {
  const result = value as Partial<CellResult> | null;
  return (
    typeof result?.index === 'number' && typeof result.metrics === 'object' && typeof result.replication === 'number'
  );
}

function goOn(path: string, before: JournalContent | undefined, identity: SweepIdentity): readonly CellResult[] {
  if (before === undefined) throw new UsageError(`--resume: there is no ${path} to go on from`, 'leave --resume out');
  const theirs = (before.identity ?? {}) as Readonly<Record<string, unknown>>;
  const differing = (Object.keys(identity) as (keyof SweepIdentity)[]).filter(
    (key) => JSON.stringify(theirs[key]) !== JSON.stringify(identity[key]),
  );
  if (differing.length > 0) {
    throw new UsageError(
      `--resume: ${path} belongs to another sweep: ${differing.join(', ')} ${differing.length === 1 ? 'differs' : 'differ'}`,
      'run it as it was, or choose another --out',
    );
  }
  return before.completed;
}
