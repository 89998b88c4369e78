import { availableParallelism } from 'node:os';
import { Option } from '@commander-js/extra-typings';
import { EPISODE_SETTINGS } from '../../forecast/episode.js';
import { positiveCount } from '../arguments.js';
import { newCommand } from '../command.js';
import { endAtOnce } from '../failure.js';
import { machineJson } from '../machine.js';
import { jobsOption, outOption } from '../options.js';
import { checkOutFolder, writeAll } from '../out-files.js';
import { print, say } from '../output.js';
import { version } from '../package-info.js';
import { startProgress } from '../progress.js';
import { readScenario } from '../scenario-file.js';
import type { Session } from '../session.js';

const DEFAULT_SEED = '1';

/** `etcdsim forecast dataset`: episodes of trouble, and what the leader's counters say in them. */
export const dataSetCommand = (session: Session) =>
  newCommand('dataset')
    .description("Runs episodes of idleness, delay, overload and both, and scrapes the leader's counters.")
    .addOption(
      new Option('--setting <name>', EPISODE_SETTINGS.map(({ name, summary }) => `${name}: ${summary}`).join('; '))
        .choices(EPISODE_SETTINGS.map(({ name }) => name))
        .default('thesis'),
    )
    .option('--episodes <n>', "how many; default: the setting's (example: --episodes 24)", positiveCount)
    .option('--seed <text>', 'a whole number or a word (example: --seed 7)', DEFAULT_SEED)
    .addOption(jobsOption())
    .addOption(outOption('windows.csv, episodes.csv, manifest.json and machine.json; else windows.csv is printed'))
    .addHelpText(
      'after',
      '\nExample:\n  etcdsim forecast dataset --setting recorded --episodes 24 --out data/recorded\n',
    )
    .action(async (options) => {
      const startedMs = Date.now();
      await checkOutFolder(options.out);
      session.onInterrupt(endAtOnce);
      const setting = EPISODE_SETTINGS.find(({ name }) => name === options.setting)!;
      const episodes = options.episodes ?? setting.episodes;
      const source = readScenario(setting.scenario);
      const text = new TextDecoder().decode(source.bytes);
      const { makeDataSet } = await import('../../experiment/forecast/index.js');
      const progress = await startProgress('sessions');
      const data = await makeDataSet({
        setting,
        episodes,
        seed: options.seed,
        jobs: options.jobs ?? availableParallelism(),
        scenario: { text, fileName: source.shownAs },
        onProgress: (done, total) => progress.update(done, total),
      }).finally(() => progress.stop());
      const { windowsCsv, episodesCsv, ...summary } = data;
      if (options.out === undefined) {
        await print(windowsCsv);
        return;
      }
      const { toJson } = await import('../../report/json.js');
      await writeAll(options.out, {
        'windows.csv': windowsCsv,
        'episodes.csv': episodesCsv,
        'manifest.json': toJson({ version: version(), setting, episodes, seed: options.seed, scenario: text, summary }),
        'machine.json': machineJson(startedMs),
      });
      say(`written: ${options.out}`);
      const { virtualSeconds, windows, leaderChanges, failedScrapes } = summary;
      await print(
        `${summary.episodes} episodes, ${windows} windows, ${(virtualSeconds / 3600).toFixed(2)} h of virtual time; ` +
          `leader changes ${leaderChanges}, failed scrapes ${failedScrapes}\n`,
      );
    });
