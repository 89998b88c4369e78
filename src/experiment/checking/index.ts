export { CHECKED_FAULTS, type Universe } from './arbitraries.js';
export { checkMutant, type MutantCheckOptions, type MutantVerdict } from './check-mutants.js';
export {
  type Counterexample,
  mutantNamed,
  newCounterexample,
  type ReplayedRun,
  readCounterexample,
  replaySchedule,
} from './counterexample.js';
export type { CoverageSummary, RunCoverage } from './coverage.js';
export { type Exploration, type ExploreOptions, explore } from './explore.js';
export type { TraceEvent } from './recorder.js';
export { type CheckedRun, type CheckRunOptions, runSchedule } from './run-schedule.js';
export type { CheckSettings, Schedule, Step } from './schedule.js';
export { type SearchOrder, type SearchResult, search, usesOf } from './search.js';
export { shrinkSchedule } from './shrink.js';
