import type { SoundFile } from './check-context.js';
import { checkScenario } from './checks.js';
import type { Choices } from './choices.js';
import type { ResolvedScenario, SweepAxis } from './config.js';
import { readDocument, readValue, type ScenarioDocument } from './document.js';
import type { ErrorPlace, ScenarioError } from './error.js';
import { type Problem, problemsOf, toError } from './issues.js';
import { formatPath, type Path, parsePath, startsWith, valueAt, withValueAt } from './path.js';
import { resolve } from './resolve.js';
import { fault, MOST_AXES, MOST_AXIS_VALUES, type ScenarioFile, SECTIONS, scenarioFile } from './schema.js';

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
  /** The balancers and faults that may be named; default: what ships. */
  readonly choices?: Choices | undefined;
  /** Reads a recording that the scenario names and says what is found instead; left out, that is not checked. */
  readonly recordingProblem?: ((path: string) => string | undefined) | undefined;
  /** Looks at a classifier that a balancer names, and says what is wrong with it; left out, that is not checked. */
  readonly modelProblem?: ((name: string) => string | undefined) | undefined;
}

export type Parsed =
  | {
      readonly ok: true;
      readonly scenario: ResolvedScenario;
      /** The file's content after `--set`, as plain data. */
      readonly document: unknown;
      /** What is allowed, but hardly meant. */
      readonly doubts: readonly ScenarioError[];
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
  const all = checkData(data, options);
  const checked = { ...all, problems: all.problems.slice(0, MOST_PROBLEMS) };
  const placed = (problem: Problem) => toError(problem, place(problem, document, settings));
  errors.push(...checked.problems.filter((problem) => !problem.doubt).map(placed));
  const doubts = inOrder(checked.problems.filter((problem) => problem.doubt).map(placed));
  const axes = axesOf(document, data, settings, options.vary ?? []);
  errors.push(...axisErrors(axes, data, checked.problems, options));
  if (errors.length > 0 || checked.file === undefined) return { ok: false, errors: inOrder(errors) };
  const resolved = resolve(checked.file);
  const sweep = {
    ...resolved.sweep,
    axes: axes.map(({ path, values }) => ({ path, values: values.map((v) => v.text) })),
  };
  return { ok: true, scenario: { ...resolved, sweep }, document: data, doubts };
}

/** What a scenario says of files to be loaded before it can be checked. Nothing is complained about here. */
export interface NamedFiles {
  /** `plug-ins`, as written. */
  readonly plugIns: readonly string[];
  /** What stands for a balancer's name, if that is a file; `at` is where it stands. */
  readonly balancer: { readonly file: string; readonly at: string } | undefined;
  /** Name of the plug-in that is the workload, if one is. */
  readonly workload: string | undefined;
  /** `faults`, as written. */
  readonly faults: readonly unknown[];
}

/** Reads what `parseScenario` will need to know of files, after `--set`. */
export function namedFiles(input: string | Uint8Array, fileName: string, set: readonly Setting[] = []): NamedFiles {
  const reading = readDocument(input, fileName);
  const data = applySettings(reading.ok ? reading.document.data : undefined, set).data;
  const list = valueAt(data, ['plug-ins']);
  const named = valueAt(data, ['client', 'balancer']);
  const workload = valueAt(data, ['workload', 'name']);
  const faults = valueAt(data, ['faults']);
  const at = typeof named === 'string' ? 'client.balancer' : 'client.balancer.name';
  const file = typeof named === 'string' ? named : valueAt(data, ['client', 'balancer', 'name']);
  return {
    plugIns: Array.isArray(list) ? list.filter((file): file is string => typeof file === 'string') : [],
    balancer: typeof file === 'string' && isPlugInFile(file) ? { file, at } : undefined,
    workload: typeof workload === 'string' ? workload : undefined,
    faults: Array.isArray(faults) ? faults : [],
  };
}

/** Whether what stands for a balancer is a file: no policy's name looks like one. */
export function isPlugInFile(text: string): boolean {
  return /\.[cm]?js$/.test(text);
}

/** A person reads no more; what is behind them shows when these are mended. */
const MOST_PROBLEMS = 100;

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
  if (!path)
    return {
      problem: `expected a path, found "${text}"`,
      hint: 'write section.key, as in network.members.egress.delay',
    };
  if (data !== null && (typeof data !== 'object' || Array.isArray(data))) {
    return {
      problem: 'expected a map of sections to set something in, found none',
      hint: 'see the shipped scenario hello',
    };
  }
  const read = readValue(value, path);
  if ('problem' in read)
    return { problem: `expected a value, found "${value}": ${read.problem}`, hint: 'quote it if it is text' };
  const applied = withValueAt(data, path, read.value);
  if (!('problem' in applied)) return { ...applied, path };
  const name = valueAt(data, path.slice(0, -1));
  const isName = path.at(-2) === 'balancer' && typeof name === 'string';
  const whole = `${formatPath(path.slice(0, -1))}={name: ${String(name)}, ${String(path.at(-1))}: ${value}}`;
  return { ...applied, hint: isName ? `set all of it: ${whole}` : 'etcdsim schema prints every path' };
}

interface CheckedData {
  readonly problems: readonly Problem[];
  readonly file: ScenarioFile | undefined;
}

/** Shape and units of every section, then the meaning of what is in shape. */
function checkData(data: unknown, { choices, recordingProblem, modelProblem }: ParseOptions): CheckedData {
  const whole = scenarioFile.safeParse(data);
  if (whole.success) {
    return { problems: checkScenario(whole.data, { choices, recordingProblem, modelProblem }), file: whole.data };
  }
  const problems = problemsOf(whole.error.issues, data);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return { problems, file: undefined };
  const { sound, broken } = soundParts(data as Record<string, unknown>, problems);
  problems.push(...checkScenario(sound, { choices, recordingProblem, modelProblem, broken }));
  return { problems, file: undefined };
}

/** The sections that are in shape; of the others, what is left without the keys that are not. */
function soundParts(data: Readonly<Record<string, unknown>>, problems: readonly Problem[]) {
  const sound: Record<string, unknown> = {};
  const broken = new Set<string>();
  for (const [key, schema] of Object.entries(SECTIONS)) {
    const raw = data[key];
    const section = schema.safeParse(raw);
    if (section.success) {
      if (section.data !== undefined) sound[key] = section.data;
    } else if (key === 'faults' && Array.isArray(raw)) {
      sound[key] = raw.map((element) => fault.safeParse(element).data);
    } else {
      const rotten = problems
        .filter(({ path }) => path[0] === key && path.length > 1)
        .map(({ path }) => String(path[1]));
      const rest = withoutKeys(raw, rotten);
      const again = rest === undefined ? undefined : schema.safeParse(rest);
      if (again?.success) {
        sound[key] = again.data;
        for (const name of rotten) broken.add(`${key}.${name}`);
      } else {
        broken.add(key);
      }
    }
  }
  return { sound: sound as SoundFile, broken };
}

function withoutKeys(section: unknown, keys: readonly string[]): unknown {
  if (typeof section !== 'object' || section === null || Array.isArray(section) || keys.length === 0) return undefined;
  return Object.fromEntries(Object.entries(section).filter(([key]) => !keys.includes(key)));
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
  const entries = Object.entries(typeof written === 'object' && written !== null ? written : {});
  // More than these the schema has complained about already.
  for (const [path, all] of entries.slice(0, MOST_AXES)) {
    const values: unknown = Array.isArray(all) ? all.slice(0, MOST_AXIS_VALUES) : all;
    if (!Array.isArray(values) || vary.some((axis) => axis.path === path)) continue;
    const at: Path = ['sweep', 'axes', path];
    const placeOf = (of: Path, atKey: boolean) => place({ path: of, message: '', atKey }, document, settings);
    const fromFile = !settings.some((setting) => startsWith(at, setting.path));
    axes.push({
      path,
      place: placeOf(at, true),
      values: values.map((value, i) => ({
        text: (fromFile ? oneLine(document.textOf([...at, i])) : undefined) ?? asText(value),
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

/** A map or list in block style is written out as JSON instead: a value has to fit into a table's head. */
function oneLine(text: string | undefined): string | undefined {
  return text?.includes('\n') ? undefined : text;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** More cells than this are not checked one by one, but each axis by itself. */
const MOST_CELLS_CHECKED = 2000;

/** What is wrong in some cell of the sweep, and was not before, is wrong with the axes. */
function axisErrors(
  axes: readonly Axis[],
  data: unknown,
  before: readonly Problem[],
  options: ParseOptions,
): readonly ScenarioError[] {
  const errors: ScenarioError[] = [];
  const known = new Set(before.map(identity));
  const sound: Axis[] = [];
  for (const axis of axes) {
    const own = [...ownErrors(axis, data), ...overlaps(axis, sound)];
    errors.push(...own);
    if (own.length === 0) sound.push(axis);
  }
  for (const cell of cellsToCheck(sound)) {
    let changed = data;
    for (const { axis, value } of cell) {
      const applied = applySetting(changed, { path: axis.path, value: value.text });
      if ('data' in applied) changed = applied.data;
    }
    for (const problem of checkData(changed, options).problems) {
      if (problem.doubt || known.has(identity(problem))) continue;
      known.add(identity(problem));
      errors.push(axisError(problem, cell, (value) => isOwn(problem, value, data, options)));
    }
  }
  return errors;
}

type AxisValue = Axis['values'][number];
type AxisCell = readonly { readonly axis: Axis; readonly value: AxisValue }[];

/** What is wrong with an axis whatever it would do to the scenario. */
function ownErrors(axis: Axis, data: unknown): readonly ScenarioError[] {
  const errors: ScenarioError[] = [];
  if (NOT_VARIED.includes(axis.path.split('.')[0]!)) {
    const message = `expected an axis that a run depends on, found ${axis.path}`;
    const hint = 'such as network.members.egress.delay or client.balancer';
    return [{ place: axis.place, path: axis.path, message, hint }];
  }
  const seen = new Set<string>();
  for (const value of axis.values) {
    const add = (message: string, hint?: string) => errors.push({ place: value.place, path: axis.path, message, hint });
    if (seen.has(value.text)) add(`expected each value once, found ${value.text} a second time`, 'remove it');
    seen.add(value.text);
    const applied = applySetting(data, { path: axis.path, value: value.text });
    if ('problem' in applied) add(applied.problem, applied.hint);
  }
  return errors;
}

/** Where one axis sets what lies in another's value, the later one would undo the earlier. */
function overlaps(axis: Axis, others: readonly Axis[]): readonly ScenarioError[] {
  const path = parsePath(axis.path);
  const other = others.find((each) => {
    const its = parsePath(each.path);
    return path && its && (startsWith(path, its) || startsWith(its, path));
  });
  if (other === undefined) return [];
  const message = `expected axes that are independent, found ${other.path} beside it`;
  return [{ place: axis.place, path: axis.path, message, hint: 'vary one of the two' }];
}

const NOT_VARIED = ['name', 'description', 'sweep'];

/** All cells; where they are too many, each value of each axis by itself. */
function cellsToCheck(axes: readonly Axis[]): readonly AxisCell[] {
  const count = axes.reduce((product, axis) => product * axis.values.length, 1);
  if (axes.length === 0) return [];
  if (count > MOST_CELLS_CHECKED) {
    return axes.flatMap((axis) => axis.values.slice(0, MOST_CELLS_CHECKED).map((value) => [{ axis, value }]));
  }
  return axes.reduce<readonly AxisCell[]>(
    (cells, axis) => cells.flatMap((cell) => axis.values.map((value) => [...cell, { axis, value }])),
    [[]],
  );
}

/** Whether one axis's value is enough for a problem. */
function isOwn(problem: Problem, { axis, value }: AxisCell[number], data: unknown, options: ParseOptions): boolean {
  const applied = applySetting(data, { path: axis.path, value: value.text });
  return 'data' in applied && checkData(applied.data, options).problems.map(identity).includes(identity(problem));
}

/** Blames the axis that the problem lies on, or the last; says which values it takes if one alone is not enough. */
function axisError(problem: Problem, cell: AxisCell, isEnough: (value: AxisCell[number]) => boolean): ScenarioError {
  const related = cell.find(({ axis }) => {
    const path = parsePath(axis.path) ?? [];
    return startsWith(problem.path, path) || startsWith(path, problem.path);
  });
  const guilty = related ?? cell.find(isEnough) ?? cell[cell.length - 1]!;
  // An unknown key is the path's fault, whichever value it has.
  const place = related && problem.atKey ? guilty.axis.place : guilty.value.place;
  const error = toError(problem, place);
  if (related && isEnough(related)) return error;
  const values = (isEnough(guilty) ? [guilty] : cell).map(({ axis, value }) => `${axis.path}=${value.text}`);
  return { ...error, message: `${error.message} (with ${values.join(', ')})` };
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
