import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
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
    if (code === 'EISDIR') throw new UsageError(`${argument}: is a folder, expected a scenario file`);
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
  /** The settings and axes to read it with, where a balancer's name stands instead of its file. */
  readonly set: readonly Setting[];
  readonly vary: readonly SweepAxis[];
};

/**
 * Reads, checks and resolves a scenario. What is allowed, but hardly meant, is said on stderr.
 *
 * @throws BadScenario with everything that is wrong with it
 */
export async function loadScenario(source: ScenarioSource, options: ParseOptions = {}): Promise<SoundScenario> {
  const { parseScenario, formatScenarioError } = await import('../scenario/index.js');
  const fileExists = (path: string) => existsSync(resolve(dirname(source.path), path));
  const { choices, ...named } = await withPlugIns(source, options.set ?? [], options.vary ?? []);
  const { set, vary } = named;
  const parsed = parseScenario(source.bytes, source.shownAs, { fileExists, ...options, set, vary, choices });
  if (!parsed.ok) throw new BadScenario(parsed.errors);
  for (const doubt of parsed.doubts) say(formatScenarioError(doubt, 'doubt'));
  return { ...parsed, ...named };
}

/** Finds the plug-ins that a scenario, settings and axes name by file, and puts a balancer's name where its file stood. */
async function withPlugIns(source: ScenarioSource, set: readonly Setting[], vary: readonly SweepAxis[]) {
  const { isPlugInFile, namedFiles, SHIPPED_CHOICES } = await import('../scenario/index.js');
  const named = namedFiles(source.bytes, source.shownAs, set);
  const isBalancer = ({ path }: { readonly path: string }) => BALANCER_PATHS.includes(path);
  const varied = vary.filter(isBalancer).flatMap(({ values }) => values.filter(isPlugInFile));
  if (named.plugIns.length === 0 && named.balancer === undefined && varied.length === 0) {
    return { set, vary, plugIns: [], choices: SHIPPED_CHOICES };
  }
  const { choicesWith, describePlugIns } = await import('../experiment/index.js');
  const setter = set.findLast(isBalancer);
  // A path on the command line starts where the user is, one in a file where the file is.
  const fromFile = (file: string) => resolve(dirname(source.path), file);
  const { balancer } = named;
  const balancerFile = balancer && (setter === undefined ? fromFile(balancer.file) : resolve(balancer.file));
  const balancerFiles = [...(balancerFile === undefined ? [] : [balancerFile]), ...varied.map((file) => resolve(file))];
  const plugIns = [...new Set([...named.plugIns.map(fromFile), ...balancerFiles])].map(tidy);
  const described = await describePlugIns(plugIns);
  const nameOf = (path: string): string => {
    const own = described.find(({ kind, file }) => kind === 'balancer' && resolve(file) === path);
    if (own === undefined) throw new UsageError(`${tidy(path)}: expected a balancer, found another plug-in`);
    return own.name;
  };
  const naming: Setting[] =
    balancerFile && balancer ? [{ path: balancer.at, value: nameOf(balancerFile), flag: setter?.flag }] : [];
  // As the scenario would have it: so that a result's manifest says which files it took.
  const files = [...named.plugIns, ...(balancer === undefined ? [] : [balancer.file]), ...varied];
  return {
    set: [...set, ...naming, { path: 'plug-ins', value: JSON.stringify(files) }],
    vary: vary.map((axis) => ({
      ...axis,
      values: isBalancer(axis)
        ? axis.values.map((value) => (isPlugInFile(value) ? nameOf(resolve(value)) : value))
        : axis.values,
    })),
    plugIns,
    choices: choicesWith(described),
  };
}

const BALANCER_PATHS = ['client.balancer', 'client.balancer.name'];
