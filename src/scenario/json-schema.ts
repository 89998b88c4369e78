import { z } from 'zod';
import { DESCRIPTIONS } from './descriptions.js';
import { scenarioFile } from './schema.js';

type Json = Record<string, unknown>;

/** The JSON Schema of a scenario file, for editors: what may be written, not what it is read into. */
export function jsonSchema(): Json {
  const schema = z.toJSONSchema(scenarioFile, { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' });
  return { ...(described(schema as Json, []) as Json), title: 'etcdsim scenario' };
}

/** What the end of a path means; the longest end that is described goes before. @param path keys, without list places */
export function descriptionOf(path: readonly string[]): string | undefined {
  for (let from = 0; from < path.length; from++) {
    const end = path.slice(from).join('.');
    if (Object.hasOwn(DESCRIPTIONS, end)) return DESCRIPTIONS[end];
  }
  return undefined;
}

/** A copy of a schema whose properties say what they mean. @param path keys that lead to it */
function described(schema: unknown, path: readonly string[]): unknown {
  if (Array.isArray(schema)) return schema.map((each) => described(each, path));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties') return [keyword, describedProperties(value as Json, path)];
      return [keyword, NESTING.has(keyword) ? described(value, path) : value];
    }),
  );
}

/** Keywords behind which lie schemas of the same value or of what is in it. */
const NESTING: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'items', 'additionalProperties']);

function describedProperties(properties: Json, path: readonly string[]): Json {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => {
      const own = [...path, key];
      const description = descriptionOf(own);
      const rest = described(value, own) as Json;
      return [key, description === undefined ? rest : { description, ...rest }];
    }),
  );
}
