import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type PlugIn, PlugInError, recognise } from './plug-in.js';

/**
 * Loads plug-in files, each of which exports one object (as default, or under any name).
 *
 * Their code runs: whoever cannot wait for a file that never ends does this in a thread; see `describe.ts`.
 *
 * @throws PlugInError
 */
export async function loadPlugIns(files: readonly string[]): Promise<PlugIn[]> {
  const plugIns: PlugIn[] = [];
  for (const file of files) plugIns.push(await load(file));
  for (const [i, { kind, file, object }] of plugIns.entries()) {
    const name = 'name' in object ? object.name : undefined;
    const twin = plugIns
      .slice(0, i)
      .find((other) => other.kind === kind && 'name' in other.object && other.object.name === name);
    if (name !== undefined && twin !== undefined)
      throw new PlugInError(file, `is a second ${kind} named ${name}, after ${twin.file}`);
  }
  return plugIns;
}

async function load(file: string): Promise<PlugIn> {
  const path = resolve(file);
  if (!existsSync(path)) throw new PlugInError(file, 'no such file');
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await import(pathToFileURL(path).href);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'thrown', message: String(error) };
    throw new PlugInError(file, `does not load: ${name}: ${message}`);
  }
  const objects = 'default' in exported ? [exported['default']] : Object.values(exported);
  if (objects.length !== 1) {
    throw new PlugInError(file, `expected it to export one object, found ${objects.length}`);
  }
  return recognise(file, objects[0]);
}
