/** Two seeds for ever, and one that no run had before: set ETCDSIM_TEST_SEED to the printed one to have it again. */
const fresh = Number(process.env['ETCDSIM_TEST_SEED'] ?? Math.floor(Math.random() * 0x7fffffff));

console.info(`client: ETCDSIM_TEST_SEED=${fresh}`);

export const SEEDS: readonly number[] = [1, 20_240_607, fresh];
