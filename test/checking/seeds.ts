/** Two seeds for ever, and one that no run had before: set ETCDSIM_TEST_SEED to the printed one to have it again. */
const fresh = Number(process.env['ETCDSIM_TEST_SEED'] ?? Math.floor(Math.random() * 0x7fffffff));

console.info(`checking: ETCDSIM_TEST_SEED=${fresh}`);

export const SEEDS: readonly number[] = [1, 20_240_607, fresh];

/** Counts what happened in a property's runs: an idle property must not pass. */
export class Sometimes<Name extends string> {
  private readonly seen = new Set<Name>();
  private readonly names: readonly Name[];

  constructor(...names: readonly Name[]) {
    this.names = names;
  }

  saw(name: Name, happened = true): void {
    if (happened) this.seen.add(name);
  }

  /** Those that never happened. */
  missing(): Name[] {
    return this.names.filter((name) => !this.seen.has(name));
  }
}
