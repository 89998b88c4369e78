import { z } from 'zod';
import { balancers } from '../client/balancers/index.js';
import { distribution } from './distribution-schema.js';
import { cost, duration, fields, nameOf, positiveDuration, ratio, wholeNumber } from './quantities.js';

/** Where a file stands, its balancer's name does when this is checked: see `namedFiles`. */
const policy = () => nameOf(balancers, String.raw`\.[cm]?js$`);

/** A policy by name, or with options of its own, which the policy checks. */
export const balancer = () => z.union([policy(), z.object({ name: policy() }).catchall(z.unknown())]);

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
