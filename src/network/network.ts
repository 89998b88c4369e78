import { invariant, type Simulator } from '../engine/index.js';
import { Dial } from './dial.js';
import { type Accept, Host } from './host.js';
import { Line } from './line.js';
import { LOST, Netem } from './netem.js';
import { Path } from './path.js';
import { packetBytesOf } from './tcp.js';
import type {
  DialOptions,
  HostConfig,
  HostCounters,
  NetemConfig,
  NetworkApi,
  NetworkConfig,
  Owner,
  Port,
} from './types.js';

interface Datagram {
  readonly to: Host;
  readonly deliver: () => void;
}

/**
 * The network of one run: hosts, and the paths between them.
 *
 * Streams: `network/<host>/egress/<purpose>`, `network/<from>-><to>/link/<purpose>`, `network/<from>-><to>/base-latency`;
 * each draws only for a feature that is switched on.
 */
export class Network implements NetworkApi {
  private readonly simulator: Simulator;
  private readonly config: NetworkConfig;
  private readonly packetBytes: number;
  private readonly hosts = new Map<string, Host>();

  constructor(simulator: Simulator, config: NetworkConfig) {
    this.simulator = simulator;
    this.config = config;
    this.packetBytes = packetBytesOf(config.segmentsPerPacket ?? 1);
  }

  addHost(config: HostConfig): void {
    invariant(!this.hosts.has(config.name), 'host added twice', { host: config.name });
    const { streams } = this.simulator;
    const { name, zone, lineRateBitsPerSec = 0 } = config;
    const line = lineRateBitsPerSec > 0 ? new Line(lineRateBitsPerSec) : undefined;
    const egress = new Netem(`network/${name}/egress`, streams, config.egress, this.packetBytes, line);
    this.hosts.set(name, new Host(name, zone, egress, line));
  }

  hostNames(): readonly string[] {
    return [...this.hosts.keys()];
  }

  listen(name: string, port: Port, accept: Accept | undefined): void {
    const host = this.host(name);
    if (accept === undefined) host.ports.delete(port);
    else {
      host.ports.set(port, accept);
      this.setPower(host, true);
    }
  }

  dial<Outgoing, Incoming>(options: DialOptions<Outgoing, Incoming>): void {
    const from = this.host(options.from);
    const to = this.hosts.get(options.to);
    if (to === undefined) {
      this.simulator.schedule(0, options.failed, 'unreachable');
      return;
    }
    this.setPower(from, true);
    new Dial(this.simulator, options, this.path(from, to), this.path(to, from));
  }

  datagram(from: string, to: string, sizeBytes: number, deliver: () => void): void {
    const path = this.path(this.host(from), this.host(to));
    const arrivalUs = path.packet(this.simulator.nowUs, sizeBytes);
    const datagram = { to: path.to, deliver };
    if (arrivalUs !== LOST) this.simulator.scheduleAt(arrivalUs, datagramArrives, datagram);
    if (path.copyUs !== LOST) this.simulator.scheduleAt(path.copyUs, datagramArrives, datagram);
  }

  egress(name: string): NetemConfig {
    return this.host(name).egress.current;
  }

  setEgress(name: string, egress: NetemConfig): void {
    const host = this.host(name);
    const heldBack = !host.egress.keepsOwners;
    host.egress.configure(egress);
    if (heldBack) host.line?.letGo(this.simulator.nowUs);
    for (const path of host.paths.values()) path.refresh();
  }

  setLink(from: string, to: string, link: NetemConfig | undefined): void {
    this.path(this.host(from), this.host(to)).setLink(link);
  }

  block(from: string, to: string): void {
    this.path(this.host(from), this.host(to)).blocked = true;
  }

  unblock(from: string, to: string): void {
    this.path(this.host(from), this.host(to)).blocked = false;
  }

  isBlocked(from: string, to: string): boolean {
    return this.path(this.host(from), this.host(to)).blocked;
  }

  resetHost(name: string, owner?: Owner): void {
    const host = this.host(name);
    if (owner !== 'client') this.stopListening(host);
    for (const mortal of [...host.mortals]) {
      if (owner === undefined ? !mortal.outlivesMember : mortal.owner === owner) mortal.reset();
    }
  }

  silenceHost(name: string): void {
    const host = this.host(name);
    this.stopListening(host);
    this.setPower(host, false);
    for (const mortal of [...host.mortals]) mortal.vanish();
  }

  counters(name: string): HostCounters {
    return this.host(name);
  }

  listenIn(tap: () => void): void {
    for (const host of this.hosts.values()) host.tap = tap;
  }

  private stopListening(host: Host): void {
    host.ports.clear();
    host.incarnation++;
  }

  private setPower(host: Host, powered: boolean): void {
    if (host.powered === powered) return;
    host.powered = powered;
    for (const other of this.hosts.values()) {
      host.paths.get(other.name)?.refresh();
      other.paths.get(host.name)?.refresh();
    }
  }

  private host(name: string): Host {
    const host = this.hosts.get(name);
    invariant(host !== undefined, 'no such host', { host: name });
    return host;
  }

  private path(from: Host, to: Host): Path {
    let path = from.paths.get(to.name);
    if (path === undefined) {
      const { baseLatency, zoneLatencyUs, links } = this.config;
      const zoneUs = from.zone === undefined || to.zone === undefined ? 0 : (zoneLatencyUs[from.zone]?.[to.zone] ?? 0);
      path = new Path(this.simulator, from, to, baseLatency, zoneUs, this.config.segmentsPerPacket);
      path.setLink(links[`${from.name}->${to.name}`]);
      from.paths.set(to.name, path);
    }
    return path;
  }
}

function datagramArrives(datagram: Datagram): void {
  if (datagram.to.powered) datagram.deliver();
}
