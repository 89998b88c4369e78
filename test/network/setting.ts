import { Simulator } from '../../src/engine/index.js';
import {
  type ConnectionEnd,
  type HostConfig,
  NETEM_OFF,
  type NetemConfig,
  Network,
  type NetworkConfig,
  type Port,
} from '../../src/network/index.js';

export type End = ConnectionEnd<unknown, unknown>;

export const BASE_US = 100;

/** A network of some hosts whose packets take BASE_US besides what netem adds. */
export function setting(
  hosts: Readonly<Record<string, Partial<NetemConfig>>>,
  more: { seed?: string | number; config?: Partial<NetworkConfig>; zones?: Readonly<Record<string, string>> } = {},
): { simulator: Simulator; network: Network } {
  const simulator = new Simulator(more.seed ?? 1);
  const network = new Network(simulator, {
    baseLatency: { kind: 'constant', valueUs: BASE_US },
    zoneLatencyUs: {},
    links: {},
    ...more.config,
  });
  for (const [name, egress] of Object.entries(hosts)) {
    const host: HostConfig = { name, zone: more.zones?.[name], egress: { ...NETEM_OFF, ...egress } };
    network.addHost(host);
  }
  return { simulator, network };
}

/** Both ends of a fresh connection from `from` to `to`; runs the simulator until it stands. */
export function connect(
  { simulator, network }: { simulator: Simulator; network: Network },
  { from = 'a', to = 'b', port = 'client' as Port, roundTrips = 2 } = {},
): { dialling: End; accepting: End } {
  let accepting: End | undefined;
  let dialling: End | undefined;
  network.listen(to, port, (end) => {
    accepting = end as unknown as End;
  });
  network.dial<unknown, unknown>({
    from,
    to,
    port,
    roundTrips,
    timeoutUs: 20_000_000,
    opened: (end) => {
      dialling = end;
      simulator.stop();
    },
    failed: (reason) => {
      throw new Error(`dial failed: ${reason}`);
    },
  });
  simulator.run();
  return { dialling: dialling!, accepting: accepting! };
}
