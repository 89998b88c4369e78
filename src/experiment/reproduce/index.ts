import { apiserverInit } from './apiserver-init.js';
import { availsim } from './availsim.js';
import { crossover } from './crossover.js';
import { latency } from './latency.js';
import { leaderAware } from './leader-aware.js';
import { leaderKill } from './leader-kill.js';
import { leaderTransfer } from './leader-transfer.js';
import { links } from './links.js';
import { loadedEpisodes } from './loaded-episodes.js';
import { overload } from './overload.js';
import { paused } from './paused.js';
import { raftPaper } from './raft-paper.js';
import { readIndex } from './read-index.js';
import { stability } from './stability.js';
import type { Suite } from './suite.js';
import { thesisInit } from './thesis-init.js';
import { throughput } from './throughput.js';

export type { Suite, SuiteOptions } from './suite.js';

/** Every suite, in the order in which they run. */
export const suites: readonly Suite[] = [
  thesisInit,
  apiserverInit,
  latency,
  readIndex,
  leaderKill,
  leaderTransfer,
  stability,
  paused,
  leaderAware,
  throughput,
  crossover,
  overload,
  loadedEpisodes,
  raftPaper,
  availsim,
  links,
];
