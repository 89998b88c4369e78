import type { RegisterRecord } from './jepsen-log.js';
import { describeRegisterInput, type RegisterOperation, registerModel } from './register-model.js';
import { DEFAULT_SEARCH_LIMIT, search } from './search.js';
import { type Judge, shrink } from './shrink.js';
import type { Explanation, HistoryVerdict } from './verdict.js';

const judge: Judge<RegisterOperation> = {
  model: () => registerModel,
  withoutAnswer: (op) => (op.kind === 'read' ? undefined : op),
};

/**
 * Whether a history of registers is linearizable. Registers know nothing of each other, so each is judged by itself.
 *
 * Source: locality, Herlihy & Wing 1990, theorem 1.
 *
 * @param limit configurations to look at before giving up, for each register
 */
export function judgeRegisters(records: readonly RegisterRecord[], limit = DEFAULT_SEARCH_LIMIT): HistoryVerdict {
  const byKey = new Map<string, RegisterRecord[]>();
  for (const record of records) {
    const own = byKey.get(record.key);
    if (own === undefined) byKey.set(record.key, [record]);
    else own.push(record);
  }
  const counts = { operations: records.length, partitions: byKey.size };
  let isUndecided = false;
  for (const key of [...byKey.keys()].sort()) {
    const own = byKey.get(key)!;
    const result = search(own, registerModel, limit);
    if (result.kind === 'undecided') isUndecided = true;
    if (result.kind !== 'not-linearizable') continue;
    const kept = shrink(own, judge, result.time) as readonly RegisterRecord[];
    return { verdict: 'not-linearizable', ...counts, explanation: explain(key, kept) };
  }
  return { verdict: isUndecided ? 'undecided' : 'linearizable', ...counts, explanation: undefined };
}

function explain(key: string, operations: readonly RegisterRecord[]): Explanation {
  const name = key === '' ? 'the register' : `register ${key}`;
  const [only] = operations;
  const reason =
    operations.length === 1 && only !== undefined
      ? `nothing that began before it returned leaves ${name} as it was found`
      : `no order of these ${operations.length} operations on ${name} gives these answers, whatever the others did`;
  return {
    property: 'Linearizability',
    reason,
    operations: operations.map(({ client, op, invoked, returned }) => ({
      client,
      asked: describeRegisterInput(op),
      answer: op.kind === 'read' ? op.value : 'ok',
      invoked,
      returned,
    })),
  };
}
