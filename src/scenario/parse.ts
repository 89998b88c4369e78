import { type Checks, checkScenario } from './checks.js';
import type { ResolvedScenario, SweepAxis } from './config.js';
import { readDocument, readValue, type ScenarioDocument } from './document.js';
import type { ErrorPlace, ScenarioError } from './error.js';
import { type Problem, problemsOf, toError } from './issues.js';
import { nearest } from './nearest.js';
import { formatPath, type Path, parsePath, startsWith, valueAt, withValueAt } from './path.js';
import { resolve } from './resolve.js';
import { type ScenarioFile, SECTIONS, scenarioFile } from './schema.js';

/** One `--set path=value`. */
export interface Setting {
  readonly path: string;
  /** Read as YAML: `15ms`, `true`, `{name: fixed}`. */
  readonly value: string;
  /** What a problem with it is blamed on; default `--set PATH`. */
  readonly flag?: string | undefined;
}

export interface ParseOptions {
  readonly set?: readonly Setting[] | undefined;
  /** Axes on top of the file's; one of the same path replaces the file's. */
  readonly vary?: readonly SweepAxis[] | undefined;
  /** Names of the policies and actions that exist; left out: any name goes. */
  readonly knownBalancers?: readonly string[] | undefined;
  readonly knownFaults?: readonly string[] | undefined;
}

export type Parsed =
  | {
      readonly ok: true;
      readonly scenario: ResolvedScenario;
      /** The file's content after `--set`, as plain data. */
      readonly document: unknown;
    }
  | { readonly ok: false; readonly errors: readonly ScenarioError[] };

/**
 * Reads a scenario file: YAML, shape, units, meaning. All problems at once, each with its place; nothing is thrown.
 *
 * @param input the file's text, or its bytes
 * @param fileName as it is shown in errors
 */
export function parseScenario(input: string | Uint8Array, fileName: string, options: ParseOptions = {}): Parsed {
  const reading = readDocument(input, fileName);
  if (!reading.ok) return reading;
  const { document } = reading;
  const { data, settings, errors } = applySettings(document.data, options.set ?? []);
  const checked = checkData(data, options);
  const placeOf = (problem: Problem) => place(problem, document, settings);
  errors.push(...checked.problems.map((problem) => toError(problem, placeOf(problem))));
  const axes = axesOf(document, data, settings, options.vary ?? []);
  errors.push(...axisErrors(axes, data, checked.problems, options));
  if (errors.length > 0 || checked.file === undefined) return { ok: false, errors: inOrder(errors) };
  const resolved = resolve(checked.file);
  const sweep = {
    ...resolved.sweep,
    axes: axes.map(({ path, values }) => ({ path, values: values.map((v) => v.text) })),
  };
  return { ok: true, scenario: { ...resolved, sweep }, document: data };
}

interface AppliedSetting {
  readonly path: Path;
  readonly flag: string;
}

function applySettings(original: unknown, set: readonly Setting[]) {
  let data = original;
  const settings: AppliedSetting[] = [];
  const errors: ScenarioError[] = [];
  for (const setting of set) {
    const flag = setting.flag ?? `--set ${setting.path}`;
    const applied = applySetting(data, setting);
    if ('problem' in applied) {
      errors.push({ place: { kind: 'flag', flag }, path: '', message: applied.problem, hint: applied.hint });
    } else {
      data = applied.data;
      settings.push({ path: applied.path, flag });
    }
  }
  return { data, settings, errors };
}

function applySetting(data: unknown, { path: text, value }: Setting) {
  const path = parsePath(text);
  if (!path) return { problem: `no path "${text}"`, hint: 'write section.key, as in network.members.egress.delay' };
  if (data !== null && (typeof data !== 'object' || Array.isArray(data))) {
    return { problem: 'the scenario is no map', hint: undefined };
  }
  const read = readValue(value, path);
  if ('problem' in read) return { problem: `expected a value, found "${value}": ${read.problem}`, hint: undefined };
  const applied = withValueAt(data, path, read.value);
  return 'problem' in applied ? { ...applied, hint: undefined } : { ...applied, path };
}

interface CheckedData {
  readonly problems: readonly Problem[];
  readonly file: ScenarioFile | undefined;
}

/** Shape and units of every section, then the meaning of those that are in shape. */
function checkData(data: unknown, options: ParseOptions): CheckedData {
  const whole = scenarioFile.safeParse(data);
  const problems: Problem[] = whole.success ? [] : problemsOf(whole.error.issues, data);
  const checks: Checks = { knownBalancers: options.knownBalancers, knownFaults: options.knownFaults };
  if (whole.success) {
    problems.push(...checkScenario(whole.data, checks));
    return { problems, file: whole.data };
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return { problems, file: undefined };
  const sound: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(SECTIONS)) {
    const section = schema.safeParse((data as Record<string, unknown>)[key]);
    if (section.success && section.data !== undefined) sound[key] = section.data;
  }
  const broken = new Set(problems.map((problem) => String(problem.path[0])));
  problems.push(...checkScenario(sound as Partial<ScenarioFile>, { ...checks, broken }));
  return { problems, file: undefined };
}

/** A problem is a flag's if that flag set what is wrong, or made the map that it lies in; otherwise the file's. */
function place(problem: Problem, document: ScenarioDocument, settings: readonly AppliedSetting[]): ErrorPlace {
  const { path } = problem;
  const setter =
    settings.findLast((setting) => startsWith(path, setting.path)) ??
    (document.has(path)
      ? undefined
      : settings.findLast((setting) => startsWith(setting.path, path) && path.length > 0));
  if (setter) return { kind: 'flag', flag: setter.flag };
  return document.place(path, problem.atKey ? 'key' : 'value');
}

interface Axis {
  readonly path: string;
  readonly place: ErrorPlace;
  readonly values: readonly { readonly text: string; readonly place: ErrorPlace }[];
}

function axesOf(
  document: ScenarioDocument,
  data: unknown,
  settings: readonly AppliedSetting[],
  vary: readonly SweepAxis[],
): readonly Axis[] {
  const axes: Axis[] = [];
  const written = valueAt(data, ['sweep', 'axes']);
  for (const [path, values] of Object.entries(typeof written === 'object' && written !== null ? written : {})) {
    if (!Array.isArray(values) || vary.some((axis) => axis.path === path)) continue;
    const at: Path = ['sweep', 'axes', path];
    const placeOf = (of: Path, atKey: boolean) => place({ path: of, message: '', atKey }, document, settings);
    const fromFile = !settings.some((setting) => startsWith(at, setting.path));
    axes.push({
      path,
      place: placeOf(at, true),
      values: values.map((value, i) => ({
        text: (fromFile ? document.textOf([...at, i]) : undefined) ?? asText(value),
        place: placeOf([...at, i], false),
      })),
    });
  }
  for (const { path, values } of vary) {
    const flag: ErrorPlace = { kind: 'flag', flag: `--vary ${path}` };
    axes.push({
      path,
      place: flag,
      values: values.map((text) => ({ text, place: { kind: 'flag', flag: `--vary ${path}=${text}` } })),
    });
  }
  return axes;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Each value of each axis is set in turn; what is wrong then, and was not before, is wrong with the axis. */
function axisErrors(
  axes: readonly Axis[],
  data: unknown,
  before: readonly Problem[],
  options: ParseOptions,
): readonly ScenarioError[] {
  const errors: ScenarioError[] = [];
  const known = new Set(before.map(identity));
  for (const axis of axes) {
    const seen = new Set<string>();
    for (const value of axis.values) {
      const add = (message: string, hint?: string) =>
        errors.push({ place: value.place, path: axis.path, message, hint });
      if (seen.has(value.text)) add(`expected each value once, found ${value.text} a second time`);
      seen.add(value.text);
      const applied = applySetting(data, { path: axis.path, value: value.text });
      if ('problem' in applied) {
        add(applied.problem, applied.hint);
        continue;
      }
      for (const problem of checkData(applied.data, options).problems) {
        if (known.has(identity(problem))) continue;
        // An unknown key is the path's fault, and said once for all values.
        if (problem.atKey && startsWith(applied.path, problem.path)) {
          known.add(identity(problem));
          errors.push({ ...toError(problem, axis.place), path: axis.path });
        } else {
          errors.push(toError(problem, value.place));
        }
      }
    }
  }
  return errors;
}

function identity(problem: Problem): string {
  return `${formatPath(problem.path)}: ${problem.message}`;
}

/** By place in the file, flags last. */
function inOrder(errors: readonly ScenarioError[]): readonly ScenarioError[] {
  const rank = ({ place }: ScenarioError) => (place.kind === 'file' ? place.line * 1e6 + place.column : Infinity);
  return errors
    .map((error, i) => ({ error, i }))
    .sort((a, b) => (rank(a.error) === rank(b.error) ? a.i - b.i : rank(a.error) - rank(b.error)))
    .map(({ error }) => error);
}

/** "no balancer "least-requests"; did you mean least-request?" */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const close = nearest(name, known);
  return `no ${what} "${name}"; ${close === undefined ? `known: ${known.join(', ')}` : `did you mean ${close}?`}`;
}
