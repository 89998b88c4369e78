import type { NetemConfig } from '../network/types.js';
import type { CheckContext } from './check-context.js';
import type { Path } from './path.js';
import type { FaultFile } from './schema.js';

const HINT = 'give it a "for", or say allow-quorum-loss: true if that is the question';

/** Something is left that can elect a leader: else every request of the run fails, which is seldom the question. */
export function checkQuorum(context: CheckContext): void {
  const { file, members, add, isBroken } = context;
  if (members === undefined || isBroken('allow-quorum-loss') || file['allow-quorum-loss'] === true) return;
  const names = members.map((member) => member.name);
  const majority = Math.floor(names.length / 2) + 1;
  const lost = new Set<string>();
  /** Struck as `leader` or `follower`: who that is is not known, but it was none of those lost before. */
  let lostUnnamed = 0;
  const reachable = () => {
    const left = names.filter((name) => !lost.has(name));
    return Math.max(0, ...left.map((name) => groupOf(context, name, left))) - lostUnnamed;
  };
  const complain = (path: Path, why: string, hint: string) => {
    const expected = `${majority} of ${names.length} members that reach each other`;
    const found = String(Math.max(0, reachable()));
    add({ path, message: `unreachable quorum: expected ${expected}, found ${found} ${why}`, expected, found, hint });
  };
  if (!isBroken('network') && reachable() < majority) {
    complain(pathOfLoss(context, names), 'when all that is sent elsewhere is lost', 'lower the loss');
    return;
  }
  for (const { fault, i } of lastingFaults(context)) {
    if (names.includes(fault.target)) {
      // It may be the one that was struck as `leader` before.
      if (!lost.has(fault.target) && lostUnnamed > 0) lostUnnamed--;
      lost.add(fault.target);
    } else if (fault.target === 'leader' || fault.target === 'follower') {
      lostUnnamed += fault.every === undefined ? 1 : names.length;
    }
    if (reachable() < majority) {
      complain(['faults', i], 'from here to the end of the run', HINT);
      return;
    }
  }
}

/** Faults that take a member out of the quorum and never give it back, in the order in which they strike. */
function lastingFaults({ file }: CheckContext): readonly { readonly fault: FaultFile; readonly i: number }[] {
  const end = file.stop?.after ?? Number.POSITIVE_INFINITY;
  const start = (fault: FaultFile) => fault.at ?? fault.every ?? 0;
  return (file.faults ?? [])
    .flatMap((fault, i) => (fault === undefined ? [] : [{ fault, i }]))
    .filter(({ fault }) => {
      const cuts =
        fault.action === 'crash' ||
        fault.action === 'pause' ||
        (fault.action === 'partition' && fault['from'] !== 'clients');
      const forWholeRun = start(fault) === 0 && (fault.for ?? 0) >= end;
      return cuts && start(fault) < end && (fault.for === undefined || forWholeRun);
    })
    .sort((a, b) => start(a.fault) - start(b.fault) || a.i - b.i);
}

/** How many of `among` a member hears and is heard by, itself included. */
function groupOf(context: CheckContext, name: string, among: readonly string[]): number {
  return among.filter((other) => other === name || (passes(context, name, other) && passes(context, other, name)))
    .length;
}

function passes({ file }: CheckContext, from: string, to: string): boolean {
  const hosts = file.network?.hosts;
  const own = hosts !== undefined && Object.hasOwn(hosts, from) ? hosts[from]?.egress : undefined;
  const egress = own ?? file.network?.members?.egress;
  const link = file.network?.links?.find((candidate) => candidate.from === from && candidate.to === to);
  return !losesAll(egress) && !losesAll(link?.netem);
}

function losesAll(netem: NetemConfig | undefined): boolean {
  const model = netem?.gilbertElliott;
  return netem?.lossRatio === 1 || (model?.lossInBad === 1 && model.lossInGood === 1);
}

function pathOfLoss({ file }: CheckContext, names: readonly string[]): Path {
  const { network } = file;
  if (losesAll(network?.members?.egress)) return ['network', 'members', 'egress', 'loss'];
  const host = names.find(
    (name) => network?.hosts && Object.hasOwn(network.hosts, name) && losesAll(network.hosts[name]?.egress),
  );
  if (host !== undefined) return ['network', 'hosts', host, 'egress', 'loss'];
  const link = network?.links?.findIndex((candidate) => losesAll(candidate.netem)) ?? -1;
  return link < 0 ? ['network'] : ['network', 'links', link, 'loss'];
}
