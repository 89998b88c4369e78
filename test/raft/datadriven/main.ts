import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMismatch, rewriteScript, runScript } from './runner.js';

/**
 * `npm run conformance -- [--rewrite] FILE|DIR...`: runs data-driven raft scripts.
 *
 * A line a file, the first differing lines of a failure, and the sum at the end; exit code 1 if any file fails, 2 for bad
 * arguments. `--rewrite` writes what comes out now into the files instead.
 */
function main(args: readonly string[]): number {
  const rewrite = args.includes('--rewrite');
  const paths = args.filter((arg) => arg !== '--rewrite');
  if (paths.length === 0 || paths.some((path) => path.startsWith('-'))) {
    console.error('usage: npm run conformance -- [--rewrite] FILE|DIR...');
    return 2;
  }
  let files: string[];
  try {
    files = paths.flatMap(scriptsUnder);
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  if (rewrite) {
    for (const file of files) writeFileSync(file, rewriteScript(readFileSync(file, 'utf8')));
    return 0;
  }

  let filesPassed = 0;
  let cases = 0;
  let casesPassed = 0;
  for (const file of files) {
    const result = runFile(file);
    cases += result.cases;
    casesPassed += result.passed;
    if (result.problem.length === 0) filesPassed++;
    console.log(`${result.problem.length === 0 ? 'PASS' : 'FAIL'} ${file}`);
    for (const line of result.problem) console.log(line);
  }
  console.log(`${filesPassed} of ${files.length} files, ${casesPassed} of ${cases} cases`);
  return filesPassed === files.length && files.length > 0 ? 0 : 1;
}

function runFile(file: string): { cases: number; passed: number; problem: string[] } {
  try {
    const { cases, passed, failure } = runScript(readFileSync(file, 'utf8'));
    return { cases, passed, problem: failure === undefined ? [] : describeMismatch(failure) };
  } catch (error) {
    return { cases: 0, passed: 0, problem: [`  ${error instanceof Error ? error.message : String(error)}`] };
  }
}

/** A file itself; of a folder every .txt file below it, in order of their paths. */
function scriptsUnder(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => join(path, name));
}

process.exitCode = main(process.argv.slice(2));
