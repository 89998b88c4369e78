import { type Fault, numberOption } from './fault.js';

/** A load strikes a member: what runs it is the environment's. */
export const overload: Fault = {
  name: 'overload',
  summary: "etcd's benchmark tool: many clients read one large value linearizably at the member",
  options: {
    clients: 'how many (default 100)',
    connections: 'that the clients share (default: one each)',
    'in-flight': 'reads of one client under way at a time (default 1)',
    'value-size': 'size of the value (default 700kB); the same in the whole scenario',
  },
  strike(env, target, options) {
    const clients = numberOption(options, 'clients', 100);
    return env.overload?.(target, {
      clients,
      connections: numberOption(options, 'connections', clients),
      inFlight: numberOption(options, 'in-flight', 1),
      valueBytes: numberOption(options, 'value-size', DEFAULT_VALUE_BYTES),
    });
  },
};

export const DEFAULT_VALUE_BYTES = 700_000;
