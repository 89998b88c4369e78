import { parentPort, workerData } from 'node:worker_threads';
import { checkPolicy } from '../../client/contract/index.js';
import { loadPlugIns } from './load.js';
import { description, PlugInError } from './plug-in.js';
import { Pulse } from './pulse.js';
import { surroundings } from './surroundings.js';
import type { ThreadAnswer, ThreadOrder } from './thread.js';

/** The other end of `thread.ts`: what runs plug-in code that may never return. */
const { memory, files, task } = workerData as ThreadOrder;

async function answer(): Promise<ThreadAnswer> {
  const pulse = new Pulse(memory);
  try {
    const plugIns = await loadPlugIns(files);
    pulse.end();
    if (task.kind === 'describe') return { kind: 'described', plugIns: plugIns.map(description) };
    const [plugIn] = plugIns;
    if (plugIn?.kind !== 'balancer') throw new PlugInError(files[0]!, `expected a balancer, found a ${plugIn?.kind}`);
    const policyPulse = { begin: (doing: string) => pulse.begin(doing, { isBalancer: true }), end: () => pulse.end() };
    const verdicts = checkPolicy(plugIn.object, { ...task.settings, surroundings: surroundings(policyPulse) });
    return { kind: 'checked', name: plugIn.object.name, verdicts };
  } catch (error) {
    if (error instanceof PlugInError) return { kind: 'refused', file: error.file, problem: error.problem };
    throw error;
  }
}

parentPort?.postMessage(await answer());
