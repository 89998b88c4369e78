import { randomInt } from 'node:crypto';
import type { MutantVerdict, SearchOrder, SearchResult, Universe } from '../../experiment/checking/index.js';
import { counterexampleText, writeCounterexample } from '../counterexample-files.js';
import { EXIT, endAtOnce, UsageError } from '../failure.js';
import { print, say, wantsColor } from '../output.js';
import { version } from '../package-info.js';
import { loadScenario, ofOneKind, readScenario } from '../scenario-file.js';
import type { Session } from '../session.js';

export interface CoreCheckOptions {
  readonly scenario: string | undefined;
  /** Files of the user's own. */
  readonly invariants: readonly string[];
  readonly runs: number | undefined;
  readonly seed: string | undefined;
  readonly format: 'table' | 'json';
  /** Where counterexamples go. */
  readonly out: string;
}

const DEFAULT_RUNS = 500;

/** `etcdsim check [SCENARIO]`: random schedules on the core as it is, with the user's own invariants if there are some. */
export async function checkCore(session: Session, options: CoreCheckOptions): Promise<void> {
  const { universe, plugIns } = await fixedBy(options);
  const seed = options.seed ?? String(randomInt(1_000_000_000));
  say(`seed ${seed}`);
  const order: SearchOrder = { runs: options.runs ?? DEFAULT_RUNS, seed, universe, plugIns, version: version() };
  const { found, runs, coverage, operations, events } = await searched(session, order);
  let text = '';
  if (found !== undefined) {
    session.setExitCode(EXIT.checkFailed);
    const path = await writeCounterexample(
      options.out,
      `seed-${seed}-run-${runs}`,
      found.counterexample,
      found.replayed,
    );
    text = counterexampleText(found.counterexample, path);
  }
  if (options.format === 'json') {
    const { toJson } = await import('../../report/json.js');
    const counterexample = found && { counterexample: found.counterexample };
    await print(toJson({ seed, runs, operations, events, coverage, ...counterexample }));
    if (text !== '') say(text.trimEnd());
    return;
  }
  const { colors } = await import('../../report/table.js');
  const { coverageText } = await import('../../report/check-text.js');
  await print(`${coverageText(coverage, colors(wantsColor()))}\n${text === '' ? 'no violation\n' : text}`);
}

async function searched(session: Session, order: SearchOrder): Promise<SearchResult> {
  if (order.plugIns.length > 0) {
    session.onInterrupt(endAtOnce);
    return (await import('../check-in-worker.js')).searchInWorker(order);
  }
  let stopped = false;
  session.onInterrupt(() => {
    stopped = true;
    session.setExitCode(EXIT.interrupted);
  });
  return (await import('../../experiment/checking/index.js')).search(order, { stop: () => stopped });
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
  const { universe } = await fixedBy(options);
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

/**
 * A scenario says how large the cluster is and how it is set, and by its faults which kinds are drawn. Of plug-ins,
 * invariants and the scenario's balancer are used; requests and failures are the check's own.
 */
async function fixedBy({
  scenario,
  invariants,
}: Pick<CoreCheckOptions, 'scenario' | 'invariants'>): Promise<{ universe: Universe; plugIns: readonly string[] }> {
  if (scenario === undefined) return { universe: {}, plugIns: await ofOneKind(invariants, 'invariant') };
  const own = { invariants };
  const { scenario: resolved, described } = await loadScenario(readScenario(scenario), { own });
  const { members } = resolved.cluster;
  const { raft } = members[0]!;
  const actions = [...new Set(resolved.faults.map(({ action }) => action))];
  const { CHECKED_FAULTS } = await import('../../experiment/checking/index.js');
  const known = actions.filter((action) => CHECKED_FAULTS.includes(action));
  const { egress } = resolved.network.hosts[0]!;
  const ms = (us: number): number => Math.round(us / 1000);
  const unused = described.filter(({ kind }) => kind === 'workload' || kind === 'fault');
  for (const { kind, name } of unused) say(`the ${kind} ${name} is left out: a check draws its own`);
  return {
    plugIns: described.filter((each) => !unused.includes(each)).map(({ file }) => file),
    universe: {
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
    },
  };
}
