import type { RuleVerdict } from '../../experiment/index.js';
import { newCommand } from '../command.js';
import { EXIT, UsageError } from '../failure.js';
import { checkFormatOption, seedOption } from '../options.js';
import { print, say, wantsColor } from '../output.js';
import type { Session } from '../session.js';

/** `etcdsim check`: judges what is not a whole scenario; a balancer so far. */
export const checkCommand = (session: Session) =>
  newCommand('check')
    .description('Judges a balancer of your own: the rules that every policy keeps (docs/balancers.md), one by one.')
    .option(
      '--balancer <name|file>',
      'the balancer: a file with one of your own, or one that ships (example: --balancer ./mine.js)',
    )
    .option('--runs <n>', 'random schedules of failures besides the fixed ones (default 5; example: --runs 50)', Number)
    .addOption(seedOption())
    .addOption(checkFormatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  etcdsim check --balancer ./mine.js\n  etcdsim check --balancer examples/sticky-balancer.js --runs 50 --seed 7\n',
    )
    .action(async ({ balancer, runs, seed, format }) => {
      if (balancer === undefined) throw new UsageError('expected something to check', 'such as --balancer ./mine.js');
      if (runs !== undefined && !(Number.isSafeInteger(runs) && runs >= 0 && runs <= 100_000)) {
        throw new UsageError(`--runs ${runs}: expected a whole number, 0 or more`);
      }
      const { name, verdicts } = await judge(balancer, {
        ...(seed === undefined ? {} : { seed }),
        ...(runs === undefined ? {} : { randomPlans: runs }),
      });
      if (format === 'json') {
        const { toJson } = await import('../../report/json.js');
        await print(toJson({ balancer: name, verdicts }));
      } else {
        await print(await asTable(verdicts));
      }
      const broken = verdicts.find(({ status }) => status === 'broken');
      if (broken === undefined) return;
      say(`error: ${balancer}: [${broken.rule}] ${broken.says}: ${broken.text}\nhint: docs/balancers.md says why`);
      session.setExitCode(EXIT.badInput);
    });

async function judge(balancer: string, settings: { readonly seed?: string; readonly randomPlans?: number }) {
  const { balancerNames, checkBalancerFile, checkShippedBalancer } = await import('../../experiment/index.js');
  if (balancerNames.includes(balancer)) return { name: balancer, verdicts: checkShippedBalancer(balancer, settings) };
  if (!/[\\/.]/.test(balancer)) {
    throw new UsageError(
      `--balancer ${balancer}: no such balancer, and no file`,
      'etcdsim list balancers names those that ship',
    );
  }
  return checkBalancerFile(balancer, settings);
}

async function asTable(verdicts: readonly RuleVerdict[]): Promise<string> {
  const { colors, renderTable } = await import('../../report/table.js');
  const rows = verdicts.map(({ rule, says, status, text }) => [rule, status, text === '' ? says : `${says}: ${text}`]);
  return `${renderTable({ head: ['rule', 'is', 'what it says'], rows, right: [] }, colors(wantsColor()))}\n`;
}
