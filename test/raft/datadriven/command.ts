import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMismatch, rewriteScript, runScript } from './runner.js';
import { linesOf, ScriptError } from './script.js';

const USAGE = `usage: npm run conformance -- [--rewrite] FILE|DIR...
  runs data-driven raft scripts; of a folder all .txt files below it
  --rewrite  write what comes out now into the files, as their expected output`;

/** Something that the user can put right: told without a stack trace. */
class InputError extends Error {}

/** Where lines go: data to `out`, messages to `err`. */
export interface Printer {
  out(line: string): void;
  err(line: string): void;
}

/**
 * `npm run conformance`: a line a file (PASS or FAIL), the first differing lines of a failure, and the sum at the end.
 *
 * Exit code 1 if any file fails, 2 for bad arguments or a script that cannot be read.
 */
export function runConformance(args: readonly string[], print: Printer): number {
  const options = args.filter((arg) => arg.startsWith('-'));
  const paths = args.filter((arg) => !arg.startsWith('-'));
  const unknown = options.find((option) => option !== '--rewrite');
  if (unknown !== undefined || paths.length === 0) {
    const problem = unknown === undefined ? 'expected a file or a folder, found none' : `unknown option ${unknown}`;
    print.err(`error: ${problem}\n${USAGE}`);
    return 2;
  }
  const problems: string[] = [];
  const files = paths.flatMap((path) => collect(problems, () => scriptsUnder(path)) ?? []);
  if (problems.length === 0) {
    const failed = options.length > 0 ? rewriteAll(files, problems) : runAll(files, problems, print);
    if (problems.length === 0) return failed ? 1 : 0;
  }
  for (const problem of problems) print.err(problem);
  return 2;
}

/** True if any file failed. */
function runAll(files: readonly string[], problems: string[], print: Printer): boolean {
  let filesPassed = 0;
  let cases = 0;
  let casesPassed = 0;
  for (const file of files) {
    const result = collect(problems, () => withPlace(file, runScript));
    if (result !== undefined) {
      cases += result.cases;
      casesPassed += result.passed;
    }
    const passed = result !== undefined && result.failure === undefined;
    if (passed) filesPassed++;
    print.out(`${passed ? 'PASS' : 'FAIL'} ${file}`);
    if (result?.failure !== undefined) print.out(describeMismatch(result.failure).join('\n'));
  }
  print.out(`${filesPassed} of ${files.length} files, ${casesPassed} of ${cases} cases`);
  return filesPassed < files.length;
}

function rewriteAll(files: readonly string[], problems: string[]): boolean {
  for (const file of files) {
    const text = collect(problems, () => withPlace(file, rewriteScript));
    if (text !== undefined) writeFileSync(file, text);
  }
  return false;
}

/** What `work` gives; its InputError goes to `problems`, and `undefined` comes back. */
function collect<T>(problems: string[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

/** Reads a file and works on it; a ScriptError comes out with file, line and the line's text. */
function withPlace<T>(file: string, work: (text: string) => T): T {
  const text = readText(file);
  try {
    return work(text);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const hint = error.hint === undefined ? '' : `\nhint: ${error.hint}`;
    const source = linesOf(text)[error.line - 1] ?? '';
    const number = String(error.line).padStart(5);
    throw new InputError(`error: ${file}:${error.line}: ${error.message}\n${number} | ${source.slice(0, 120)}${hint}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** A file itself; of a folder every .txt file below it, in order of their paths. */
function scriptsUnder(path: string): string[] {
  let names: string[];
  try {
    if (!statSync(path).isDirectory()) return [path];
    names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.txt'));
  } catch (error) {
    throw unreadable(path, error);
  }
  if (names.length === 0) {
    throw new InputError(`error: ${path}: expected .txt scripts in this folder, found none`);
  }
  return names.sort().map((name) => join(path, name));
}

function unreadable(path: string, error: unknown): InputError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const found = code === 'ENOENT' ? 'nothing' : `what cannot be read (${code})`;
  return new InputError(
    `error: ${path}: expected a script or a folder of scripts, found ${found}\nhint: a path is taken from the folder where the command runs`,
  );
}
