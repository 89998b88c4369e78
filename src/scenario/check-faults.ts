import { type CheckContext, checkName } from './check-context.js';
import { namesOf } from './choices.js';
import { FAULT_OPTIONS, optionProblems } from './option-schema.js';
import type { Path } from './path.js';
import { FAULT_KEYS, type FaultFile } from './schema.js';

/** Faults that are over as soon as they have struck. */
const MOMENTARY = ['move-leader'];

/** Options that name a member. */
const MEMBER_OPTIONS: Readonly<Record<string, string>> = { 'cut-link': 'peer', 'change-members': 'through' };

/** Actions, targets and options by name; times. */
export function checkFaults(context: CheckContext): void {
  for (const [i, fault] of (context.file.faults ?? []).entries()) {
    if (fault !== undefined) checkFault(context, fault, ['faults', i]);
  }
}

function checkFault(context: CheckContext, fault: FaultFile, path: Path): void {
  const { members, choices, file, add } = context;
  const { at, every, action, target, for: lasts, ...options } = fault;
  const known = checkName(context, {
    path: [...path, 'action'],
    name: action,
    what: 'fault',
    known: namesOf(choices.faults),
  });
  if (members) {
    const targets = ['leader', 'follower', ...members.map((member) => member.name)];
    checkName(context, { path: [...path, 'target'], name: target, what: 'member', known: targets });
  }
  if (at === undefined && every === undefined) {
    const message = 'missing; expected the time at which it strikes, such as at: 2s';
    add({ path: [...path, 'at'], message, hint: 'at counts from the start of the workload' });
  }
  if (!known) return;
  const choice = choices.faults.find(({ name }) => name === action)!;
  for (const problem of optionProblems(choice, options, FAULT_OPTIONS, { data: file, at: path, others: FAULT_KEYS })) {
    add(problem);
  }
  checkNamedMember(context, fault, path);
  checkConnections(context, fault, path);
  if (MOMENTARY.includes(action) && lasts !== undefined) {
    add({
      path: [...path, 'for'],
      atKey: true,
      message: `expected no "for" with ${action}, found one`,
      hint: 'it cannot be undone',
    });
  }
  if (action === 'move-leader' && target === 'leader') {
    const message = 'expected the member that shall lead, or follower, found "leader"';
    add({ path: [...path, 'target'], message, hint: 'the leader leads already' });
  }
  const end = file.stop?.after;
  const first = at ?? every;
  if (end !== undefined && first !== undefined && first >= end) {
    const message = 'strikes only after the end of the run';
    add({ path: [...path, at === undefined ? 'every' : 'at'], message, hint: 'see stop.after', doubt: true });
  }
}

/** Clients share connections: more of them than clients are not made. */
function checkConnections({ add }: CheckContext, fault: FaultFile, path: Path): void {
  const { clients, connections } = fault;
  if (typeof clients !== 'number' || typeof connections !== 'number' || connections <= clients) return;
  const message = `${connections} connections for ${clients} clients: only ${clients} are made`;
  add({ path: [...path, 'connections'], message, hint: 'lower connections', doubt: true });
}

/** The member that an option names is there; a link has two ends. */
function checkNamedMember(context: CheckContext, fault: FaultFile, path: Path): void {
  const key = Object.hasOwn(MEMBER_OPTIONS, fault.action) ? MEMBER_OPTIONS[fault.action]! : undefined;
  const named = key === undefined ? undefined : fault[key];
  if (key === undefined || typeof named !== 'string' || !context.members) return;
  const known = context.members.map(({ name }) => name);
  const at: Path = [...path, key];
  if (
    checkName(context, { path: at, name: named, what: 'member', known }) &&
    key === 'peer' &&
    named === fault.target
  ) {
    const message = `expected another member than the target, found "${named}" twice`;
    context.add({ path: at, message, hint: 'a link has two ends: name another member, or leave peer out' });
  }
}
