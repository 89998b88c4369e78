import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import type { Sample } from '../../forecast/data-set.js';
import type { Features } from '../../forecast/features.js';
import { newCommand } from '../command.js';
import { usableWindows } from '../data-set-file.js';
import { UsageError } from '../failure.js';
import { checkOutFile, writeWhole } from '../out-files.js';
import { print, say } from '../output.js';
import { PACKAGE_ROOT } from '../package-info.js';

/** Kinds whose predictions a library makes too. */
const WITH_LIBRARY: readonly string[] = ['xgboost', 'ann'];
const MODELS = ['xgboost', 'ann', 'threshold-rule', 'nearest-neighbour'] as const;

/** `etcdsim forecast train`: a model file and its card, from a data set. */
export const trainCommand = () =>
  newCommand('train')
    .description('Trains a classifier on most episodes of a data set, and scores it on the rest.')
    .addOption(new Option('--model <kind>', 'what is trained').choices(MODELS).makeOptionMandatory())
    .requiredOption('--data <file>', 'the data set, in the recorded columns (example: --data data/thesis/windows.csv)')
    .requiredOption('--out <file>', 'the model; its card goes beside it, as .md (example: --out models/mine.json)')
    .option('--unseen <share>', 'share of the episodes of each state that is kept for the score', unseenShare, 0.25)
    .option('--seed <text>', 'of the split (example: --seed 7)', '1')
    .option('--tensorflow <folder>', 'where TensorFlow.js is installed; ann only', join(PACKAGE_ROOT, 'training'))
    .option(
      '--predictions <file>',
      'what the library itself says of windows and of values at the very borders, as CSV: to hold predictions against',
    )
    .addHelpText(
      'after',
      '\nxgboost needs its command line (apt-get install xgboost), ann TensorFlow.js (npm install --prefix training).\n' +
        '\nExample:\n  etcdsim forecast train --model xgboost --data data/thesis/windows.csv --out mine.json\n',
    )
    .action(async (options) => {
      if (!options.out.endsWith('.json'))
        throw new UsageError(`--out ${options.out}: expected a name that ends in .json`);
      await checkOutFile('--out', options.out);
      if (options.predictions !== undefined) {
        await checkOutFile('--predictions', options.predictions);
        if (!WITH_LIBRARY.includes(options.model)) {
          throw new UsageError(`--predictions: no library stands behind ${options.model}`, 'leave it out');
        }
      }
      checkDistinct(options);
      const { evaluate, splitByEpisode, verdictsOf } = await import('../../forecast/evaluation.js');
      const { readModel } = await import('../../forecast/classifier.js');
      const { episodesOf } = await import('../../forecast/data-set.js');
      const { modelCard, scoresText } = await import('../../report/forecast-text.js');
      const { Streams } = await import('../../forecast/streams.js');
      const samples = usableWindows(options.data, 'training');
      const dataHash = createHash('sha256').update(readFileSync(options.data)).digest('hex');
      const streams = new Streams(`${options.seed}/forecast/train`);
      const split = splitByEpisode(samples, options.unseen, streams.stream('split'));
      const { text, settings, predict } = await trained(options.model, split.training, options.tensorflow);
      const name = basename(options.out, '.json');
      const model = readModel(text, options.out);
      const result = evaluate(name, verdictsOf(model, split.unseen), 10, streams.stream('repeats'));
      await writeWhole(options.out, text);
      const card = modelCard({
        name,
        kind: options.model,
        data: join(basename(dirname(options.data)), basename(options.data)),
        dataHash,
        seed: options.seed,
        settings,
        trainingEpisodes: episodesOf(split.training),
        unseenEpisodes: episodesOf(split.unseen),
        trainingWindows: split.training.length,
        evaluation: result,
        importance: model.importance,
      });
      await writeWhole(options.out.replace(/\.json$/, '.md'), card);
      if (options.predictions !== undefined && predict !== undefined) {
        const { predictionCsv, probes } = await import('../../forecast/training/probes.js');
        const rows = probes(text, split.unseen, streams.stream('probes'));
        await writeWhole(options.predictions, predictionCsv(rows, predict(rows)));
      }
      say(`written: ${options.out}`);
      await print(scoresText([result]));
    });

async function trained(kind: (typeof MODELS)[number], training: readonly Sample[], tensorflow: string) {
  if (kind === 'xgboost') {
    const { predictWithXgboost, trainXgboost, XGBOOST_SETTINGS } = await import('../../forecast/training/xgboost.js');
    const text = trainXgboost(training);
    const predict = (features: readonly Features[]) => predictWithXgboost(text, features);
    return { text, settings: { ...XGBOOST_SETTINGS }, predict };
  }
  if (kind === 'ann') {
    const { NETWORK_SETTINGS, trainNetwork } = await import('../../forecast/training/dense-network.js');
    const { model, predict } = await trainNetwork(training, tensorflow);
    return { text: model, settings: { ...NETWORK_SETTINGS }, predict };
  }
  if (kind === 'nearest-neighbour') {
    const { neighboursText } = await import('../../forecast/nearest-neighbour.js');
    return { text: neighboursText(training), settings: {}, predict: undefined };
  }
  const { fitThresholds } = await import('../../forecast/threshold-rule.js');
  const thresholds = fitThresholds(training);
  return { text: `${JSON.stringify({ thresholds })}\n`, settings: { ...thresholds }, predict: undefined };
}

/** No file is read or written under two names. */
function checkDistinct({
  data,
  out,
  predictions,
}: {
  data: string;
  out: string;
  predictions?: string | undefined;
}): void {
  const files = {
    '--data': data,
    '--out': out,
    '--predictions': predictions,
    'the card': out.replace(/\.json$/, '.md'),
  };
  const seen = new Map<string, string>();
  for (const [name, file] of Object.entries(files)) {
    if (file === undefined) continue;
    const other = seen.get(resolve(file));
    if (other !== undefined) throw new UsageError(`${file}: expected different files for ${other} and ${name}`);
    seen.set(resolve(file), name);
  }
}

function unseenShare(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new UsageError(`--unseen ${text}: expected a share between 0 and 1`);
  return value;
}
