import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatScenarioError, parseScenario } from '../../src/scenario/index.js';
import { SEEDS } from './seeds.js';

const FOLDER = new URL('../../scenarios/', import.meta.url);
const SHIPPED = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .sort()
  .map((file) => readFileSync(new URL(file, FOLDER), 'utf8'));

/** What is put where a value stood. */
const VALUES = [
  '',
  '-1',
  '0',
  '1e400',
  '.nan',
  '~',
  '15',
  '-5ms',
  '5%',
  '[]',
  '{}',
  '[[[',
  '*x',
  '&x y',
  'yes',
  '"',
  '2024-01-01',
  'm9',
  '!!js x',
  '\t',
  '|',
  '99999999999h',
];

type Mutation = (text: string) => string;

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  // A byte flips.
  fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 0xff }) }).map(
    ({ at, to }): Mutation =>
      (text) => {
        const i = at % (text.length + 1);
        return text.slice(0, i) + String.fromCharCode(to) + text.slice(i + 1);
      },
  ),
  // A line goes, comes twice, or moves.
  fc.record({ at: fc.nat(), what: fc.constantFrom('delete', 'double', 'move'), to: fc.nat() }).map(
    ({ at, what, to }): Mutation =>
      (text) => {
        const lines = text.split('\n');
        const [line] = lines.splice(at % lines.length, 1);
        if (what !== 'delete') lines.splice(to % (lines.length + 1), 0, line!);
        if (what === 'double') lines.splice(to % (lines.length + 1), 0, line!);
        return lines.join('\n');
      },
  ),
  // A value becomes another.
  fc.record({ at: fc.nat(), value: fc.constantFrom(...VALUES) }).map(
    ({ at, value }): Mutation =>
      (text) => {
        const places = [...text.matchAll(/(?<=[:,[{] )[^\n#,{}[\]]+/g)];
        const place = places[at % Math.max(1, places.length)];
        if (place === undefined) return text;
        return text.slice(0, place.index) + value + text.slice(place.index + place[0].length);
      },
  ),
  // A line is indented otherwise.
  fc.record({ at: fc.nat(), by: fc.constantFrom('  ', ' ', '\t', '- ') }).map(
    ({ at, by }): Mutation =>
      (text) => {
        const lines = text.split('\n');
        lines[at % lines.length] = by + lines[at % lines.length]!;
        return lines.join('\n');
      },
  ),
);

describe.each(SEEDS)('a shipped scenario, mutated (seed %d)', (seed) => {
  test('is read, or refused with places and hints; nothing is thrown', () => {
    let refused = 0;
    let read = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...SHIPPED),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        (text, mutations) => {
          const mutated = mutations.reduce((so, mutate) => mutate(so), text);
          const parsed = parseScenario(mutated, 'mutated.yaml');
          if (parsed.ok) {
            read++;
            return;
          }
          refused++;
          expect(parsed.errors.length).toBeGreaterThan(0);
          for (const error of parsed.errors) {
            const lines = formatScenarioError(error);
            expect(lines).toMatch(/^error: mutated\.yaml:\d+:\d+: .+/);
            expect(lines).toMatch(/\nhint: ./);
          }
        },
      ),
      { seed, numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(20);
    expect(read).toBeGreaterThan(5);
  });

  test('rubbish is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(parseScenario(bytes, 'rubbish.yaml').ok).toBe(false);
      }),
      { seed, numRuns: 200 },
    );
  });
});

test('a file that expands to gigabytes is refused at once', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 12; i++) lines.push(`a${i}: &a${i} [${new Array(10).fill(`*a${i - 1}`).join(', ')}]`);
  const parsed = parseScenario(lines.join('\n'), 'laughs.yaml');
  expect(parsed.ok ? [] : parsed.errors.map(({ message }) => message)).toEqual([
    'expected a file whose aliases stand for little, found aliases that expand without bound',
  ]);
});
