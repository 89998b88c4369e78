import { parentPort, workerData } from 'node:worker_threads';
import { mutantNamed, replaySchedule, search, usesOf } from '../experiment/checking/index.js';
import { Pulse } from '../experiment/index.js';
import type { CheckOrder } from './check-in-worker.js';

/** The other end of `check-in-worker.ts`. */
const order = workerData as CheckOrder;
const pulse = new Pulse(order.pulse);

async function answer(): Promise<unknown> {
  if (order.kind === 'search') return search(order.order, { pulse });
  const { schedule, mutant, plugIns = [] } = order.counterexample;
  return replaySchedule(schedule, mutant === undefined ? undefined : mutantNamed(mutant), {
    plugIns: await usesOf(plugIns, pulse),
  });
}

parentPort?.postMessage(await answer());
