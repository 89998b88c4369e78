/** What a broken invariant knew when it broke; `member`, `term` and `index` wherever the thrower has them. */
export interface InvariantFacts {
  readonly member?: number | undefined;
  readonly term?: number | undefined;
  readonly index?: number | undefined;
  readonly [name: string]: unknown;
}

/** Our own mistake, or a bad use of the API: never an outcome that a simulated cluster may have. */
export class InvariantError extends Error {
  readonly facts: InvariantFacts;

  constructor(message: string, facts: InvariantFacts) {
    super(`${message} (${describeFacts(facts)})`);
    this.name = 'InvariantError';
    this.facts = facts;
  }
}

/**
 * Throws unless `ok`. Off the hot path only: `facts` is built whether it is needed or not (elsewhere: `if (..) violated(..)`).
 *
 * @throws InvariantError if not `ok`
 */
export function invariant(ok: boolean, message: string, facts: InvariantFacts): asserts ok {
  if (!ok) violated(message, facts);
}

/** @throws InvariantError always */
export function violated(message: string, facts: InvariantFacts): never {
  throw new InvariantError(message, facts);
}

function describeFacts(facts: InvariantFacts): string {
  return Object.keys(facts)
    .map((name) => `${name}=${String(facts[name])}`)
    .join(', ');
}
