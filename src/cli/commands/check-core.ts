import { randomInt } from 'node:crypto';
import type { MutantVerdict, Universe } from '../../experiment/checking/index.js';
import { counterexampleText, writeCounterexample } from '../counterexample-files.js';
import { EXIT, UsageError } from '../failure.js';
import { print, say, wantsColor } from '../output.js';
import { version } from '../package-info.js';
import { loadScenario, readScenario } from '../scenario-file.js';
import type { Session } from '../session.js';

export interface CoreCheckOptions {
  readonly scenario: string | undefined;
  readonly runs: number | undefined;
  readonly seed: string | undefined;
  readonly format: 'table' | 'json';
  /** Where counterexamples go. */
  readonly out: string;
}

const DEFAULT_RUNS = 500;

/** `etcdsim check [SCENARIO]`: random schedules on the core as it is. */
export async function checkCore(session: Session, options: CoreCheckOptions): Promise<void> {
  const { explore, shrinkSchedule, newCounterexample, replaySchedule } = await import(
    '../../experiment/checking/index.js'
  );
  const universe = await fixedBy(options.scenario);
  const seed = options.seed ?? String(randomInt(1_000_000_000));
  say(`seed ${seed}`);
  let stopped = false;
  session.onInterrupt(() => {
    stopped = true;
    session.setExitCode(EXIT.interrupted);
  });
  const { found, runs, coverage, operations, events } = await explore({
    runs: options.runs ?? DEFAULT_RUNS,
    seed,
    universe,
    stop: () => stopped,
  });
  let text = '';
  let counterexample: ReturnType<typeof newCounterexample> | undefined;
  if (found !== undefined) {
    session.setExitCode(EXIT.checkFailed);
    const schedule = shrinkSchedule(found.schedule, { property: found.violation.property });
    const replayed = replaySchedule(schedule, undefined);
    const violation = replayed.violation ?? found.violation;
    counterexample = newCounterexample(schedule, violation, { version: version(), mutant: undefined });
    const path = await writeCounterexample(options.out, `seed-${seed}-run-${found.run}`, counterexample, replayed);
    text = counterexampleText(counterexample, path);
  }
  if (options.format === 'json') {
    const { toJson } = await import('../../report/json.js');
    await print(toJson({ seed, runs, operations, events, coverage, ...(counterexample ? { counterexample } : {}) }));
    if (text !== '') say(text.trimEnd());
    return;
  }
  const { colors } = await import('../../report/table.js');
  const { coverageText } = await import('../../report/check-text.js');
  await print(`${coverageText(coverage, colors(wantsColor()))}\n${text === '' ? 'no violation\n' : text}`);
}

/** `etcdsim check --mutant NAME|all`: whether seeded bugs are found. */
export async function checkMutants(session: Session, which: string, options: CoreCheckOptions): Promise<void> {
  const [{ mutants }, { checkMutant, newCounterexample, replaySchedule }] = await Promise.all([
    import('../../checking/mutants/index.js'),
    import('../../experiment/checking/index.js'),
  ]);
  const chosen = which === 'all' ? mutants : mutants.filter(({ name }) => name === which);
  if (chosen.length === 0) {
    const { nearest } = await import('../../scenario/nearest.js');
    const close = nearest(
      which,
      mutants.map(({ name }) => name),
    );
    throw new UsageError(
      `--mutant ${which}: no such mutant`,
      close === undefined ? 'etcdsim list mutants names them' : `did you mean ${close}?`,
    );
  }
  const universe = await fixedBy(options.scenario);
  const seed = options.seed ?? '1';
  let stopped = false;
  session.onInterrupt(() => {
    stopped = true;
    session.setExitCode(EXIT.interrupted);
  });
  const verdicts: (MutantVerdict & { readonly seconds: number })[] = [];
  for (const mutant of chosen) {
    if (stopped) break;
    const startedMs = Date.now();
    const verdict = await checkMutant(mutant, {
      seed,
      ...(options.scenario === undefined ? {} : { universe }),
      runs: options.runs,
      stop: () => stopped,
    });
    const seconds = (Date.now() - startedMs) / 1000;
    verdicts.push({ ...verdict, seconds });
    if (verdict.killed === (mutant.equivalent ?? false)) session.setExitCode(EXIT.checkFailed);
    say(
      `${mutant.name}: ${verdict.killed ? `${verdict.violation!.property} in run ${verdict.runs}` : 'nothing found'}`,
    );
    if (verdict.schedule === undefined) continue;
    const replayed = replaySchedule(verdict.schedule, mutant);
    const violation = replayed.violation ?? verdict.violation!;
    const counterexample = newCounterexample(verdict.schedule, violation, { version: version(), mutant });
    const path = await writeCounterexample(options.out, mutant.name, counterexample, replayed);
    if (which !== 'all') say(counterexampleText(counterexample, path).trimEnd());
  }
  if (options.format === 'json') {
    const { toJson } = await import('../../report/json.js');
    const rows = verdicts.map(({ name, source, property, equivalent, killed, runs, seconds, events }) => ({
      name,
      source,
      property,
      equivalent,
      killed,
      runs,
      seconds,
      events,
    }));
    await print(toJson(rows));
    return;
  }
  const { colors } = await import('../../report/table.js');
  const { killTable } = await import('../../report/check-text.js');
  await print(killTable(verdicts, colors(wantsColor())));
}

/** A scenario says how large the cluster is and how it is set, and by its faults which kinds are drawn. */
async function fixedBy(scenario: string | undefined): Promise<Universe> {
  if (scenario === undefined) return {};
  const { scenario: resolved } = await loadScenario(readScenario(scenario));
  const { members } = resolved.cluster;
  const { raft } = members[0]!;
  const actions = [...new Set(resolved.faults.map(({ action }) => action))];
  const { CHECKED_FAULTS } = await import('../../experiment/checking/index.js');
  const known = actions.filter((action) => CHECKED_FAULTS.includes(action));
  const { egress } = resolved.network.hosts[0]!;
  const ms = (us: number): number => Math.round(us / 1000);
  return {
    settings: {
      voters: Math.min(7, members.length),
      spares: 0,
      tickMs: Math.max(1, ms(raft.heartbeatIntervalUs)),
      electionTicks: Math.max(2, Math.round(raft.electionTimeoutUs / raft.heartbeatIntervalUs)),
      preVote: raft.preVote,
      checkQuorum: raft.checkQuorum,
      delayMs: ms(egress.delayUs),
      jitterMs: ms(egress.jitterUs),
      balancer: resolved.client.balancer.name,
    },
    ...(known.length > 0 ? { actions: known } : {}),
  };
}
