import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Setting } from '../scenario/index.js';
import { Pulse, watchPulse } from './plug-ins/index.js';
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
  /** Files, absolute. */
  readonly plugIns: readonly string[];
  /** Where the cell gives life signs, if somebody watches. */
  readonly pulse?: SharedArrayBuffer;
}

/** What ended a cell that is not our bug: by its name and words. */
export interface CellFailure {
  readonly failure: { readonly name: string; readonly message: string };
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

/**
 * @param threads 1 or fewer: the calling thread, which yields between two cells
 * @param plugIns with some, cells run in threads in any case, so that one that never returns can be ended
 */
export async function openPool(threads: number, plugIns: readonly string[] = []): Promise<WorkerPool> {
  if (threads <= 1 && plugIns.length === 0) {
    const { default: runCell } = await import('./cell-worker.js');
    return {
      async runAll(tasks, signal, onResult) {
        for (const task of tasks) {
          if (signal?.aborted) return;
          onResult(succeeded(await runCell(task)));
          await new Promise((resume) => setImmediate(resume));
        }
      },
      async close() {},
    };
  }
  const lanes = Math.max(1, threads);
  const pool = new Piscina({ filename: workerFile(), minThreads: lanes, maxThreads: lanes });
  return {
    async runAll(tasks, signal, onResult) {
      let next = 0;
      let failed = false;
      const lane = async (pulse?: Pulse): Promise<void> => {
        while (next < tasks.length && !signal?.aborted && !failed) {
          const task = tasks[next++]!;
          onResult(succeeded(await pool.run(pulse === undefined ? task : { ...task, pulse: pulse.memory })));
        }
      };
      const watchedLane = (): Promise<void> => {
        const pulse = new Pulse();
        return watched(lane(pulse), pulse, plugIns).catch((error: unknown) => {
          // What is amiss with a plug-in in one lane is amiss with it in all.
          failed = true;
          throw error;
        });
      };
      await Promise.all(Array.from({ length: lanes }, () => (plugIns.length > 0 ? watchedLane() : lane())));
    },
    close: () => pool.destroy(),
  };
}

function succeeded(answer: CellResult | CellFailure): CellResult {
  if (!('failure' in answer)) return answer;
  const { name, message } = answer.failure;
  throw Object.assign(new Error(message), { name });
}

/** Waits for work that runs plug-ins, or fails when it does not move any more. */
async function watched(work: Promise<unknown>, pulse: Pulse, files: readonly string[]): Promise<void> {
  work.catch(() => {});
  await new Promise((resolve, reject) => {
    const watch = watchPulse(pulse, { files, stuck: reject });
    work.then(resolve, reject).finally(watch.over);
  });
}

/** Threads load compiled code: where this file is run as a source, its compiled twin. */
function workerFile(): string {
  const beside = fileURLToPath(new URL('./cell-worker.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/experiment/cell-worker.js', import.meta.url));
}
