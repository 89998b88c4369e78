import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Counterexample, ReplayedRun, SearchOrder, SearchResult } from '../experiment/checking/index.js';

/** What the worker is told; see `check-worker.ts`. */
export type CheckOrder = { readonly pulse: SharedArrayBuffer } & (
  | { readonly kind: 'search'; readonly order: SearchOrder }
  | { readonly kind: 'replay'; readonly counterexample: Counterexample }
);

/** Looks for violations with plug-ins on another thread: one that never returns can be ended there. */
export async function searchInWorker(order: SearchOrder): Promise<SearchResult> {
  return (await inWorker({ kind: 'search', order }, order.plugIns)) as SearchResult;
}

/** Runs a counterexample again that was found with plug-ins. */
export async function replayInWorker(counterexample: Counterexample): Promise<ReplayedRun> {
  return (await inWorker({ kind: 'replay', counterexample }, counterexample.plugIns ?? [])) as ReplayedRun;
}

type Order = CheckOrder extends infer Each ? (Each extends CheckOrder ? Omit<Each, 'pulse'> : never) : never;

async function inWorker(order: Order, files: readonly string[]): Promise<unknown> {
  const { Pulse, watchPulse } = await import('../experiment/index.js');
  const pulse = new Pulse();
  const worker = new Worker(workerFile(), { workerData: { ...order, pulse: pulse.memory } satisfies CheckOrder });
  return new Promise((resolve, reject) => {
    const watch = watchPulse(pulse, {
      files,
      stuck(error) {
        void worker.terminate();
        reject(error);
      },
    });
    worker.once('exit', (code) => {
      watch.over();
      reject(new Error(`the check's worker ended without an answer (code ${code})`));
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Threads load compiled code: where this file is run as a source, its compiled twin. */
function workerFile(): URL {
  const beside = new URL('./check-worker.js', import.meta.url);
  return existsSync(beside) ? beside : new URL('../../dist/cli/check-worker.js', import.meta.url);
}
