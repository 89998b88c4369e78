export * from './errors.js';
export * from './key-value.js';
export * from './request.js';
export * from './response.js';
export * from './sizes.js';
export * from './watch.js';
export * from './wire.js';
