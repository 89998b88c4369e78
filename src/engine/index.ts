export { Cpu, Program, type WakeUp } from './cpu.js';
export * from './distributions.js';
export { exp, log, pow } from './elementary.js';
export { EventQueue } from './event-queue.js';
export { Fifo } from './fifo.js';
export { InvariantError, invariant } from './invariant.js';
export { all, type Process, type Start, sleep, spawn, wait } from './process.js';
export { type Handler, NO_TIMER, Simulator, type Timer } from './simulator.js';
export { Stream, Streams } from './streams.js';
