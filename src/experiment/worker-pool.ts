import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Setting } from '../scenario/index.js';
import type { CellResult } from './sweep.js';

/** All that a worker needs to run one replication of one cell. */
export interface CellTask {
  readonly index: number;
  readonly cell: Readonly<Record<string, string>>;
  readonly replication: number;
  readonly text: string;
  readonly fileName: string;
  readonly set: readonly Setting[];
  readonly version: string;
  readonly folder: string | undefined;
}

export interface WorkerPool {
  /** Runs tasks, `threads` at a time; after the signal no more are begun. */
  runAll(
    tasks: readonly CellTask[],
    signal: AbortSignal | undefined,
    onResult: (result: CellResult) => void,
  ): Promise<void>;
  close(): Promise<void>;
}

/** @param threads 1 or fewer: the calling thread, which yields between two cells */
export async function openPool(threads: number): Promise<WorkerPool> {
  if (threads <= 1) {
    const { default: runCell } = await import('./cell-worker.js');
    return {
      async runAll(tasks, signal, onResult) {
        for (const task of tasks) {
          if (signal?.aborted) return;
          onResult(runCell(task));
          await new Promise((resume) => setImmediate(resume));
        }
      },
      async close() {},
    };
  }
  const pool = new Piscina({ filename: workerFile(), minThreads: threads, maxThreads: threads });
  return {
    async runAll(tasks, signal, onResult) {
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < tasks.length && !signal?.aborted) onResult(await pool.run(tasks[next++]!));
      };
      await Promise.all(Array.from({ length: threads }, lane));
    },
    close: () => pool.destroy(),
  };
}

/** Threads load compiled code: where this file is run as a source, its compiled twin. */
function workerFile(): string {
  const beside = fileURLToPath(new URL('./cell-worker.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/experiment/cell-worker.js', import.meta.url));
}
