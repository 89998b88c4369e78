/** What a broken invariant knew when it broke; `member`, `term` and `index` wherever the thrower has them. */
export interface InvariantFacts {
  readonly member?: number | undefined;
  readonly term?: number | undefined;
  readonly index?: number | undefined;
  readonly [name: string]: unknown;
}

/** Our own mistake, or a bad use of the API: never an outcome that a simulated cluster may have. */
export class InvariantError extends Error {
  /** What was broken, without the facts. */
  readonly reason: string;
  readonly facts: InvariantFacts;

  constructor(reason: string, facts: InvariantFacts) {
    super(`${reason} (${describeFacts(facts)})`);
    this.reason = reason;
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

/**
 * An error on its way out of the API, with the member, term and index that its thrower did not know.
 *
 * @returns `error` itself if it is another kind of error, or knows them
 */
export function placed(error: unknown, known: InvariantFacts): unknown {
  if (!(error instanceof InvariantError) || error.facts.member !== undefined) return error;
  const whole = new InvariantError(error.reason, { ...known, ...error.facts });
  if (error.stack !== undefined) whole.stack = error.stack.replace(error.message, whole.message);
  return whole;
}

function describeFacts(facts: InvariantFacts): string {
  return Object.keys(facts)
    .filter((name) => facts[name] !== undefined)
    .map((name) => `${name}=${String(facts[name])}`)
    .join(', ');
}
