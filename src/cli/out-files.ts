import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from './failure.js';

/** Writes a file whole or not at all: under a temporary name beside it, then renamed. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Makes a folder and those above it, unless they are there. One by one: Node's own way never ends below /proc. */
export async function makeFolder(folder: string): Promise<void> {
  if ((await statOrNothing(folder))?.isDirectory()) return;
  const above = dirname(folder);
  if (above !== folder) await makeFolder(above);
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Several files into one folder, made if it is not there. */
export async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await makeFolder(folder);
  for (const [name, content] of Object.entries(files)) await writeWhole(join(folder, name), content);
}

/** Complains before any work is done if what is to be a folder, or is to lie above it, is a file. */
export async function checkOutFolder(folder: string | undefined): Promise<void> {
  if (folder === undefined) return;
  const hint = 'name a folder; it is made if it is not there';
  if (folder.trim() === '') throw new UsageError('--out: expected a folder, found ""', hint);
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = await statOrNothing(at);
    if (found?.isDirectory()) return;
    const shown = at === resolve(folder) ? 'is a file, expected a folder' : `${at} is a file, expected a folder`;
    if (found !== undefined) throw new UsageError(`--out ${folder}: ${shown}`, hint);
  }
}

/** Complains if a folder to be read is not there. */
export async function checkFolder(flag: string, folder: string | undefined): Promise<void> {
  if (folder === undefined) return;
  const found = await statOrNothing(folder);
  if (!found?.isDirectory()) throw new UsageError(`${flag}: there is no folder ${folder}`);
}

/** The same as `checkOutFolder` for a file to be written. */
export async function checkOutFile(flag: string, path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const found = await statOrNothing(path);
  if (found?.isDirectory()) throw new UsageError(`${flag} ${path}: is a folder, expected a file`);
  const folder = await statOrNothing(dirname(path));
  if (!folder?.isDirectory()) throw new UsageError(`${flag} ${path}: there is no folder ${dirname(path)}`);
}

async function statOrNothing(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
