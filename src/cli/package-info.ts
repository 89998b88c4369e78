import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package's root: the folder above `dist`. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The version in package.json. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
