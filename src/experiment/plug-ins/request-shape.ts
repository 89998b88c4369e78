import { describe } from '../../client/contract/index.js';

/** What a field holds; `?` where it may be left out. */
type FieldType = 'text' | 'whole' | 'flag' | 'value' | 'operand' | 'compares' | 'operations';
type Field = FieldType | `${FieldType}?`;

/** The requests' fields, as `api/request.ts` has them. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  range: {
    key: 'text',
    rangeEnd: 'text?',
    limit: 'whole?',
    revision: 'whole?',
    countOnly: 'flag?',
    keysOnly: 'flag?',
    serializable: 'flag?',
  },
  put: { key: 'text', value: 'value', leaseId: 'whole?', previousKv: 'flag?' },
  'delete-range': { key: 'text', rangeEnd: 'text?', previousKv: 'flag?' },
  txn: { compares: 'compares', success: 'operations', failure: 'operations' },
  compact: { revision: 'whole' },
  'lease-grant': { ttlSec: 'whole', leaseId: 'whole?' },
  'lease-revoke': { leaseId: 'whole' },
  'lease-keep-alive': { leaseId: 'whole' },
  'lease-time-to-live': { leaseId: 'whole' },
  status: {},
  'move-leader': { target: 'text' },
};
const IN_TXN = ['range', 'put', 'delete-range'];
const TARGETS = ['version', 'create', 'mod', 'value', 'lease'];
const RESULTS = ['=', '!=', '<', '>'];

/** What is wrong with a request that a plug-in sends, in words; undefined: nothing. */
export function requestProblem(request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null) return `a request is ${describe(request)}, expected an object`;
  const { kind, ...rest } = request as Readonly<Record<string, unknown>>;
  const fields = typeof kind === 'string' && Object.hasOwn(FIELDS, kind) ? FIELDS[kind]! : undefined;
  if (fields === undefined) {
    return `a request of kind ${describe(kind)}, expected one of ${Object.keys(FIELDS).join(', ')}`;
  }
  const stranger = Object.keys(rest).find((name) => !Object.hasOwn(fields, name));
  if (stranger !== undefined) return `a ${kind} has no ${stranger}`;
  for (const [name, field] of Object.entries(fields)) {
    const value = rest[name];
    if (value === undefined && field.endsWith('?')) continue;
    const problem = fieldProblem(value, field.replace('?', '') as FieldType);
    if (problem !== undefined) return `${kind}.${name}: ${problem}`;
  }
  return undefined;
}

function fieldProblem(value: unknown, type: FieldType): string | undefined {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? undefined : `expected a text, found ${describe(value)}`;
    case 'whole':
      return isWhole(value) ? undefined : `expected a whole number, 0 or more, found ${describe(value)}`;
    case 'flag':
      return typeof value === 'boolean' ? undefined : `expected true or false, found ${describe(value)}`;
    case 'operand':
      return typeof value === 'string' || isWhole(value)
        ? undefined
        : `expected a text or a whole number, found ${describe(value)}`;
    case 'value': {
      const { text, sizeBytes } = (value ?? {}) as { readonly text?: unknown; readonly sizeBytes?: unknown };
      return typeof text === 'string' && isWhole(sizeBytes)
        ? undefined
        : `expected { text, sizeBytes }, a text and a whole number, found ${describe(value)}`;
    }
    case 'compares':
      return firstProblem(value, compareProblem);
    case 'operations':
      return firstProblem(value, (each) => {
        const { kind } = (each ?? {}) as { readonly kind?: unknown };
        const known = typeof kind === 'string' && IN_TXN.includes(kind);
        return known ? requestProblem(each) : `expected one of ${IN_TXN.join(', ')}, found ${describe(kind)}`;
      });
  }
}

function compareProblem(value: unknown): string | undefined {
  const { key, target, result, operand } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof target !== 'string' || !TARGETS.includes(target)) return `target: expected one of ${TARGETS.join(', ')}`;
  if (typeof result !== 'string' || !RESULTS.includes(result)) return `result: expected one of ${RESULTS.join(' ')}`;
  return fieldProblem(key, 'text') ?? fieldProblem(operand, 'operand');
}

function firstProblem(value: unknown, problem: (each: unknown) => string | undefined): string | undefined {
  if (!Array.isArray(value)) return `expected a list, found ${describe(value)}`;
  for (const [i, each] of value.entries()) {
    const found = problem(each);
    if (found !== undefined) return `[${i}]: ${found}`;
  }
  return undefined;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
