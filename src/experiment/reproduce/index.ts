import { apiserverInit } from './apiserver-init.js';
import { latency } from './latency.js';
import type { Suite } from './suite.js';
import { thesisInit } from './thesis-init.js';

export type { Suite, SuiteOptions } from './suite.js';

/** Every suite, in the order in which they run. */
export const suites: readonly Suite[] = [thesisInit, apiserverInit, latency];
