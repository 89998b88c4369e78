import type { Problem } from './issues.js';
import type { ScenarioFile } from './schema.js';

export interface Checks {
  readonly knownBalancers?: readonly string[] | undefined;
  readonly knownFaults?: readonly string[] | undefined;
  /** Sections that are out of shape, so that nothing can be said about what they contain. */
  readonly broken?: ReadonlySet<string>;
}

/** What is in shape, but cannot be meant. Checks that need a section which is out of shape are left out. */
export function checkScenario(_file: Partial<ScenarioFile>, _checks: Checks): Problem[] {
  return [];
}
