import { ConfChangeEnvironment } from './confchange-environment.js';
import { type ConfigChange, evolveConfig } from './config-change.js';
import { InteractionEnvironment } from './interaction-environment.js';
import { QuorumEnvironment } from './quorum-environment.js';
import { type Directive, formatExpected, linesOf, parseScript, ScriptError } from './script.js';

/** What runs the cases of one script, in order; state lives from case to case. */
export interface Environment {
  /**
   * The output of a case.
   *
   * @throws ScriptError for a case that makes no sense
   */
  run(directive: Directive): string;
}

/** How a script went. */
export interface ScriptResult {
  readonly cases: number;
  readonly passed: number;
  /** The first case whose output differs; the run ends there, for the state has diverged. */
  readonly failure: Mismatch | undefined;
}

export interface Mismatch {
  readonly line: number;
  readonly command: string;
  readonly expected: string;
  readonly actual: string;
}

export interface RunOptions {
  /** Changes every node's settings: another election timeout, a seeded fault. */
  readonly config?: ConfigChange | undefined;
}

/**
 * Runs a script against fresh state.
 *
 * @throws ScriptError for a script that cannot be read, or a case that makes no sense
 */
export function runScript(text: string, options: RunOptions = {}): ScriptResult {
  const directives = parseScript(text);
  const environment = environmentFor(directives, options);
  let passed = 0;
  for (const directive of directives) {
    const actual = outputOf(environment, directive);
    if (actual !== directive.expected) {
      const { line, command, expected } = directive;
      return { cases: directives.length, passed, failure: { line, command, expected, actual } };
    }
    passed++;
  }
  return { cases: directives.length, passed, failure: undefined };
}

/**
 * The script with every expected output replaced by what comes out now.
 *
 * @throws ScriptError as runScript
 */
export function rewriteScript(text: string, options: RunOptions = {}): string {
  const directives = parseScript(text);
  const environment = environmentFor(directives, options);
  const lines = linesOf(text);
  const out: string[] = [];
  let at = 0;
  for (const directive of directives) {
    const [from, to] = directive.expectedLines;
    out.push(...lines.slice(at, from), ...formatExpected(outputOf(environment, directive)));
    at = to;
  }
  out.push(...lines.slice(at));
  return out.join('\n');
}

/** The commands tell which environment a script is for. */
function environmentFor(directives: readonly Directive[], options: RunOptions): Environment {
  const commands = new Set(directives.map((directive) => directive.command));
  if (commands.has('simple') || commands.has('enter-joint') || commands.has('leave-joint')) {
    return new ConfChangeEnvironment();
  }
  if (commands.has('committed') || commands.has('vote')) return new QuorumEnvironment();
  return new InteractionEnvironment(options.config ?? evolveConfig({}));
}

function outputOf(environment: Environment, directive: Directive): string {
  let output: string;
  try {
    output = environment.run(directive);
  } catch (error) {
    if (error instanceof ScriptError) throw error;
    // The library broke: that is this case's output, and nobody expects it.
    output = `${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  }
  return output === '' || output.endsWith('\n') ? output : `${output}\n`;
}

/** The first differing lines of a mismatch, for people. */
export function describeMismatch(mismatch: Mismatch, context = 3): string[] {
  const expected = mismatch.expected.split('\n');
  const actual = mismatch.actual.split('\n');
  let at = 0;
  while (at < expected.length && expected[at] === actual[at]) at++;
  return [
    `  line ${mismatch.line}: ${mismatch.command}: output differs from its line ${at + 1} on`,
    ...expected.slice(at, at + context).map((line) => `  - ${line}`),
    ...actual.slice(at, at + context).map((line) => `  + ${line}`),
  ];
}
