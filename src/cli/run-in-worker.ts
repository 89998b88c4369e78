import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { RunResult } from '../experiment/result.js';
import type { Setting } from '../scenario/parse.js';

/** What the worker is told; see `run-worker.ts`. */
export interface RunOrder {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  /** Where relative paths in the scenario start. */
  readonly folder: string;
  readonly set: readonly Setting[];
  /** Files of plug-ins. */
  readonly plugIns: readonly string[];
  /** Whether a TLA+ trace is wanted. */
  readonly tla: boolean;
}

export interface WatchedOrder extends RunOrder {
  /** Where the run gives life signs, if it has plug-ins. */
  readonly pulse: SharedArrayBuffer | undefined;
}

export interface RunAnswer {
  readonly result: RunResult;
  /** The members' metrics at the end, as OpenMetrics text. */
  readonly openMetrics: string;
  readonly tla: TlaAnswer | undefined;
}

export interface TlaAnswer {
  /** Lines of a file. */
  readonly lines: readonly string[];
  /** Why it ends before the run does. */
  readonly end: { readonly atUs: number; readonly reason: string } | undefined;
}

/** Runs a sound scenario on another thread: this one stays awake for Ctrl-C. */
export async function runInWorker(order: RunOrder): Promise<RunAnswer> {
  const { Pulse, watchPulse } = await import('../experiment/index.js');
  const pulse = order.plugIns.length > 0 ? new Pulse() : undefined;
  return new Promise((resolve, reject) => {
    const watched: WatchedOrder = { ...order, pulse: pulse?.memory };
    const worker = new Worker(workerFile(), { workerData: watched });
    if (pulse !== undefined) {
      const watch = watchPulse(pulse, {
        files: order.plugIns,
        stuck(error) {
          void worker.terminate();
          reject(error);
        },
      });
      worker.once('exit', watch.over);
    }
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the run's worker ended without an answer (code ${code})`)));
  });
}

/** Threads load compiled code: where this file is run as a source, its compiled twin. */
function workerFile(): URL {
  const beside = new URL('./run-worker.js', import.meta.url);
  return existsSync(beside) ? beside : new URL('../../dist/cli/run-worker.js', import.meta.url);
}
