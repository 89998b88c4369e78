import { z } from 'zod';
import { distribution } from './distribution-schema.js';
import { cost, duration, fields, name, positiveDuration, ratio, wholeNumber } from './quantities.js';

/** A policy by name, or with options of its own, which the policy checks. */
export const balancer = () => z.union([name(), z.object({ name: name() }).catchall(z.unknown())]);

export const client = () =>
  fields({
    balancer: balancer().optional(),
    'request-timeout': duration().optional(),
    'dial-timeout': positiveDuration().optional(),
    'keepalive-time': duration().optional(),
    'keepalive-timeout': positiveDuration().optional(),
    'call-cpu': cost().optional(),
    'loop-cpu': cost().optional(),
    'byte-cpu': cost().optional(),
    'connect-cpu': distribution().optional(),
    retry: fields({
      attempts: wholeNumber({ min: 1, max: 1e6 }).optional(),
      backoff: duration().optional(),
      jitter: ratio().optional(),
    }).optional(),
  });

export type BalancerFile = z.output<ReturnType<typeof balancer>>;
export type ClientFile = z.output<ReturnType<typeof client>>;
