import { Option } from '@commander-js/extra-typings';
import type { Setting } from '../scenario/parse.js';
import { collectAxis, collectSetting, FORMATS, positiveCount } from './arguments.js';
import type { OwnFiles } from './scenario-file.js';

/** Options that several commands share. */

export const setOption = () =>
  new Option(
    '--set <path=value>',
    'sets one value of the scenario, by its own path and unit; repeatable (example: --set network.members.egress.delay=30ms)',
  ).argParser(collectSetting);

export const seedOption = () =>
  new Option('--seed <n>', "a whole number or a word; default: the scenario's, else 1 (example: --seed 7)");

export const balancerOption = () =>
  new Option(
    '--balancer <name|file>',
    "short for --set client.balancer=NAME, or a file with a balancer of your own; default: the scenario's, else round-robin (example: --balancer pick-leader)",
  );

const repeatable = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export const workloadOption = () =>
  new Option(
    '--workload <file>',
    "a workload of your own, instead of the scenario's; its options: --set workload.options=... where the scenario names it (example: --workload ./burst.js)",
  );

export const faultOption = () =>
  new Option(
    '--fault <file>',
    "a fault of your own; strikes the leader after 1 s unless the scenario's faults name it; repeatable (example: --fault ./flapping.js)",
  ).argParser(repeatable);

export const invariantOption = () =>
  new Option(
    '--invariant <file>',
    'an invariant of your own, which watches every step; exit code 1 where it does not hold; repeatable (example: --invariant ./order.js)',
  ).argParser(repeatable);

/** The files that those three name. */
export function ownFilesOf(options: {
  readonly workload?: string | undefined;
  readonly fault?: readonly string[] | undefined;
  readonly invariant?: readonly string[] | undefined;
}): OwnFiles {
  return { workload: options.workload, faults: options.fault, invariants: options.invariant };
}

export const varyOption = () =>
  new Option(
    '--vary <path=v1,v2,...>',
    "an axis, instead of the scenario's own of that path; repeatable (example: --vary client.balancer=round-robin,pick-leader)",
  ).argParser(collectAxis);

export const formatOption = () =>
  new Option('--format <format>', 'what is printed on stdout').choices(FORMATS).default('table' as const);

export const checkFormatOption = () =>
  new Option('--format <format>', 'what is printed on stdout').choices(['table', 'json']).default('table' as const);

export const outOption = (what: string) =>
  new Option('--out <folder>', `writes ${what} there; default: nothing is written (example: --out results/mine)`);

export const jobsOption = () =>
  new Option('--jobs <n>', 'how many worker threads; default: one a core (example: --jobs 4)').argParser(positiveCount);

/** `--set`, then the shorthands, which go before it. */
export function settingsOf(options: {
  readonly set?: readonly Setting[] | undefined;
  readonly seed?: string | undefined;
  readonly balancer?: string | undefined;
}): readonly Setting[] {
  const settings = [...(options.set ?? [])];
  if (options.seed !== undefined) settings.push({ path: 'seed', value: options.seed, flag: '--seed' });
  if (options.balancer !== undefined) {
    settings.push({ path: 'client.balancer', value: options.balancer, flag: '--balancer' });
  }
  return settings;
}
