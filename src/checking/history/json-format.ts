import { HistoryError, type HistoryProblem } from './history-error.js';
import type { RecordedOperation } from './recorded-operation.js';
import { count, flag, isObject, list, number, numberOrText, object, oneOf, type Shape, text, words } from './shape.js';
import type { RecordedWatch } from './watch-guarantees.js';

/** What a JSON history holds. */
export interface OperationHistory {
  readonly operations: readonly RecordedOperation[];
  readonly watches: readonly RecordedWatch[];
}

const header = object({ member: text, revision: count, raftTerm: count });
const value = object({ text, sizeBytes: count });
const keyValue = object({
  key: text,
  value,
  createRevision: count,
  modRevision: count,
  version: count,
  leaseId: count,
});

const rangeRequest = object({
  key: text,
  'rangeEnd?': text,
  'limit?': count,
  'revision?': count,
  'countOnly?': flag,
  'keysOnly?': flag,
  'serializable?': flag,
});
const putRequest = object({ key: text, value, 'leaseId?': count, 'previousKv?': flag });
const deleteRequest = object({ key: text, 'rangeEnd?': text, 'previousKv?': flag });
const txnOperation = oneOf({ range: rangeRequest, put: putRequest, 'delete-range': deleteRequest });
const compare = object({
  key: text,
  target: words('version', 'create', 'mod', 'value', 'lease'),
  result: words('=', '!=', '<', '>'),
  operand: numberOrText,
});
const ofLease = object({ leaseId: count });
const request = oneOf({
  range: rangeRequest,
  put: putRequest,
  'delete-range': deleteRequest,
  txn: object({ compares: list(compare), success: list(txnOperation), failure: list(txnOperation) }),
  compact: object({ revision: count }),
  'lease-grant': object({ ttlSec: count, 'leaseId?': count }),
  'lease-revoke': ofLease,
  'lease-keep-alive': ofLease,
  'lease-time-to-live': ofLease,
  status: object({}),
  'move-leader': object({ target: text }),
});

const rangeResponse = object({ header, kvs: list(keyValue), count, more: flag });
const putResponse = object({ header, 'previous?': keyValue });
const deleteResponse = object({ header, deleted: count, previous: list(keyValue) });
const txnResponse = oneOf({ range: rangeResponse, put: putResponse, 'delete-range': deleteResponse });
const outcome = oneOf({
  range: rangeResponse,
  put: putResponse,
  'delete-range': deleteResponse,
  txn: object({ header, succeeded: flag, responses: list(txnResponse) }),
  compact: object({ header }),
  lease: object({ header, leaseId: count, ttlSec: number }),
  status: object({ header, 'leader?': text, raftIndex: count, raftAppliedIndex: count }),
  'move-leader': object({ header }),
  error: object({ code: text, text }),
});

const operation = object({ client: text, request, invokedUs: count, 'returnedUs?': count, 'outcome?': outcome });
const watchEvent = object({ type: words('put', 'delete'), kv: keyValue, 'previous?': keyValue });
const watch = object({
  client: text,
  name: text,
  key: text,
  'rangeEnd?': text,
  'startRevision?': count,
  observations: list(
    oneOf({
      created: object({ atUs: count, revision: count }),
      events: object({ atUs: count, revision: count, events: list(watchEvent) }),
      progress: object({ atUs: count, revision: count }),
      resumed: object({ atUs: count, fromRevision: count }),
      canceled: object({ atUs: count, compactRevision: count }),
    }),
  ),
});

/** Which answers a request can have, apart from an error. */
const ANSWER_KIND: Readonly<Record<string, string>> = {
  'lease-grant': 'lease',
  'lease-revoke': 'lease',
  'lease-keep-alive': 'lease',
  'lease-time-to-live': 'lease',
};

/**
 * Reads a history of etcd operations: JSON lines, or one JSON list. An element with `observations` is a watch, every
 * other an operation. The shapes are those of `RecordedOperation` and `RecordedWatch`; further fields are passed over.
 *
 * @throws HistoryError with everything that is wrong, by line (by position, for a list)
 */
export function readJsonHistory(content: string, file = 'history'): OperationHistory {
  const problems: HistoryProblem[] = [];
  const operations: RecordedOperation[] = [];
  const watches: RecordedWatch[] = [];
  const take = (element: unknown, line: number, path: string): void => {
    const isWatch = isObject(element) && 'observations' in element;
    const wrong = isWatch ? watch(element, path) : [...operation(element, path), ...disagreements(element, path)];
    for (const text of wrong) problems.push({ line, text });
    if (wrong.length > 0) return;
    if (isWatch) watches.push(element as unknown as RecordedWatch);
    else operations.push(element as RecordedOperation);
  };
  if (content.trimStart().startsWith('[')) {
    const elements = parse(content, 1, problems);
    if (Array.isArray(elements)) for (const [i, element] of elements.entries()) take(element, 1, `[${i}]`);
  } else {
    content.split('\n').forEach((raw, i) => {
      if (raw.trim() === '') return;
      const element = parse(raw, i + 1, problems);
      if (element !== undefined) take(element, i + 1, 'operation');
    });
  }
  if (problems.length > 0) throw new HistoryError(file, problems);
  return { operations, watches };
}

/** A history as JSON lines. What depends on nothing but the history comes out byte for byte the same. */
export function jsonHistory({ operations, watches }: OperationHistory): string {
  return [...operations, ...watches].map((element) => `${JSON.stringify(element)}\n`).join('');
}

function parse(content: string, line: number, problems: HistoryProblem[]): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    problems.push({ line, text: `no JSON: ${(error as Error).message}` });
    return undefined;
  }
}

/** What each field allows but both together do not. */
const disagreements: Shape = (element, path) => {
  if (!isObject(element)) return [];
  const { request, outcome, invokedUs, returnedUs } = element;
  const wrong: string[] = [];
  if (typeof returnedUs === 'number' && typeof invokedUs === 'number' && returnedUs < invokedUs) {
    wrong.push(`${path}.returnedUs: ${returnedUs} is before invokedUs ${invokedUs}`);
  }
  if (isObject(outcome) && outcome['kind'] !== 'error') {
    if (returnedUs === undefined) wrong.push(`${path}.returnedUs: missing, though there is an answer`);
    const asked = isObject(request) ? String(request['kind']) : '';
    const expected = ANSWER_KIND[asked] ?? asked;
    if (outcome['kind'] !== expected) {
      wrong.push(`${path}.outcome.kind: ${String(outcome['kind'])} does not answer ${asked}`);
    }
    wrong.push(...branchDisagreements(request, outcome, path));
  }
  return wrong;
};

/** A transaction's answers are those of one branch, one each. */
function branchDisagreements(request: unknown, outcome: Record<string, unknown>, path: string): string[] {
  if (!isObject(request) || request['kind'] !== 'txn' || outcome['kind'] !== 'txn') return [];
  const branch = outcome['succeeded'] === true ? request['success'] : request['failure'];
  const answers = outcome['responses'];
  if (!Array.isArray(branch) || !Array.isArray(answers)) return [];
  const kinds = (elements: readonly unknown[]): string =>
    elements.map((one) => (isObject(one) ? String(one['kind']) : '')).join(', ');
  if (kinds(branch) === kinds(answers)) return [];
  return [`${path}.outcome.responses: expected ${kinds(branch) || 'none'}, found ${kinds(answers) || 'none'}`];
}
