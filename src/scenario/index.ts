export { type Choice, type Choices, namesOf, SHIPPED_CHOICES, SHIPPED_WORKLOADS } from './choices.js';
export * from './config.js';
export { type ErrorPlace, formatScenarioError, type ScenarioError } from './error.js';
export { jsonSchema } from './json-schema.js';
export { nearest } from './nearest.js';
export {
  isPlugInFile,
  type NamedFiles,
  namedFiles,
  type Parsed,
  type ParseOptions,
  parseScenario,
  type Setting,
} from './parse.js';
