import { z } from 'zod';
import { balancer } from './client-schema.js';
import { decisive } from './distribution-schema.js';
import { duration, fields, flag, name, number, oneOf, rate, size, text, wholeNumber } from './quantities.js';

const OPERATIONS = ['put', 'txn', 'lget', 'sget', 'delete'] as const;
const weight = () => number({ min: 0, max: 1e9 }).optional();

const mix = () =>
  z.union([
    oneOf(OPERATIONS),
    fields({ put: weight(), txn: weight(), lget: weight(), sget: weight(), delete: weight() }).superRefine(
      (weights, context) => {
        if (!Object.values(weights).some((value) => value !== undefined && value > 0)) {
          context.addIssue({ ...decisive('at least one weight above 0'), input: weights });
        }
      },
    ),
  ]);

const OPERATION_KEYS = {
  operations: mix(),
  'key-size': size({ min: 1, max: 1024 * 1024 }).optional(),
  'value-size': size({ max: 1024 ** 3 }).optional(),
  'key-space': wholeNumber({ min: 1, max: 1e9 }).optional(),
  count: wholeNumber({ min: 0, max: 1e9 }).optional(),
  timeout: duration().optional(),
};

const kind = <const Kind extends string>(word: Kind) => z.literal(word);

export const workload = () =>
  z.discriminatedUnion('kind', [
    fields({
      kind: kind('sequential'),
      ...OPERATION_KEYS,
      'think-time': duration().optional(),
      watchers: z.array(fields({ name: name(), balancer: balancer() })).optional(),
    }),
    fields({
      kind: kind('open-loop'),
      ...OPERATION_KEYS,
      rate: rate(),
      arrivals: oneOf(['poisson', 'even']).optional(),
    }),
    fields({
      kind: kind('closed-loop'),
      ...OPERATION_KEYS,
      clients: wholeNumber({ min: 1, max: 100_000 }),
      connections: wholeNumber({ min: 1, max: 100_000 }).optional(),
      'think-time': duration().optional(),
    }),
    fields({
      kind: kind('kube-apiserver-init'),
      'cpu-scale': number({ above: 0, max: 1000 }).optional(),
      'leader-election': flag().optional(),
      'local-steps': duration().optional(),
    }),
    fields({ kind: kind('trace-replay'), file: text() }),
    fields({ kind: kind('idle') }),
    fields({ kind: kind('plug-in'), name: name(), options: z.record(z.string(), z.unknown()).optional() }),
  ]);

export type WorkloadFile = z.output<ReturnType<typeof workload>>;
export type OperationsFile = Extract<WorkloadFile, { operations: unknown }>;
