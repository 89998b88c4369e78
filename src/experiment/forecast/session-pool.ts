import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { SessionResult } from './session.js';
import type { SessionTask } from './session-worker.js';

export interface SessionPool {
  /** After the signal no more are begun. */
  runAll(
    tasks: readonly SessionTask[],
    signal: AbortSignal | undefined,
    onResult: (index: number, result: SessionResult) => void,
  ): Promise<void>;
  close(): Promise<void>;
}

/** @param threads 1 or fewer: the calling thread, which yields between two sessions */
export async function openSessionPool(threads: number): Promise<SessionPool> {
  const pool =
    threads <= 1 ? undefined : new Piscina({ filename: workerFile(), minThreads: threads, maxThreads: threads });
  const { default: runTask } = await import('./session-worker.js');
  return {
    async runAll(tasks, signal, onResult) {
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < tasks.length && !signal?.aborted) {
          const index = next++;
          onResult(index, pool === undefined ? runTask(tasks[index]!) : await pool.run(tasks[index]!));
          if (pool === undefined) await new Promise((resume) => setImmediate(resume));
        }
      };
      await Promise.all(Array.from({ length: Math.max(1, threads) }, lane));
    },
    async close() {
      await pool?.destroy();
    },
  };
}

/** Threads load compiled code: where this file is run as a source, its compiled twin. */
function workerFile(): string {
  const beside = fileURLToPath(new URL('./session-worker.js', import.meta.url));
  const compiled = '../../../dist/experiment/forecast/session-worker.js';
  return existsSync(beside) ? beside : fileURLToPath(new URL(compiled, import.meta.url));
}
