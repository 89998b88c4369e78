import { test } from 'vitest';

/**
 * Something that holds of every right implementation. Registered as a test with etcd's rules, and run again under each
 * seeded fault, which some claim must catch.
 */
export interface Claim {
  readonly name: string;
  readonly check: () => void;
}

/** One test a claim. */
export function testClaims(claims: readonly Claim[]): void {
  for (const { name, check } of claims) test(name, check);
}

/** A claim for each row of a table. */
export function claimRows<Row>(name: (row: Row) => string, rows: readonly Row[], check: (row: Row) => void): Claim[] {
  return rows.map((row) => ({ name: name(row), check: () => check(row) }));
}
