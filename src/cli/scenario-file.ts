import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { PlugInDescription, PlugInKind } from '../experiment/index.js';
import type { Parsed, ParseOptions, Setting, SweepAxis } from '../scenario/index.js';
import { nearest } from '../scenario/nearest.js';
import { BadScenario, UsageError } from './failure.js';
import { say } from './output.js';
import { PACKAGE_ROOT } from './package-info.js';

const SHIPPED = join(PACKAGE_ROOT, 'scenarios');

/** Names of the scenarios that ship, sorted. */
export function shippedScenarios(): readonly string[] {
  return readdirSync(SHIPPED)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

export interface ScenarioSource {
  readonly path: string;
  /** As it is shown: a path as it was given, or the bare file name of a shipped one. */
  readonly shownAs: string;
  readonly bytes: Uint8Array;
}

/**
 * Finds a scenario by path, or by the bare name of one that ships.
 *
 * @throws UsageError if there is none
 */
export function readScenario(argument: string): ScenarioSource {
  const { path, shownAs } = findScenario(argument);
  try {
    return { path, shownAs, bytes: readFileSync(path) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EISDIR') {
      throw new UsageError(`${argument}: is a folder, expected a scenario file`, 'name one of the files in it');
    }
    throw error;
  }
}

function findScenario(argument: string): { path: string; shownAs: string } {
  if (existsSync(argument)) return { path: argument, shownAs: tidy(argument) };
  const ofSuite = join(SHIPPED, `${argument}.yaml`);
  if (/^reproduce\/[a-z0-9-]+$/.test(argument) && existsSync(ofSuite))
    return { path: ofSuite, shownAs: `${argument}.yaml` };
  const looksLikePath = /[\\/]/.test(argument);
  const name = argument.replace(/\.ya?ml$/, '');
  const shipped = shippedScenarios();
  if (!looksLikePath && shipped.includes(name)) {
    return { path: join(SHIPPED, `${name}.yaml`), shownAs: `${name}.yaml` };
  }
  const close = looksLikePath ? undefined : nearest(name, shipped);
  throw new UsageError(
    `no scenario "${argument}": no such file${looksLikePath ? '' : ', and none of that name ships'}`,
    close === undefined ? `the ones that ship: ${shipped.join(', ')}` : `did you mean ${close}?`,
  );
}

/** A path below the current folder is shown relative to it; a file in it by its name. */
function tidy(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith(`..${sep}`) ? path : short === basename(path) ? short : path;
}

export type SoundScenario = Extract<Parsed, { ok: true }> & {
  /** Files of plug-ins that it needs, absolute. */
  readonly plugIns: readonly string[];
  /** What they are. */
  readonly described: readonly PlugInDescription[];
  /** The settings and axes to read it with, where a balancer's name stands instead of its file. */
  readonly set: readonly Setting[];
  readonly vary: readonly SweepAxis[];
};

/**
 * Reads, checks and resolves a scenario. What is allowed, but hardly meant, is said on stderr.
 *
 * @throws BadScenario with everything that is wrong with it
 */
export async function loadScenario(
  source: ScenarioSource,
  { own = {}, ...options }: ParseOptions & { readonly own?: OwnFiles } = {},
): Promise<SoundScenario> {
  const { parseScenario, formatScenarioError } = await import('../scenario/index.js');
  const recordingProblem = await recordingReader(dirname(source.path));
  const { choices, ...named } = await withPlugIns(source, options.set ?? [], options.vary ?? [], own);
  const { set, vary } = named;
  const given = [...set.map(({ value }) => value), ...vary.flatMap(({ values }) => values)];
  const modelProblem = await modelReader([new TextDecoder().decode(source.bytes), ...given]);
  const parsed = parseScenario(source.bytes, source.shownAs, {
    recordingProblem,
    modelProblem,
    ...options,
    set,
    vary,
    choices,
  });
  if (!parsed.ok) throw new BadScenario(parsed.errors);
  for (const doubt of parsed.doubts) say(formatScenarioError(doubt, 'doubt'));
  return { ...parsed, ...named };
}

/** What is found instead of a recording. */
async function recordingReader(folder: string): Promise<ProblemOf> {
  const { BadTrace, readTrace } = await import('../experiment/trace-file.js');
  return onceEach((file) => {
    try {
      readTrace(resolve(folder, file));
      return undefined;
    } catch (error) {
      if (error instanceof BadTrace) return error.found;
      throw error;
    }
  });
}

/** What is wrong with a classifier; undefined where none can be named, since reading them takes a while to load. */
async function modelReader(texts: readonly string[]): Promise<ProblemOf | undefined> {
  if (!texts.some((text) => text.includes('pick-leader-forecast'))) return undefined;
  const { modelProblem } = await import('../experiment/forecast/models.js');
  return onceEach(modelProblem);
}

type ProblemOf = (name: string) => string | undefined;

/** Each is looked at once, however many cells name it. */
function onceEach(problemOf: ProblemOf): ProblemOf {
  const known = new Map<string, string | undefined>();
  return (name) => {
    if (!known.has(name)) known.set(name, problemOf(name));
    return known.get(name);
  };
}

/** Files of the user's own that the command line names: paths start where the user is. */
export interface OwnFiles {
  readonly workload?: string | undefined;
  readonly faults?: readonly string[] | undefined;
  readonly invariants?: readonly string[] | undefined;
}

/** What the command line's own fault does where the scenario does not say. */
const STRIKE = { at: '1s', target: 'leader' } as const;

/**
 * Finds the plug-ins that a scenario, settings, axes and options name by file, and puts a balancer's name where its file
 * stood; a workload and faults of the command line's go into the scenario.
 */
async function withPlugIns(
  source: ScenarioSource,
  set: readonly Setting[],
  vary: readonly SweepAxis[],
  { workload, faults = [], invariants = [] }: OwnFiles,
) {
  const { isPlugInFile, namedFiles, SHIPPED_CHOICES } = await import('../scenario/index.js');
  const named = namedFiles(source.bytes, source.shownAs, set);
  const isBalancer = ({ path }: { readonly path: string }) => BALANCER_PATHS.includes(path);
  const varied = vary.filter(isBalancer).flatMap(({ values }) => values.filter(isPlugInFile));
  const setter = set.findLast(isBalancer);
  // A path on the command line starts where the user is, one in a file where the file is.
  const fromFile = (file: string) => resolve(dirname(source.path), file);
  const { balancer } = named;
  const balancerFile = balancer && (setter === undefined ? fromFile(balancer.file) : resolve(balancer.file));
  const own = [...(workload === undefined ? [] : [workload]), ...faults, ...invariants];
  const given = [...(balancerFile === undefined ? [] : [balancerFile]), ...[...varied, ...own].map((f) => resolve(f))];
  const plugIns = [...new Set([...named.plugIns.map(fromFile), ...given])].map(tidy);
  if (plugIns.length === 0) return { set, vary, plugIns, described: [], choices: SHIPPED_CHOICES };
  const { choicesWith, describePlugIns } = await import('../experiment/index.js');
  const described = await describePlugIns(plugIns);
  const nameOf = (path: string, kind: PlugInKind): string => nameIn(described, resolve(path), kind);
  for (const file of invariants) nameOf(file, 'invariant');
  const naming: Setting[] = [];
  if (balancerFile && balancer) {
    naming.push({ path: balancer.at, value: nameOf(balancerFile, 'balancer'), flag: setter?.flag });
  }
  if (workload !== undefined && named.workload !== nameOf(workload, 'workload')) {
    const value = JSON.stringify({ kind: 'plug-in', name: nameOf(workload, 'workload') });
    naming.push({ path: 'workload', value, flag: '--workload' });
  }
  const strikes = faults
    .map((file) => nameOf(file, 'fault'))
    .filter((name) => !named.faults.some((fault) => (fault as { action?: unknown } | null)?.action === name))
    .map((action) => ({ ...STRIKE, action }));
  if (strikes.length > 0) {
    naming.push({ path: 'faults', value: JSON.stringify([...named.faults, ...strikes]), flag: '--fault' });
  }
  // As the scenario would have it: so that a result's manifest says which files it took.
  const files = [...named.plugIns, ...(balancer === undefined ? [] : [balancer.file]), ...varied, ...own];
  return {
    set: [...set, ...naming, { path: 'plug-ins', value: JSON.stringify(files) }],
    vary: vary.map((axis) => ({
      ...axis,
      values: isBalancer(axis)
        ? axis.values.map((value) => (isPlugInFile(value) ? nameOf(value, 'balancer') : value))
        : axis.values,
    })),
    plugIns,
    described,
    choices: choicesWith(described),
  };
}

function nameIn(described: readonly PlugInDescription[], path: string, kind: PlugInKind): string {
  const found = described.find(({ file }) => resolve(file) === path)!;
  if (found.kind !== kind)
    throw new UsageError(`${tidy(path)}: expected ${withArticle(kind)}, found ${withArticle(found.kind)}`);
  return found.name;
}

function withArticle(kind: PlugInKind): string {
  return `${kind === 'invariant' ? 'an' : 'a'} ${kind}`;
}

/**
 * Files that all hold a plug-in of that kind, for commands without a scenario.
 *
 * @throws UsageError for another kind
 */
export async function ofOneKind(files: readonly string[], kind: PlugInKind): Promise<readonly string[]> {
  if (files.length === 0) return [];
  const { describePlugIns } = await import('../experiment/index.js');
  const described = await describePlugIns(files.map(tidy));
  for (const { file } of described) nameIn(described, resolve(file), kind);
  return described.map(({ file }) => file);
}

const BALANCER_PATHS = ['client.balancer', 'client.balancer.name'];
