import type { KeyValue, Outcome, Request, TxnOperation } from '../../api/index.js';

/** A request in one line: `put a = "x"`, `range a..b`, `txn if mod(a) = 3: put a = "y"`. */
export function describeRequest(request: Request): string {
  switch (request.kind) {
    case 'range':
    case 'put':
    case 'delete-range':
      return describeOperation(request);
    case 'txn': {
      const compares = request.compares.map(
        ({ target, key, result, operand }) => `${target}(${key}) ${result} ${JSON.stringify(operand)}`,
      );
      const condition = compares.length === 0 ? '' : `if ${compares.join(', ')}: `;
      const otherwise =
        request.failure.length === 0 ? '' : ` else ${request.failure.map(describeOperation).join(', ')}`;
      return `txn ${condition}${request.success.map(describeOperation).join(', ')}${otherwise}`;
    }
    case 'lease-grant':
      return `lease-grant ${request.ttlSec} s`;
    case 'lease-revoke':
    case 'lease-keep-alive':
    case 'lease-time-to-live':
      return `${request.kind} ${request.leaseId}`;
    case 'compact':
      return `compact ${request.revision}`;
    case 'status':
      return 'status';
    case 'move-leader':
      return `move-leader ${request.target}`;
  }
}

/** An answer in one line: `revision 7: a = "x" @5`. */
export function describeOutcome(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'no answer';
  if (outcome.kind === 'error') return `${outcome.code}: ${outcome.text}`;
  const { revision } = outcome.header;
  const head = revision > 0 ? `revision ${revision}` : 'ok';
  const shown = describeShown(outcome);
  return shown === '' ? head : `${head}: ${shown}`;
}

function describeShown(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'range':
      if (outcome.kvs.length === 0) return `${outcome.count} keys`;
      return describeKeys(outcome.kvs);
    case 'delete-range':
      return `${outcome.deleted} deleted`;
    case 'put':
      return outcome.previous === undefined ? '' : `before: ${describeKeys([outcome.previous])}`;
    case 'txn':
      return [outcome.succeeded ? 'succeeded' : 'failed', ...outcome.responses.map(describeShown)]
        .filter((part) => part !== '')
        .join('; ');
    default:
      return '';
  }
}

function describeOperation(operation: TxnOperation): string {
  const { kind, key } = operation;
  if (operation.kind === 'put') return `put ${key} = ${quote(operation.value.text)}`;
  const until = operation.rangeEnd ? `..${JSON.stringify(operation.rangeEnd).slice(1, -1)}` : '';
  return `${kind} ${JSON.stringify(key).slice(1, -1)}${until}`;
}

const MOST_KEYS = 3;

function describeKeys(kvs: readonly KeyValue[]): string {
  const shown = kvs.slice(0, MOST_KEYS).map(({ key, value, modRevision, version }) => {
    return `${key} = ${quote(value.text)} ${modRevision > 0 ? `@${modRevision}` : `version ${version}`}`;
  });
  if (kvs.length > MOST_KEYS) shown.push(`and ${kvs.length - MOST_KEYS} more`);
  return shown.join(', ');
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
