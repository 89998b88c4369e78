import { describe, expect, test } from 'vitest';
import { testClaims } from './claims/claim.js';
import { paperClaims } from './claims/paper.js';

describe('the Raft paper', () => {
  test('has 26 claims here', () => {
    expect(paperClaims).toHaveLength(26);
  });
  testClaims(paperClaims);
});
