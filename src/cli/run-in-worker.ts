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
}

export interface RunAnswer {
  readonly result: RunResult;
  /** The members' metrics at the end, as OpenMetrics text. */
  readonly openMetrics: string;
}

/** Runs a sound scenario on another thread: this one stays awake for Ctrl-C. */
export function runInWorker(order: RunOrder): Promise<RunAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile(), { workerData: order });
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
