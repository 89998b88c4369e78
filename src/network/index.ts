export { NETEM_DISTRIBUTIONS, NETEM_OFF } from './config.js';
export { Network } from './network.js';
export { INITIAL_WINDOW_BYTES, SEGMENT_BYTES } from './tcp.js';
export type * from './types.js';
