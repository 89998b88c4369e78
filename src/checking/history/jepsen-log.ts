import { HistoryError, type HistoryProblem } from './history-error.js';
import type { RegisterOperation } from './register-model.js';
import type { TimedOperation } from './sequential-model.js';

/** One operation of a Jepsen log. Times are line numbers; `client` is Jepsen's process. */
export interface RegisterRecord extends TimedOperation<RegisterOperation> {
  readonly client: string;
  /** Which register; '' in a log of one register. */
  readonly key: string;
}

const EVENT = /(?:^|\s)(\d+)\s+:(invoke|ok|fail|info)\s+:(\S+)(?:\s+(.*))?$/;
/** What the nemesis says, and Jepsen's other lines. */
const NO_EVENT = /^\s*$|:nemesis\b|^\s*[#;]/;

interface Invocation {
  readonly line: number;
  readonly kind: RegisterOperation['kind'];
  readonly key: string;
  readonly values: readonly string[];
}

/**
 * Reads a log of Jepsen's: one line an event, process, type, function and value apart by blanks.
 *
 * `:fail` did not happen. `:info`, and what is open at the end, may have happened at any later time, or never; a read
 * without an answer says nothing and is left out. A value `[key value]` (cas: `[key [old new]]`) names one of several
 * registers. An answer `nil` to a read is a register that was never written.
 *
 * @throws HistoryError with every line that is no event, answers nothing, or has a value of the wrong shape
 */
export function readJepsenLog(text: string, file = 'history'): RegisterRecord[] {
  const problems: HistoryProblem[] = [];
  const records: RegisterRecord[] = [];
  const pending = new Map<string, Invocation>();
  const end = (client: string, invocation: Invocation, returned: number, answer?: readonly string[]): void => {
    const op = operationOf(invocation, answer);
    if (op !== undefined) records.push({ client, key: invocation.key, op, invoked: invocation.line, returned });
  };
  text.split('\n').forEach((raw, i) => {
    const line = i + 1;
    const content = raw.trimEnd();
    if (NO_EVENT.test(content)) return;
    const [, client, type, kind, rest = ''] = EVENT.exec(content) ?? [];
    if (client === undefined || type === undefined || !isKind(kind)) {
      problems.push({
        line,
        text: `expected "process :type :read|:write|:cas value", found "${content.slice(0, 80)}"`,
      });
      return;
    }
    const before = pending.get(client);
    if (type === 'invoke') {
      if (before !== undefined) {
        problems.push({ line, text: `process ${client} invokes again; its operation of line ${before.line} is open` });
        return;
      }
      const value = parseValue(kind, rest);
      if (value === undefined) problems.push({ line, text: `:${kind} cannot have the value "${rest}"` });
      pending.set(client, { line, kind, key: value?.key ?? '', values: value?.values ?? [] });
      return;
    }
    if (before === undefined || before.kind !== kind) {
      const has = before === undefined ? 'nothing' : `a :${before.kind}`;
      problems.push({ line, text: `:${type} :${kind} of process ${client}, which has ${has} open` });
      return;
    }
    pending.delete(client);
    if (type === 'fail') return;
    if (type === 'info') {
      end(client, before, Number.POSITIVE_INFINITY);
      return;
    }
    const answer = parseValue(kind, rest);
    if (answer === undefined) problems.push({ line, text: `:${kind} cannot have the value "${rest}"` });
    else end(client, before, line, answer.values);
  });
  for (const [client, invocation] of pending) end(client, invocation, Number.POSITIVE_INFINITY);
  if (problems.length > 0) throw new HistoryError(file, problems);
  return records.sort((a, b) => a.invoked - b.invoked);
}

function isKind(kind: string | undefined): kind is RegisterOperation['kind'] {
  return kind === 'read' || kind === 'write' || kind === 'cas';
}

const ATOM = String.raw`(-?[\w.:+-]+|"(?:[^"\\]|\\.)*")`;
const ONE = new RegExp(`^${ATOM}$`);
const PAIR = new RegExp(String.raw`^\[${ATOM}[\s,]+${ATOM}\]$`);
const KEYED_PAIR = new RegExp(String.raw`^\[${ATOM}[\s,]+\[${ATOM}[\s,]+${ATOM}\]\]$`);

/** `3`, `[1 2]` for a cas; with a key before it `[k 3]`, `[k [1 2]]`. */
function parseValue(kind: string, text: string): { key: string; values: readonly string[] } | undefined {
  const value = text.trim();
  if (kind === 'cas') {
    const keyed = KEYED_PAIR.exec(value);
    if (keyed !== null) return { key: keyed[1]!, values: [keyed[2]!, keyed[3]!] };
    const pair = PAIR.exec(value);
    return pair === null ? undefined : { key: '', values: [pair[1]!, pair[2]!] };
  }
  const one = ONE.exec(value);
  if (one !== null) return { key: '', values: [one[1]!] };
  const pair = PAIR.exec(value);
  return pair === null ? undefined : { key: pair[1]!, values: [pair[2]!] };
}

/** `answer` is absent if it is not known. */
function operationOf({ kind, values }: Invocation, answer?: readonly string[]): RegisterOperation | undefined {
  const [first, second] = values;
  switch (kind) {
    case 'read':
      return answer?.[0] === undefined ? undefined : { kind, value: answer[0] };
    case 'write':
      return first === undefined ? undefined : { kind, value: first };
    case 'cas':
      return first === undefined || second === undefined ? undefined : { kind, expected: first, value: second };
  }
}
