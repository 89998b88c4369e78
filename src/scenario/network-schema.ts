import { z } from 'zod';
import { distribution } from './distribution-schema.js';
import { NETEM_SHAPE, netem, netemConfig } from './netem-schema.js';
import { ZONE_MATRICES, type ZoneMatrix } from './places.js';
import { bitRate, duration, fields, name, oneOf, wholeNumber } from './quantities.js';

const link = () =>
  fields({ from: name(), to: name(), ...NETEM_SHAPE }).transform(({ from, to, ...settings }, context) => ({
    from,
    to,
    netem: netemConfig(settings, context),
  }));

/** What a host of a kind, or a single one, may say of its interface. */
const INTERFACE = { egress: netem().optional(), 'line-rate': bitRate().optional() };
const hostKind = () => fields(INTERFACE);

export type HostKind = z.output<ReturnType<typeof hostKind>>;

export const network = () =>
  fields({
    'base-latency': distribution().optional(),
    'segment-offload': z.union([oneOf(['auto']), wholeNumber({ min: 1, max: 44 })]).optional(),
    members: hostKind().optional(),
    clients: hostKind().optional(),
    hosts: z.record(z.string(), fields({ ...INTERFACE, zone: name().optional() })).optional(),
    links: z.array(link()).optional(),
    zones: fields({
      rtt: z.union([
        oneOf(Object.keys(ZONE_MATRICES)).transform(zoneMatrix),
        z.record(z.string(), z.record(z.string(), duration())),
      ]),
      of: z.record(z.string(), name()).optional(),
    }).optional(),
  });

export type NetworkFile = z.output<ReturnType<typeof network>>;

/** A published matrix by name, in µs. */
function zoneMatrix(matrix: string): ZoneMatrix {
  return Object.fromEntries(
    Object.entries(ZONE_MATRICES[matrix]!).map(([from, row]) => [
      from,
      Object.fromEntries(Object.entries(row).map(([to, ms]) => [to, Math.round(ms * 1000)])),
    ]),
  );
}
