export { type MetricDescription, memberMetrics } from './member-metrics.js';
export { type Suite, type SuiteOptions, suites } from './reproduce/index.js';
export * from './result.js';
export { type RunOptions, type RunOutput, runScenario } from './run.js';
export {
  type CellResult,
  InvalidScenario,
  runSweep,
  SweepAborted,
  type SweepOptions,
  type SweepOutput,
} from './sweep.js';
export { BadTrace, readTrace, withTrace } from './trace-file.js';
