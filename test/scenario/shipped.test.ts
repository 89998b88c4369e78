import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { toJson } from '../../src/report/json.js';
import { jsonSchema, parseScenario, SHIPPED_CHOICES } from '../../src/scenario/index.js';
import { BALANCER_OPTIONS, FAULT_OPTIONS } from '../../src/scenario/option-schema.js';

const FOLDER = new URL('../../scenarios/', import.meta.url);
const SHIPPED = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));

describe('the scenarios that ship', () => {
  test.each(SHIPPED)('%s is fine, without a doubt, and named like its file', (file) => {
    const parsed = parseScenario(readFileSync(new URL(file, FOLDER)), file);
    expect(parsed.ok ? [] : parsed.errors).toEqual([]);
    expect(parsed.ok && parsed.doubts).toEqual([]);
    expect(parsed.ok && `${parsed.scenario.name}.yaml`).toBe(file);
  });
});

/* After a change of the schema: npm run --silent build && node dist/cli/main.js schema > schema/scenario.schema.json */
test('schema/scenario.schema.json is current', () => {
  const committed = readFileSync(new URL('../../schema/scenario.schema.json', import.meta.url), 'utf8');
  expect(committed).toBe(toJson(jsonSchema()));
});

test('options that the scenario room knows are options of that fault or balancer', () => {
  for (const [shapes, choices] of [
    [FAULT_OPTIONS, SHIPPED_CHOICES.faults],
    [BALANCER_OPTIONS, SHIPPED_CHOICES.balancers],
  ] as const) {
    for (const [name, shape] of Object.entries(shapes)) {
      const choice = choices.find((each) => each.name === name);
      expect(Object.keys(choice?.options ?? {}).sort()).toEqual(Object.keys(shape).sort());
    }
  }
});
