import { parseScenario, type ResolvedScenario, type Setting } from '../../scenario/index.js';
import { InvalidScenario } from '../sweep.js';
import type { SuiteOptions } from './suite.js';

/**
 * A suite's scenario with some settings replaced, for suites that run a part of a cluster themselves.
 *
 * @throws InvalidScenario
 */
export function shippedScenario(
  options: Pick<SuiteOptions, 'readScenario'>,
  name: string,
  set: readonly Setting[] = [],
): ResolvedScenario {
  const { text, fileName } = options.readScenario(name);
  const parsed = parseScenario(text, fileName, { set });
  if (!parsed.ok) throw new InvalidScenario(parsed.errors);
  return parsed.scenario;
}

/** Settings as they stand in a row. */
export function cellOf(set: readonly Setting[]): Record<string, string> {
  return Object.fromEntries(set.map(({ path, value }) => [path, value]));
}

/** Lets what waits (an interrupt, the progress bar) have its turn between two pieces of long work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
