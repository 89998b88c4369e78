export { type AtlasOptions, type AtlasRow, livenessAtlas } from './atlas/index.js';
export { type Comparison, leastValues, pairedDifferences } from './compare.js';
export { type MetricDescription, memberMetrics } from './member-metrics.js';
export {
  balancers as balancerNames,
  checkBalancerFile,
  checkShippedBalancer,
  choicesWith,
  describePlugIns,
  description,
  loadPlugIns,
  PATIENCE_MS,
  type PlugIn,
  type PlugInDescription,
  PlugInError,
  type PlugInKind,
  PlugInUse,
  Pulse,
  type RuleVerdict,
  watchPulse,
} from './plug-ins/index.js';
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
export { UntraceableError } from './tla/tla-trace.js';
export { numbered } from './tla/trace-line.js';
export { BadTrace, readTrace, withTrace } from './trace-file.js';
