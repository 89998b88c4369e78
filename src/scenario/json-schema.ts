import { z } from 'zod';
import { scenarioFile } from './schema.js';

/** The JSON Schema of a scenario file, for editors: what may be written, not what it is read into. */
export function jsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(scenarioFile, { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' });
  return { ...schema, title: 'etcdsim scenario' };
}
