import { describe, expect, test } from 'vitest';
import { etcdRules, type RaftRules } from '../../src/raft/rules.js';
import { allClaims } from './claims/all.js';
import { seededFaults } from './seeded-faults.js';
import { withRules } from './test-node.js';

describe('seeded faults', () => {
  test("etcd's own rules break no claim", () => {
    expect(brokenClaims(etcdRules)).toEqual([]);
  });

  test('every rule is broken by some fault', () => {
    const broken = new Set(seededFaults.flatMap(({ rules }) => Object.keys(rules)));
    expect([...broken].sort()).toEqual(Object.keys(etcdRules).sort());
  });

  test.each(seededFaults)('$name is caught by: $caughtBy', ({ rules, caughtBy }) => {
    expect(brokenClaims({ ...etcdRules, ...rules })).toContainEqual(expect.stringContaining(caughtBy));
  });
});

/** Names of the claims that fail, each with what it is about. */
function brokenClaims(rules: RaftRules): string[] {
  return Object.entries(allClaims).flatMap(([subject, claims]) =>
    claims.filter(({ check }) => fails(rules, check)).map(({ name }) => `${subject}: ${name}`),
  );
}

function fails(rules: RaftRules, check: () => void): boolean {
  try {
    withRules(rules, check);
    return false;
  } catch {
    return true;
  }
}
