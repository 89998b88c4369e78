import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { invariants } from '../../checking/invariants/index.js';
import { SHIPPED_CHOICES, SHIPPED_WORKLOADS } from '../../scenario/index.js';
import { nameOf, type PlugIn, PlugInError, type PlugInKind, recognise } from './plug-in.js';

/** Names that are taken. */
const SHIPPED: Readonly<Record<PlugInKind, readonly string[]>> = {
  balancer: SHIPPED_CHOICES.balancers.map(({ name }) => name),
  fault: SHIPPED_CHOICES.faults.map(({ name }) => name),
  workload: SHIPPED_WORKLOADS.map(({ kind }) => kind),
  invariant: invariants.map(({ property }) => property),
};

/**
 * Loads plug-in files, each of which exports one object (as default, or under any name).
 *
 * Their code runs: whoever cannot wait for a file that never ends does this in a thread; see `thread.ts`.
 *
 * @throws PlugInError
 */
export async function loadPlugIns(files: readonly string[]): Promise<PlugIn[]> {
  const plugIns: PlugIn[] = [];
  for (const file of files) plugIns.push(await load(file));
  for (const [i, plugIn] of plugIns.entries()) {
    const { kind, file } = plugIn;
    const name = nameOf(plugIn);
    if (SHIPPED[kind].includes(name))
      throw new PlugInError(file, `[P1] takes the name of the ${kind} ${name} that ships`);
    const twin = plugIns.slice(0, i).find((other) => other.kind === kind && nameOf(other) === name);
    if (twin !== undefined) throw new PlugInError(file, `[P1] is a second ${kind} named ${name}, after ${twin.file}`);
  }
  return plugIns;
}

async function load(file: string): Promise<PlugIn> {
  const path = resolve(file);
  if (!existsSync(path)) throw new PlugInError(file, '[P1] no such file');
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await import(pathToFileURL(path).href);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'thrown', message: String(error) };
    throw new PlugInError(file, `[P1] does not load: ${name}: ${message}`);
  }
  const objects = 'default' in exported ? [exported['default']] : Object.values(exported);
  if (objects.length !== 1) {
    throw new PlugInError(file, `[P1] expected it to export one object, found ${objects.length}`);
  }
  return recognise(file, objects[0]);
}
