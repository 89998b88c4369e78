import { describe } from 'vitest';
import { allClaims } from './claims/all.js';
import { testClaims } from './claims/claim.js';

// The paper's claims have a test file of their own.
for (const [name, claims] of Object.entries(allClaims)) {
  if (name !== 'the Raft paper') describe(name, () => testClaims(claims));
}
