import { parse } from 'yaml';

/** One trouble in a regime: what is done to whom, and for how long. */
interface Trouble {
  readonly action: string;
  readonly target: string;
  readonly for?: string;
  readonly [option: string]: unknown;
}

/** What goes wrong in a cell of `forecast-value`, in words. */
export interface Regime {
  readonly label: string;
  /** Its troubles without their length: regimes that differ in nothing else are one family. */
  readonly family: string;
  /** How long a trouble lasts, s; undefined where there is none, or several lengths. */
  readonly lengthS: number | undefined;
}

/** What `scrape-interval` is where nobody says otherwise. */
export const SCRAPE_S = 5;

/** What a label leaves out: times, and settings of the tools that make the trouble. */
const LEFT_OUT = new Set(['at', 'every', 'action', 'target', 'for', 'clients', 'connections']);

/** Reads a value of the axis `faults`, as it is written. */
export function regimeOf(faults: string): Regime {
  const troubles = (parse(faults) ?? []) as readonly Trouble[];
  if (troubles.length === 0) return { label: 'no trouble', family: 'no trouble', lengthS: undefined };
  const moves = troubles.filter(({ action }) => action === 'move-leader');
  const others = troubles.filter(({ action }) => action !== 'move-leader');
  const words = others.map((trouble) => [trouble.action, 'of', who(trouble.target), ...optionsOf(trouble)].join(' '));
  if (moves.length > 0) words.push(`leadership moved ${moves.length} times meanwhile`);
  const lengths = [...new Set(others.map((trouble) => String(trouble.for ?? '')))];
  const length = lengths.length === 1 ? lengths[0]! : '';
  const family = words.join(', ');
  return { family, label: length === '' ? family : `${family}, for ${length}`, lengthS: seconds(length) };
}

function who(target: string): string {
  return target === 'leader' || target === 'follower' ? `the ${target}` : target;
}

/** Sizes of the trouble, such as a delay of 300ms. */
function optionsOf(trouble: Trouble): string[] {
  return Object.entries(trouble).flatMap(([name, value]) => (LEFT_OUT.has(name) ? [] : [`by ${value}`]));
}

function seconds(text: string): number | undefined {
  const match = /^([\d.]+)(ms|s|m)$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * { ms: 0.001, s: 1, m: 60 }[match[2] as 'ms' | 's' | 'm'];
}

const FORECASTER = 'pick-leader-forecast';

/** Time between two scrapes of a policy, s. */
export function scrapeIntervalOf(policy: string): number {
  const read: unknown = parse(policy);
  const written = typeof read === 'object' && read !== null ? Reflect.get(read, 'scrape-interval') : undefined;
  return seconds(String(written)) ?? SCRAPE_S;
}

/** A policy in few words: `pick-leader`, `forecast xgboost`, `forecast oracle, hysteresis 2`. */
export function policyLabel(value: string): string {
  const read: unknown = parse(value);
  if (value === FORECASTER) return policyLabel(`{ name: ${FORECASTER} }`);
  if (typeof read !== 'object' || read === null) return value;
  const { name, model = 'default', ...options } = read as Readonly<Record<string, unknown>>;
  const words = Object.entries(options).map(([option, setting]) => `${option} ${setting}`);
  const first = name === FORECASTER ? `forecast ${shortModel(String(model))}` : String(name);
  return [first, ...words].join(', ');
}

function shortModel(model: string): string {
  return model
    .replace(/^.*\//, '')
    .replace(/\.json$/, '')
    .replace(/^thesis-/, '');
}
