import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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

/** Makes a folder and those above it, unless they are there. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
}

/** Several files into one folder, made if it is not there. */
export async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await makeFolder(folder);
  for (const [name, content] of Object.entries(files)) await writeWhole(join(folder, name), content);
}

/** Complains before any work is done if what is to be a folder is a file. */
export async function checkOutFolder(folder: string | undefined): Promise<void> {
  if (folder === undefined) return;
  const found = await statOrNothing(folder);
  if (found && !found.isDirectory()) throw new UsageError(`--out ${folder}: is a file, expected a folder`);
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
