import type { NetemConfig } from '../network/types.js';
import { type CheckContext, checkName } from './check-context.js';
import type { NetworkFile } from './network-schema.js';
import type { Path } from './path.js';

/** Hosts, links and zones by name; the matrix of the zones; what netem does, but hardly anyone means. */
export function checkNetwork(context: CheckContext): void {
  const { file, hosts } = context;
  const network = file.network;
  checkZones(context);
  if (network === undefined) return;
  checkNetems(context, network);
  if (hosts === undefined) return;
  for (const name of Object.keys(network.hosts ?? {})) {
    checkName(context, { path: ['network', 'hosts', name], atKey: true, name, what: 'host', known: hosts });
  }
  checkLinks(context, network, hosts);
}

function checkLinks(context: CheckContext, network: NetworkFile, hosts: readonly string[]): void {
  const seen = new Set<string>();
  for (const [i, { from, to }] of (network.links ?? []).entries()) {
    const path: Path = ['network', 'links', i];
    checkName(context, { path: [...path, 'from'], name: from, what: 'host', known: hosts });
    checkName(context, { path: [...path, 'to'], name: to, what: 'host', known: hosts });
    const complain = (at: Path, message: string, hint: string) => context.add({ path: at, message, hint });
    if (from === to)
      complain([...path, 'to'], `expected another host than ${from}, found ${to}`, 'a link leads from one to another');
    if (seen.has(`${from}->${to}`)) {
      complain(path, `expected each link once, found ${from} -> ${to} a second time`, 'put both settings into one');
    }
    seen.add(`${from}->${to}`);
  }
}

function checkNetems(context: CheckContext, network: NetworkFile): void {
  const check = (path: Path, netem: NetemConfig | undefined) => {
    if (netem === undefined || netem.jitterUs <= netem.delayUs) return;
    const message = `jitter of ${netem.jitterUs / 1000}ms exceeds the delay of ${netem.delayUs / 1000}ms`;
    const hint = 'netem cuts negative delays off at 0, so the mean comes out higher than the delay';
    context.add({ path: [...path, 'jitter'], message, hint, doubt: true });
  };
  check(['network', 'members', 'egress'], network.members?.egress);
  check(['network', 'clients', 'egress'], network.clients?.egress);
  for (const [name, host] of Object.entries(network.hosts ?? {})) {
    check(['network', 'hosts', name, 'egress'], host.egress);
  }
  for (const [i, link] of (network.links ?? []).entries()) check(['network', 'links', i], link.netem);
}

/** Where a host is said to be in a zone. */
interface ZoneUse {
  readonly zone: string;
  readonly path: Path;
}

function checkZones(context: CheckContext): void {
  const { file, hosts, members, add, isBroken } = context;
  if (isBroken('network.zones')) return;
  const zones = file.network?.zones;
  const rtt = zones?.rtt ?? {};
  const known = [...new Set([...Object.keys(rtt), ...Object.values(rtt).flatMap((row) => Object.keys(row))])];
  const uses: ZoneUse[] = [];
  for (const [i, { zone }] of (members ?? []).entries()) {
    if (zone !== undefined) uses.push({ zone, path: ['cluster', 'members', i, 'zone'] });
  }
  for (const [name, { zone }] of Object.entries(file.network?.hosts ?? {})) {
    if (zone !== undefined) uses.push({ zone, path: ['network', 'hosts', name, 'zone'] });
  }
  for (const [host, zone] of Object.entries(zones?.of ?? {})) {
    const path: Path = ['network', 'zones', 'of', host];
    uses.push({ zone, path });
    if (hosts) checkName(context, { path, atKey: true, name: host, what: 'host', known: hosts });
  }
  const inUse = uses.filter(({ zone, path }) => {
    if (known.length > 0) return checkName(context, { path, name: zone, what: 'zone', known });
    const hint = 'write network: {zones: {rtt: {a: {b: 2ms}}}}';
    add({ path, message: `expected a round trip time for zone "${zone}", found no matrix of zones`, hint });
    return false;
  });
  checkMatrix(context, rtt);
  checkPairs(context, rtt, [...new Set(inUse.map(({ zone }) => zone))]);
}

type Matrix = Readonly<Record<string, Readonly<Record<string, number>>>>;

function rttBetween(rtt: Matrix, from: string, to: string): number | undefined {
  const row = Object.hasOwn(rtt, from) ? rtt[from]! : {};
  return Object.hasOwn(row, to) ? row[to] : undefined;
}

/** A round trip takes as long from either end. */
function checkMatrix({ add }: CheckContext, rtt: Matrix): void {
  const seen = new Set<string>();
  for (const [from, row] of Object.entries(rtt)) {
    for (const [to, us] of Object.entries(row)) {
      const back = rttBetween(rtt, to, from);
      if (seen.has(`${to} ${from}`) && back !== undefined && back !== us) {
        const expected = `the ${back / 1000}ms that ${to} -> ${from} has`;
        const found = `${us / 1000}ms`;
        const hint = 'a round trip takes as long from either end: give each pair once (links make one way slower)';
        add({ path: ['network', 'zones', 'rtt', from, to], message: `expected ${expected}, found ${found}`, hint });
      }
      seen.add(`${from} ${to}`);
    }
  }
}

/** Every two zones in use have a round trip time. */
function checkPairs({ add }: CheckContext, rtt: Matrix, zones: readonly string[]): void {
  for (const [i, a] of zones.entries()) {
    for (const b of zones.slice(i + 1)) {
      if (rttBetween(rtt, a, b) !== undefined || rttBetween(rtt, b, a) !== undefined) continue;
      const message = `missing; expected a round trip time between zones ${a} and ${b}`;
      const hint = `write ${a}: {${b}: 2ms} under rtt`;
      add({ path: ['network', 'zones', 'rtt', Object.hasOwn(rtt, a) ? a : b], message, hint, atKey: true });
    }
  }
}
