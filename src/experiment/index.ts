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
