import { checkCluster } from './check-cluster.js';
import { checkContext, type SoundFile } from './check-context.js';
import { checkFaults } from './check-faults.js';
import { checkNetwork } from './check-network.js';
import { checkQuorum } from './check-quorum.js';
import { checkWorkload } from './check-workload.js';
import { type Choices, SHIPPED_CHOICES } from './choices.js';
import type { Problem } from './issues.js';

export interface Checks {
  /** What may be named; default: what ships. */
  readonly choices?: Choices | undefined;
  /** Reads a recording that the scenario names and says what is found instead; left out, that is not checked. */
  readonly recordingProblem?: ((path: string) => string | undefined) | undefined;
  /** What is wrong with a classifier that a balancer names; left out, that is not checked. */
  readonly modelProblem?: ((name: string) => string | undefined) | undefined;
  /** Sections (`cluster`) and their keys (`cluster.members`) that are out of shape: nothing is said that hangs on them. */
  readonly broken?: ReadonlySet<string>;
}

/** What is in shape, but cannot be meant. */
export function checkScenario(file: SoundFile, checks: Checks): Problem[] {
  const problems: Problem[] = [];
  const { choices = SHIPPED_CHOICES, broken = new Set<string>(), recordingProblem, modelProblem } = checks;
  const context = checkContext(file, { choices, broken, recordingProblem, modelProblem }, problems);
  checkCluster(context);
  checkNetwork(context);
  checkWorkload(context);
  checkFaults(context);
  checkQuorum(context);
  return problems;
}
