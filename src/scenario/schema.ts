import { z } from 'zod';
import { faults } from '../faults/index.js';
import { client } from './client-schema.js';
import { cluster } from './cluster-schema.js';
import { decisive } from './distribution-schema.js';
import { network } from './network-schema.js';
import { duration, fields, flag, name, nameOf, positiveDuration, text, wholeNumber } from './quantities.js';
import { workload } from './workload-schema.js';

const FAULT_SHAPE = {
  at: duration().optional(),
  every: positiveDuration().optional(),
  action: nameOf(faults),
  target: name(),
  for: positiveDuration().optional(),
};

/** Keys that every fault may have, besides its action's own options. */
export const FAULT_KEYS = Object.keys(FAULT_SHAPE);

/** One of the list `faults`. */
export const fault = z
  .object(FAULT_SHAPE)
  // The action's own options, which the action checks.
  .catchall(z.unknown());

const seed = () =>
  z
    .unknown()
    .meta({ anyOf: [{ type: 'integer' }, { type: 'string', minLength: 1 }] })
    .transform((value, context): string => {
      if (typeof value === 'string' && value !== '') return value;
      if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
      const expected = 'a whole number, or any text in quotes';
      context.issues.push({ code: 'custom', input: value, message: expected, params: { expected } });
      return z.NEVER;
    });

export const MOST_AXES = 12;
export const MOST_AXIS_VALUES = 1000;

const axisValue = () =>
  z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), z.unknown()), z.array(z.unknown())]);

/** The sections of a scenario file, each with a schema of its own; `description` says what is asked. */
export const SECTIONS = {
  name: name(),
  description: text(),
  seed: seed().optional(),
  cluster: cluster().optional(),
  network: network().optional(),
  client: client().optional(),
  workload: workload(),
  'plug-ins': z.array(text()).max(100).optional(),
  faults: z.array(fault).optional(),
  'allow-quorum-loss': flag().optional(),
  stop: fields({ 'when-done': flag().optional(), after: positiveDuration().optional() }).optional(),
  sweep: fields({
    axes: z
      .record(z.string(), z.array(axisValue()).min(1).max(MOST_AXIS_VALUES))
      .superRefine((axes, context) => {
        if (Object.keys(axes).length > MOST_AXES) {
          context.addIssue({ ...decisive(`at most ${MOST_AXES} axes`), input: axes });
        }
      })
      .optional(),
    replications: wholeNumber({ min: 1, max: 100_000 }).optional(),
  }).optional(),
};

/** A whole scenario file. Input: what stands in it; output: the same without units, defaults still open. */
export const scenarioFile = fields(SECTIONS);

export type ScenarioFile = z.output<typeof scenarioFile>;
export type FaultFile = z.output<typeof fault>;
