import { readFileSync } from 'node:fs';
import type { SuiteOptions } from '../../../src/experiment/index.js';

const SCENARIOS = new URL('../../../scenarios/', import.meta.url);

/** A suite's options, with the scenarios that ship; `reference` is the folder of the raw data, if there is one. */
export function suiteOptions(reference: string | undefined): SuiteOptions {
  return {
    reference,
    jobs: 1,
    version: 'test',
    readScenario: (name) => ({
      text: readFileSync(new URL(`${name}.yaml`, SCENARIOS), 'utf8'),
      fileName: `${name}.yaml`,
    }),
    readReference: (path) => readFileSync(path, 'utf8'),
  };
}
