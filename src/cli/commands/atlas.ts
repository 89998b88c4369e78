import { positiveCount } from '../arguments.js';
import { newCommand } from '../command.js';
import { EXIT, UsageError } from '../failure.js';
import { machineJson } from '../machine.js';
import { formatOption, outOption, seedOption } from '../options.js';
import { checkOutFolder, writeAll } from '../out-files.js';
import { print, say, wantsColor } from '../output.js';
import { version } from '../package-info.js';
import { startProgress } from '../progress.js';
import type { Session } from '../session.js';

const SIZES = '3,4';
const REPLICATIONS = 2;

/** `etcdsim atlas`: whether a leader stands in every way in which links can be broken. */
export const atlasCommand = (session: Session) =>
  newCommand('atlas')
    .description(
      'Every connected directed graph of 3 and of 4 members, with PreVote and CheckQuorum on and off: is there a stable ' +
        'leader, how long until it, availability. And one partial partition of 5.',
    )
    .option('--members <list>', 'sizes of the graphs, from 2 to 4, by comma (example: --members 3)', SIZES)
    .option(
      '--replications <n>',
      'runs with each member as the leader before the links are cut (example: --replications 10)',
      positiveCount,
      REPLICATIONS,
    )
    .addOption(seedOption())
    .addOption(formatOption())
    .addOption(outOption('atlas.csv, atlas.txt, figures, manifest.json and machine.json'))
    .addHelpText('after', '\nExample:\n  etcdsim atlas --members 3 --format csv\n')
    .action(async ({ members, replications, seed = '1', format, out }) => {
      const startedMs = Date.now();
      await checkOutFolder(out);
      const sizes = members.split(',').map(Number);
      if (!sizes.every((size) => [2, 3, 4].includes(size)) || new Set(sizes).size < sizes.length) {
        throw new UsageError(`--members ${members}: expected different numbers from 2 to 4, by comma`);
      }
      let stopped = false;
      session.onInterrupt(() => {
        stopped = true;
        session.setExitCode(EXIT.interrupted);
      });
      const [{ livenessAtlas }, report, { colors }, { toJson }] = await Promise.all([
        import('../../experiment/index.js'),
        import('../../report/atlas-text.js'),
        import('../../report/table.js'),
        import('../../report/json.js'),
      ]);
      const progress = await startProgress('graphs and settings');
      const rows = livenessAtlas({
        seed,
        sizes,
        replications,
        progress: (done, total) => progress.update(done, total),
        stop: () => stopped,
      });
      progress.stop();
      if (stopped) return;
      if (out !== undefined) {
        const [{ barFigureSvg }, { lineFigureSvg }] = await Promise.all([
          import('../../report/bar-figure.js'),
          import('../../report/line-figure.js'),
        ]);
        const figures = sizes.map((size) => [
          `availability-${size}.svg`,
          lineFigureSvg(report.availabilityFigure(rows, size)),
        ]);
        await writeAll(out, {
          'atlas.csv': report.atlasCsv(rows),
          'atlas.txt': report.atlasText(rows, colors(false)),
          'stability.svg': barFigureSvg(report.stabilityFigure(rows)),
          ...Object.fromEntries(figures),
          'manifest.json': toJson({ version: version(), seed, sizes, replications }),
          'machine.json': machineJson(startedMs),
        });
        say(`written: ${out}`);
      }
      if (format === 'json') await print(toJson(rows));
      else if (format === 'csv') await print(report.atlasCsv(rows));
      else await print(report.atlasText(rows, colors(wantsColor())));
    });
