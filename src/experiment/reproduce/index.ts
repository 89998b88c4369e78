import { latency } from './latency.js';
import type { Suite } from './suite.js';

export type { Suite, SuiteOptions } from './suite.js';

/** Every suite, in the order in which they run. */
export const suites: readonly Suite[] = [latency];
