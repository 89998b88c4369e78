import { Simulator } from '../../engine/index.js';
import { Network } from '../../network/index.js';
import type { ResolvedScenario } from '../../scenario/config.js';

/** When the probes are sent. */
export interface Probes {
  readonly count: number;
  /** `spaced`: that far apart; `poisson`: that far apart on average; `burst`: all at once. */
  readonly arrivals: 'spaced' | 'poisson' | 'burst';
  readonly meanGapUs: number;
  readonly payloadBytes: number;
}

/** One packet, and the delays of what arrived of it in order of arrival, µs: none if lost, two if doubled. */
export interface Probe {
  readonly sentUs: number;
  readonly delaysUs: number[];
}

/** Sends packets from the scenario's first host to its second. @param seed of every stream */
export function probe(scenario: ResolvedScenario, seed: string, probes: Probes): readonly Probe[] {
  const simulator = new Simulator(seed);
  const network = new Network(simulator, scenario.network.config);
  for (const host of scenario.network.hosts) network.addHost(host);
  const [from, to] = scenario.network.hosts;
  const gaps = simulator.streams.stream('links/gaps');
  const sent: Probe[] = [];
  const send = (): void => {
    const sentUs = simulator.nowUs;
    const one: Probe = { sentUs, delaysUs: [] };
    sent.push(one);
    network.datagram(from!.name, to!.name, probes.payloadBytes, () => {
      one.delaysUs.push(simulator.nowUs - sentUs);
    });
    if (sent.length === probes.count) return;
    const gapUs =
      probes.arrivals === 'poisson'
        ? Math.round(gaps.exponential() * probes.meanGapUs)
        : probes.arrivals === 'spaced'
          ? probes.meanGapUs
          : 0;
    simulator.schedule(gapUs, send, undefined);
  };
  simulator.schedule(0, send, undefined);
  simulator.run();
  return sent;
}
