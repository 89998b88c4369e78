import type { RuleVerdict } from '../../experiment/index.js';
import { newCommand } from '../command.js';
import { EXIT, UsageError } from '../failure.js';
import { checkFormatOption, invariantOption, seedOption } from '../options.js';
import { print, say, wantsColor } from '../output.js';
import type { Session } from '../session.js';

/** `etcdsim check`: random schedules on the core, on seeded bugs; a recorded history; a balancer. */
export const checkCommand = (session: Session) =>
  newCommand('check')
    .description(
      'Looks for a schedule of requests and failures that breaks a promise of Raft or etcd, and shrinks what it finds. ' +
        'Or judges a recorded history, or a balancer of your own (docs/balancers.md).',
    )
    .argument('[scenario]', 'sets the cluster, and by its faults which kinds are drawn; default: all sorts')
    .option(
      '--balancer <name|file>',
      'the balancer: a file with one of your own, or one that ships (example: --balancer ./mine.js)',
    )
    .addOption(invariantOption())
    .option('--history <file>', "judges a history: Jepsen's log, or JSON (example: --history etcd_003.log)")
    .option('--mutant <name|all>', 'seeds a bug and looks for it (example: --mutant commits-older-terms)')
    .option(
      '--runs <n>',
      "random schedules (default 500; of mutants: each one's own budget; of a balancer: 5; example: --runs 10000)",
      Number,
    )
    .addOption(seedOption())
    .option('--out <folder>', 'where counterexamples are written', 'counterexamples')
    .addOption(checkFormatOption())
    .addHelpText(
      'after',
      `
Exit codes: 0 nothing violated (every mutant found); 1 a violation (a mutant alive); 2 bad input.

Examples:
  etcdsim check --runs 10000
  etcdsim check --mutant all --format json
  etcdsim check --history etcd_003.log
  etcdsim check --balancer examples/sticky-balancer.js --runs 50 --seed 7
  etcdsim check --invariant examples/applied-order-invariant.js
`,
    )
    .action(async (scenario, { balancer, history, mutant, invariant: invariants = [], runs, seed, format, out }) => {
      if (runs !== undefined && !(Number.isSafeInteger(runs) && runs >= 0 && runs <= 10_000_000)) {
        throw new UsageError(`--runs ${runs}: expected a whole number, 0 or more`);
      }
      if ([balancer, history, mutant].filter((each) => each !== undefined).length > 1) {
        throw new UsageError('--balancer, --history and --mutant: expected one of them');
      }
      if (balancer !== undefined) await checkBalancer(session, balancer, { runs, seed, format });
      else if (history !== undefined) {
        await (await import('./check-history.js')).checkHistory(session, history, format);
      } else {
        const { checkCore, checkMutants } = await import('./check-core.js');
        const options = { scenario, invariants, runs, seed, format, out };
        if (mutant === undefined) await checkCore(session, options);
        else await checkMutants(session, mutant, options);
      }
    });

async function checkBalancer(
  session: Session,
  balancer: string,
  { runs, seed, format }: { runs: number | undefined; seed: string | undefined; format: string },
): Promise<void> {
  if (runs !== undefined && runs > 100_000) throw new UsageError(`--runs ${runs}: expected 100000 at most`);
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
}

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
