import { describe, expect, test } from 'vitest';
import { balancers } from '../../src/client/balancers/index.js';
import { faults } from '../../src/faults/index.js';
import { DESCRIPTIONS } from '../../src/scenario/descriptions.js';
import { descriptionOf, jsonSchema } from '../../src/scenario/json-schema.js';

interface Property {
  /** Keys, without list places. */
  readonly path: readonly string[];
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Every property of a schema, however deep. */
function propertiesOf(schema: unknown, path: readonly string[] = []): Property[] {
  if (Array.isArray(schema)) return schema.flatMap((each) => propertiesOf(each, path));
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (keyword !== 'properties') return propertiesOf(value, path);
    return Object.entries(value as Record<string, Property['schema']>).flatMap(([key, inner]) => [
      { path: [...path, key], schema: inner },
      ...propertiesOf(inner, [...path, key]),
    ]);
  });
}

const PROPERTIES = propertiesOf(jsonSchema());

describe('the JSON Schema for editors', () => {
  test('says of every key what it means, in one line', () => {
    expect(PROPERTIES.length).toBeGreaterThan(300);
    const silent = PROPERTIES.filter(({ schema }) => typeof schema['description'] !== 'string');
    expect(silent.map(({ path }) => path.join('.'))).toEqual([]);
    for (const text of Object.values(DESCRIPTIONS)) expect(text).toMatch(/^\S.{0,118}[^\s.]$/);
  });

  test('explains no key that is not there', () => {
    const said = new Set(PROPERTIES.map(({ path }) => descriptionOf(path)));
    expect(Object.keys(DESCRIPTIONS).filter((key) => !said.has(DESCRIPTIONS[key]))).toEqual([]);
  });

  test('takes the longest end of a path that is described', () => {
    expect(descriptionOf(['cluster', 'members', 'name'])).toBe(DESCRIPTIONS['members.name']);
    expect(descriptionOf(['name'])).toBe(DESCRIPTIONS['name']);
    expect(descriptionOf(['nowhere'])).toBeUndefined();
  });

  test('offers the balancers and faults that ship, and takes others', () => {
    const choices = (...path: string[]) => {
      const found = PROPERTIES.find((property) => property.path.join('.') === path.join('.'))!;
      return found.schema['anyOf'] as { enum?: readonly string[]; pattern?: string; anyOf?: { enum?: string[] }[] }[];
    };
    const [policy] = choices('client', 'balancer');
    expect(policy!.anyOf![0]!.enum).toEqual(balancers.map(({ name }) => name));
    expect(choices('faults', 'action')[0]!.enum).toEqual(faults.map(({ name }) => name));
    expect(choices('faults', 'action').some(({ pattern }) => pattern !== undefined)).toBe(true);
  });
});
