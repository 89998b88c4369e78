import { type CheckContext, checkName } from './check-context.js';
import { namesOf } from './choices.js';
import type { BalancerFile } from './client-schema.js';
import { printable } from './error.js';
import { BALANCER_OPTIONS, optionProblems } from './option-schema.js';
import type { Path } from './path.js';
import { RAFT_PROFILES } from './profiles.js';

/** Balancers by name and with their options; a run that ends; files that are there. */
export function checkWorkload(context: CheckContext): void {
  const { file, add, recordingProblem, isBroken } = context;
  if (file.client?.balancer !== undefined) checkBalancer(context, file.client.balancer, ['client', 'balancer']);
  const workload = file.workload;
  if (workload === undefined) return;
  if (workload.kind === 'sequential') {
    const seen = new Set<string>();
    for (const [i, watcher] of (workload.watchers ?? []).entries()) {
      const path: Path = ['workload', 'watchers', i];
      checkBalancer(context, watcher.balancer, [...path, 'balancer']);
      if (seen.has(watcher.name)) {
        const message = `expected each watcher once, found "${watcher.name}" a second time`;
        add({ path: [...path, 'name'], message, hint: 'their latencies are told apart by name' });
      }
      seen.add(watcher.name);
    }
  }
  if (workload.kind === 'plug-in') {
    const known = namesOf(context.choices.plugInWorkloads ?? []);
    const path: Path = ['workload', 'name'];
    if (known.length > 0) checkName(context, { path, name: workload.name, what: 'workload of a plug-in', known });
    else {
      const message = `expected a workload of a plug-in, found "${workload.name}", and no plug-in with one`;
      add({ path, message, hint: 'name its file: plug-ins: [./my-workload.js]' });
    }
  }
  if (workload.kind === 'trace-replay') {
    const found = recordingProblem?.(workload.file);
    if (found !== undefined) {
      const message = `expected a recording (JSON lines, gzipped if the name ends in .gz), found ${found}: "${printable(workload.file)}"`;
      add({ path: ['workload', 'file'], message, hint: "the path counts from the scenario's folder" });
    }
  }
  if (!isBroken('stop.after') && !isBroken('stop.when-done') && !isBroken('workload.count')) checkEnd(context);
  if (workload.kind === 'closed-loop' && (workload.connections ?? 0) > workload.clients) {
    const message = `${workload.connections} connections for ${workload.clients} clients: the rest stay idle`;
    add({ path: ['workload', 'connections'], message, hint: 'lower connections', doubt: true });
  }
  checkValueSize(context);
}

/** A run ends because its workload is done, or because its time is over. */
function checkEnd({ file, add }: CheckContext): void {
  const workload = file.workload!;
  if (file.stop?.after !== undefined) return;
  const counts = 'operations' in workload;
  const endless = workload.kind === 'idle' || (counts && (workload.count ?? 0) === 0);
  const hint = 'write stop: {after: 60s}';
  if (file.stop?.['when-done'] === false) {
    const message = 'expected stop.after where when-done is false, found nothing: the run would never end';
    add({ path: ['stop', 'when-done'], message, hint });
  } else if (endless) {
    const wanted = counts ? 'count or stop.after' : 'stop.after';
    const message = `missing; expected ${wanted}: the run would never end`;
    add({ path: ['workload'], atKey: true, message, hint });
  }
}

function checkBalancer(context: CheckContext, balancer: BalancerFile, path: Path): void {
  const { choices, members, modelProblem, add } = context;
  const { name, ...options } = typeof balancer === 'string' ? { name: balancer } : balancer;
  const at: Path = typeof balancer === 'string' ? path : [...path, 'name'];
  if (!checkName(context, { path: at, name, what: 'balancer', known: namesOf(choices.balancers) })) return;
  const choice = choices.balancers.find((candidate) => candidate.name === name)!;
  const where = { data: context.file, at: path, others: ['name'] };
  const problems = optionProblems(choice, options, BALANCER_OPTIONS, where);
  for (const problem of problems) add(problem);
  const to = (options as { to?: unknown }).to;
  if (name === 'fixed' && problems.length === 0 && typeof to === 'string' && members) {
    const followers = members.slice(1).map((_, i) => (i === 0 ? 'follower' : `follower-${i + 1}`));
    const known = ['leader', ...followers, ...members.map((member) => member.name)];
    const accepted = to === 'follower-1' ? 'follower' : to;
    checkName(context, { path: [...path, 'to'], name: accepted, what: 'member', known });
  }
  const { model } = options as { model?: unknown };
  if (name !== 'pick-leader-forecast' || problems.length > 0 || typeof model !== 'string') return;
  const message = modelProblem?.(model);
  if (message === undefined) return;
  add({ path: [...path, 'model'], message, hint: 'etcdsim forecast train makes models; models/ has those that ship' });
}

function checkValueSize({ file, add, isBroken }: CheckContext): void {
  const { workload } = file;
  if (workload === undefined || !('operations' in workload) || isBroken('cluster.raft')) return;
  const limit = file.cluster?.raft?.['max-request-bytes'] ?? RAFT_PROFILES['3.5'].maxRequestBytes;
  const size = workload['value-size'] ?? 0;
  if (size <= limit) return;
  const message = `a value of ${size} bytes exceeds max-request-bytes (${limit}): every write will be refused`;
  add({ path: ['workload', 'value-size'], message, hint: 'see cluster.raft.max-request-bytes', doubt: true });
}
