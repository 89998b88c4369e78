export * from './config.js';
export { type ErrorPlace, formatScenarioError, type ScenarioError } from './error.js';
export { nearest } from './nearest.js';
export { type Parsed, type ParseOptions, parseScenario, type Setting } from './parse.js';
