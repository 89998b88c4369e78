/** Our own bug, never the user's and never a modelled failure. Always on. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(message: string, facts: Readonly<Record<string, unknown>> = {}) {
    const details = Object.entries(facts)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(' ');
    super(details === '' ? message : `${message} (${details})`);
    this.facts = facts;
  }
}

/**
 * Throws unless `ok` holds.
 *
 * @throws InvariantError with the facts given
 */
export function invariant(ok: boolean, message: string, facts: Readonly<Record<string, unknown>> = {}): asserts ok {
  if (!ok) throw new InvariantError(message, facts);
}
