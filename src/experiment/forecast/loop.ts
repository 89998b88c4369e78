import { Cpu, Program } from '../../engine/index.js';
import { Forecaster, type ForecasterOptions, type Judge } from '../../forecast/forecaster.js';
import type { ResolvedScenario } from '../../scenario/config.js';
import { type Cluster, policyNamed } from '../cluster.js';
import { DEFAULT_MODEL, loadModel, ORACLE } from './models.js';
import { monitorHost } from './monitor.js';
import type { Troubles } from './troubles.js';

/** The balancer whose clients a forecaster speaks to. */
const BALANCER = 'pick-leader-forecast';

export interface ForecastLoop {
  /** Figures of the whole run, at its end. */
  report(report: (metric: string, unit: string, value: number) => void): void;
}

/**
 * Sets a forecaster going on a host of its own if the scenario's clients listen to one; its options are their balancer's.
 *
 * @throws BadModel
 */
export function startForecastLoop(
  cluster: Cluster,
  scenario: ResolvedScenario,
  troubles: Troubles,
  note: (text: string) => void,
): ForecastLoop | undefined {
  const { balancer } = scenario.client;
  if (balancer.name !== BALANCER) return undefined;
  const { simulator, network } = cluster;
  const { sharedCores, clientCores, clientSpeed, clientWakeUp } = scenario.cluster;
  const host = monitorHost(scenario);
  network.addHost(host);
  const judgements = { right: 0, all: 0 };
  const forecaster = new Forecaster(
    {
      simulator,
      network,
      host: host.name,
      program:
        sharedCores === undefined
          ? new Program(new Cpu(simulator, clientCores, clientSpeed), clientWakeUp)
          : cluster.newProgram(0),
      members: cluster.members.map(({ address: { name, host } }) => ({ name, host })),
      client: scenario.client,
      policyNamed,
      listeners: cluster.programs.map((program, i) => ({
        host: cluster.programHosts[i]!,
        tell: (endpoint) => program.notify(endpoint),
      })),
      judged(member, state) {
        judgements.all++;
        if (state === troubles.stateOf(member)) judgements.right++;
      },
      note,
    },
    optionsOf(balancer.options),
    judgeOf(balancer.options, troubles),
  );
  forecaster.start();
  return {
    report(report) {
      const { scrapes, failedScrapes, moves, failedMoves } = forecaster.counts;
      report('forecast_scrapes', 'count', scrapes);
      report('forecast_scrapes_failed', 'count', failedScrapes);
      report('forecast_moves', 'count', moves);
      report('forecast_moves_failed', 'count', failedMoves);
      if (judgements.all > 0) report('forecast_right', 'ratio', judgements.right / judgements.all);
    },
  };
}

function optionsOf(options: Readonly<Record<string, unknown>>): ForecasterOptions {
  const number = (name: string, otherwise: number): number => Number(options[name] ?? otherwise);
  return {
    intervalUs: number('scrape-interval', 5_000_000),
    hysteresis: number('hysteresis', 1),
    cooldownUs: number('cooldown', 0),
    choose: options['choose'] === 'best' ? 'best' : 'next',
    moveOn: options['move-on'] === 'trouble' ? 'trouble' : 'delay',
  };
}

function judgeOf(options: Readonly<Record<string, unknown>>, troubles: Troubles): Judge {
  const model = String(options['model'] ?? DEFAULT_MODEL);
  if (model === ORACLE) return { kind: 'oracle', stateOf: (member) => troubles.stateOf(member) };
  return { kind: 'model', classifier: loadModel(model) };
}
