import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ContractOptions, RuleVerdict } from '../../client/contract/index.js';
import { type PlugInDescription, PlugInError } from './plug-in.js';
import { Pulse } from './pulse.js';
import { watchPulse } from './watch.js';

/** What the thread is told; see `thread-main.ts`. */
export interface ThreadOrder {
  readonly memory: SharedArrayBuffer;
  readonly files: readonly string[];
  readonly task:
    | { readonly kind: 'describe' }
    | { readonly kind: 'check'; readonly settings: Omit<ContractOptions, 'surroundings'> };
}

export type ThreadAnswer =
  | { readonly kind: 'described'; readonly plugIns: readonly PlugInDescription[] }
  | { readonly kind: 'checked'; readonly name: string; readonly verdicts: readonly RuleVerdict[] }
  | { readonly kind: 'refused'; readonly file: string; readonly problem: string };

/**
 * Loads plug-in files in a thread of its own, and says what they are.
 *
 * @throws PlugInError for one that cannot be used, or never ends loading
 */
export async function describePlugIns(
  files: readonly string[],
  patienceMs?: number,
): Promise<readonly PlugInDescription[]> {
  if (files.length === 0) return [];
  const answer = await runThread({ files, task: { kind: 'describe' } }, patienceMs);
  return answer.kind === 'described' ? answer.plugIns : refuse(answer);
}

/** The contract's verdicts on the balancer of a file. */
export async function checkBalancerFile(
  file: string,
  settings: Omit<ContractOptions, 'surroundings'> = {},
  patienceMs?: number,
): Promise<{ readonly name: string; readonly verdicts: readonly RuleVerdict[] }> {
  const answer = await runThread({ files: [file], task: { kind: 'check', settings } }, patienceMs);
  return answer.kind === 'checked' ? answer : refuse(answer);
}

function refuse(answer: ThreadAnswer): never {
  if (answer.kind === 'refused') throw new PlugInError(answer.file, answer.problem);
  throw new Error(`a thread answered ${answer.kind}`);
}

function runThread(order: Omit<ThreadOrder, 'memory'>, patienceMs: number | undefined): Promise<ThreadAnswer> {
  return new Promise((resolve, reject) => {
    const pulse = new Pulse();
    pulse.begin('loading');
    const worker = new Worker(threadFile(), { workerData: { ...order, memory: pulse.memory } satisfies ThreadOrder });
    const watch = watchPulse(pulse, {
      files: order.files,
      patienceMs,
      stuck(error) {
        void worker.terminate();
        reject(error);
      },
    });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      watch.over();
      const text = `[P5] ended the program (code ${code}); a plug-in has no process`;
      reject(new PlugInError(order.files.join(', '), text));
    });
  });
}

/** Threads load compiled code: where this file is run as a source, its compiled twin. */
function threadFile(): string {
  const beside = fileURLToPath(new URL('./thread-main.js', import.meta.url));
  return existsSync(beside)
    ? beside
    : fileURLToPath(new URL('../../../dist/experiment/plug-ins/thread-main.js', import.meta.url));
}
