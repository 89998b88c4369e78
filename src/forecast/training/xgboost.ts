import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample } from '../data-set.js';
import { COUNTERS, STATES } from '../features.js';

/** The trainer's program is not installed, or has failed. */
export class NoTrainer extends Error {
  override readonly name = 'NoTrainer';
}

export interface XgboostSettings {
  readonly rounds: number;
  readonly maxDepth: number;
  readonly eta: number;
  readonly minChildWeight: number;
  readonly subsample: number;
  readonly seed: number;
}

/** Few and shallow trees: the borders are few, and windows of one episode resemble each other. */
export const XGBOOST_SETTINGS: XgboostSettings = {
  rounds: 60,
  maxDepth: 3,
  eta: 0.15,
  minChildWeight: 5,
  subsample: 0.8,
  seed: 1,
};

/**
 * Trains a multi:softprob with XGBoost's own command line (Debian package `xgboost`, 1.7.4), on one thread.
 *
 * @returns XGBoost's JSON model, with our feature names filled in
 * @throws NoTrainer
 */
export function trainXgboost(samples: readonly Sample[], settings: XgboostSettings = XGBOOST_SETTINGS): string {
  const folder = mkdtempSync(join(tmpdir(), 'etcdsim-xgboost-'));
  try {
    const rows = samples.map(({ state, features }) => [state, ...features].join(','));
    writeFileSync(join(folder, 'train.csv'), `${rows.join('\n')}\n`);
    const options = [
      'booster=gbtree',
      'objective=multi:softprob',
      `num_class=${STATES.length}`,
      `num_round=${settings.rounds}`,
      `max_depth=${settings.maxDepth}`,
      `eta=${settings.eta}`,
      `min_child_weight=${settings.minChildWeight}`,
      `subsample=${settings.subsample}`,
      `seed=${settings.seed}`,
      'tree_method=exact',
      'nthread=1',
      'verbosity=0',
      'data="train.csv?format=csv&label_column=0"',
      'model_out="model.json"',
    ];
    writeFileSync(join(folder, 'train.conf'), `${options.join('\n')}\n`);
    run(folder, ['train.conf', 'task=train']);
    return withNames(readFileSync(join(folder, 'model.json'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In the text: read and written again, numbers such as 1.0E0 would lose the point by which XGBoost knows them. */
function withNames(model: string): string {
  const empty = { names: '"feature_names":[]', types: '"feature_types":[]' };
  if (!model.includes(empty.names) || !model.includes(empty.types)) {
    throw new NoTrainer('xgboost wrote a model of another form than 1.7: no empty feature_names');
  }
  return `${model
    .replace(empty.names, `"feature_names":${JSON.stringify(COUNTERS)}`)
    .replace(empty.types, `"feature_types":${JSON.stringify(COUNTERS.map(() => 'float'))}`)
    .trim()}\n`;
}

/** What the library itself says, one row of probabilities a sample; for tests of our evaluator. @throws NoTrainer */
export function predictWithXgboost(model: string, features: readonly (readonly number[])[]): number[][] {
  const folder = mkdtempSync(join(tmpdir(), 'etcdsim-xgboost-'));
  try {
    writeFileSync(join(folder, 'model.json'), model);
    writeFileSync(join(folder, 'test.csv'), `${features.map((row) => [0, ...row].join(',')).join('\n')}\n`);
    const options = [
      'nthread=1',
      'verbosity=0',
      'test:data="test.csv?format=csv&label_column=0"',
      'model_in="model.json"',
      'name_pred="pred.txt"',
    ];
    writeFileSync(join(folder, 'test.conf'), `${options.join('\n')}\n`);
    run(folder, ['test.conf', 'task=pred']);
    const values = readFileSync(join(folder, 'pred.txt'), 'utf8').trim().split(/\s+/).map(Number);
    return features.map((_, i) => values.slice(i * STATES.length, (i + 1) * STATES.length));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(folder: string, args: readonly string[]): void {
  const { error, status, stderr, stdout } = spawnSync('xgboost', args, { cwd: folder, encoding: 'utf8' });
  if (error !== undefined) {
    throw new NoTrainer('xgboost is not installed: apt-get install xgboost (its command line, 1.7.4)');
  }
  if (status !== 0) throw new NoTrainer(`xgboost ended with ${status}: ${`${stdout}${stderr}`.trim().slice(-500)}`);
}
