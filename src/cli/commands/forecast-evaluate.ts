import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import type { Sample } from '../../forecast/data-set.js';
import { EPISODE_SETTINGS } from '../../forecast/episode.js';
import type { Evaluation } from '../../forecast/evaluation.js';
import { positiveCount } from '../arguments.js';
import { newCommand } from '../command.js';
import { chosenWindows, samplesOf, usableWindows, WINDOW_CHOICES } from '../data-set-file.js';
import { endAtOnce, UsageError } from '../failure.js';
import { machineJson } from '../machine.js';
import { formatOption, jobsOption, outOption } from '../options.js';
import { checkOutFolder, writeAll } from '../out-files.js';
import { print, say } from '../output.js';
import { version } from '../package-info.js';
import { startProgress } from '../progress.js';
import { readScenario } from '../scenario-file.js';
import type { Session } from '../session.js';

/** Of the episodes that models are judged on: no model that ships was trained on them. */
const UNSEEN_SEED = 'unseen';
const KINDS = ['xgboost', 'ann', 'threshold-rule', 'nearest-neighbour'];

/** `etcdsim forecast evaluate`: how often classifiers and baselines are right. */
export const evaluateCommand = (session: Session) =>
  newCommand('evaluate')
    .description('Scores classifiers and baselines on a data set, or on fresh simulated episodes.')
    .argument('[model...]', "models that ship, or files.json; default: the setting's four")
    .option('--data <file>', 'a data set in the recorded columns, simulated or real; default: fresh episodes')
    .addOption(
      new Option('--setting <name>', 'of the fresh episodes and the default models')
        .choices(EPISODE_SETTINGS.map(({ name }) => name))
        .default('thesis'),
    )
    .option('--episodes <n>', "how many fresh ones; default: the setting's", positiveCount)
    .option('--train <file>', 'a data set for the nearest neighbour, and to fit a threshold rule to')
    .option(
      '--retrain',
      'trains XGBoost and a threshold rule on most episodes of the data and scores the rest, each repeat',
    )
    .option('--repeats <n>', 'draws of episodes, or trainings, for the spread', positiveCount, 10)
    .addOption(
      new Option('--windows <which>', 'clean: the state was in force all the while; apart: they do not overlap')
        .choices(WINDOW_CHOICES)
        .default('clean' as const),
    )
    .option('--seed <text>', 'of fresh episodes, and of the repeats', UNSEEN_SEED)
    .addOption(jobsOption())
    .addOption(formatOption())
    .addOption(outOption('scores.csv, report.txt, confusion-MODEL.svg, manifest.json and machine.json'))
    .addHelpText(
      'after',
      '\nExamples:\n  etcdsim forecast evaluate --setting thesis --out results/forecast/thesis\n' +
        '  etcdsim forecast evaluate recorded-xgboost --data recorded.csv --retrain\n',
    )
    .action(async (models, options) => {
      const startedMs = Date.now();
      await checkOutFolder(options.out);
      session.onInterrupt(endAtOnce);
      const { loadModel, shippedModels } = await import('../../experiment/forecast/models.js');
      const { Streams } = await import('../../forecast/streams.js');
      const library = await import('../../forecast/evaluation.js');
      const own = options.setting === 'regimes' ? 'recorded' : options.setting;
      const wanted = KINDS.map((kind) => `${own}-${kind}`).filter((name) => shippedModels().includes(name));
      const names = models.length > 0 ? models : wanted;
      const bare = names.map((name) => basename(name, '.json'));
      const twice = bare.find((name, i) => bare.indexOf(name) < i || name === 'persistence');
      if (twice !== undefined)
        throw new UsageError(`model ${twice}: that name is taken in the report; rename the file`);
      if (options.data !== undefined && (options.episodes !== undefined || options.jobs !== undefined)) {
        const flag = options.episodes === undefined ? '--jobs' : '--episodes';
        throw new UsageError(`${flag} is for fresh episodes, expected no --data beside it`);
      }
      const classifiers = names.map((name) => ({ name: basename(name, '.json'), classifier: loadModel(name) }));
      const training = options.train === undefined ? undefined : usableWindows(options.train, 'training');
      const samples =
        options.data === undefined
          ? chosenWindows(await freshEpisodes(options), options.windows)
          : usableWindows(options.data, options.retrain ? 'training' : 'judging', options.windows);
      const streams = new Streams(`${options.seed}/forecast/evaluate`);
      const draws = () => streams.stream('repeats');

      const results: Evaluation[] = classifiers.map(({ name, classifier }) =>
        library.evaluate(name, library.verdictsOf(classifier, samples), options.repeats, draws()),
      );
      results.push(library.evaluate('persistence', library.persistenceVerdicts(samples), options.repeats, draws()));
      if (training !== undefined) {
        const { nearestNeighbour } = await import('../../forecast/nearest-neighbour.js');
        const { fitThresholds, thresholdRule } = await import('../../forecast/threshold-rule.js');
        const fitted = [
          nearestNeighbour(training),
          { ...thresholdRule(fitThresholds(training)), name: 'fitted-thresholds' },
        ];
        for (const each of fitted) {
          results.push(library.evaluate(each.name, library.verdictsOf(each, samples), options.repeats, draws()));
        }
      }
      if (options.retrain) results.push(...(await retrained(samples, options.repeats, streams)));

      const { confusionText, scoresCsv, scoresText } = await import('../../report/forecast-text.js');
      const importance = classifiers.map(({ name, classifier }) => {
        const falls = library.permutationImportance(classifier, samples, streams.stream(`importance/${name}`));
        return { name, gain: classifier.importance, fall: falls };
      });
      const { importanceText } = await import('../../report/forecast-importance.js');
      const text = [scoresText(results), ...results.map(confusionText), importanceText(importance)].join('\n');
      const { toJson } = await import('../../report/json.js');
      if (options.out !== undefined) {
        const { confusionSvg } = await import('../../report/confusion-figure.js');
        const figures = results.map((each) => [`confusion-${each.name}.svg`, confusionSvg(each)]);
        await writeAll(options.out, {
          'scores.csv': scoresCsv(results),
          'report.txt': text,
          ...Object.fromEntries(figures),
          'manifest.json': toJson({
            version: version(),
            models: names,
            data:
              options.data === undefined
                ? { setting: options.setting, episodes: options.episodes ?? settingNamed(options.setting).episodes }
                : fileEntry(options.data),
            ...(options.train === undefined ? {} : { train: fileEntry(options.train) }),
            retrain: options.retrain === true,
            windows: options.windows,
            repeats: options.repeats,
            seed: options.seed,
          }),
          'machine.json': machineJson(startedMs),
        });
        say(`written: ${options.out}`);
      }
      if (options.format === 'json') await print(toJson({ results, importance }));
      else await print(options.format === 'csv' ? scoresCsv(results) : text);
    });

function settingNamed(wanted: string) {
  return EPISODE_SETTINGS.find(({ name }) => name === wanted)!;
}

/** A file of the user's, so that it is known again. */
function fileEntry(path: string) {
  return { file: basename(path), sha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
}

async function freshEpisodes(options: {
  readonly setting: string;
  readonly episodes?: number | undefined;
  readonly seed: string;
  readonly jobs?: number | undefined;
}): Promise<readonly Sample[]> {
  const setting = settingNamed(options.setting);
  const source = readScenario(setting.scenario);
  const { makeDataSet } = await import('../../experiment/forecast/index.js');
  const progress = await startProgress('sessions');
  const { windowsCsv } = await makeDataSet({
    setting,
    episodes: options.episodes ?? setting.episodes,
    seed: options.seed,
    jobs: options.jobs ?? availableParallelism(),
    scenario: { text: new TextDecoder().decode(source.bytes), fileName: source.shownAs },
    onProgress: (done, total) => progress.update(done, total),
  }).finally(() => progress.stop());
  return samplesOf(windowsCsv, 'fresh episodes');
}

/** Ten splits by episode: trained on the one side, scored on the other. */
async function retrained(
  samples: readonly Sample[],
  repeats: number,
  streams: InstanceType<Awaited<typeof import('../../forecast/streams.js')>['Streams']>,
): Promise<Evaluation[]> {
  const { evaluationOf, splitByEpisode, verdictsOf } = await import('../../forecast/evaluation.js');
  const { score } = await import('../../forecast/scores.js');
  const { readModel } = await import('../../forecast/classifier.js');
  const { fitThresholds, thresholdRule } = await import('../../forecast/threshold-rule.js');
  const { trainXgboost } = await import('../../forecast/training/xgboost.js');
  const splits = Array.from({ length: repeats }, (_, i) => splitByEpisode(samples, 0.34, streams.stream(`split${i}`)));
  const makers = {
    'retrained-xgboost': (training: readonly Sample[]) => readModel(trainXgboost(training), 'retrained'),
    'retrained-threshold-rule': (training: readonly Sample[]) => thresholdRule(fitThresholds(training)),
  };
  return Object.entries(makers).map(([name, make]) => {
    const verdicts = splits.map(({ training, unseen }) => verdictsOf(make(training), unseen));
    return evaluationOf(name, score(verdicts.flat()), verdicts.map(score));
  });
}
