import { z } from 'zod';
import { distribution } from './distribution-schema.js';
import { NETEM_SHAPE, netem, netemConfig } from './netem-schema.js';
import { duration, fields, name } from './quantities.js';

const link = () =>
  fields({ from: name(), to: name(), ...NETEM_SHAPE }).transform(({ from, to, ...settings }, context) => ({
    from,
    to,
    netem: netemConfig(settings, context),
  }));

export const network = () =>
  fields({
    'base-latency': distribution().optional(),
    members: fields({ egress: netem().optional() }).optional(),
    clients: fields({ egress: netem().optional() }).optional(),
    hosts: z.record(z.string(), fields({ egress: netem().optional(), zone: name().optional() })).optional(),
    links: z.array(link()).optional(),
    zones: fields({
      rtt: z.record(z.string(), z.record(z.string(), duration())),
      of: z.record(z.string(), name()).optional(),
    }).optional(),
  });

export type NetworkFile = z.output<ReturnType<typeof network>>;
