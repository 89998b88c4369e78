import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Scenario files that are wrong in one way or many, and beside each what is said about it. */
export const BAD_FOLDER = fileURLToPath(new URL('./bad/', import.meta.url));

export interface BadFile {
  /** `unknown-key.yaml`. */
  readonly file: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Where its messages stand. */
  readonly expected: string;
}

export const BAD_FILES: readonly BadFile[] = readdirSync(BAD_FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .sort()
  .map((file) => ({
    file,
    path: `${BAD_FOLDER}${file}`,
    bytes: readFileSync(`${BAD_FOLDER}${file}`),
    expected: `${BAD_FOLDER}${file.replace(/\.yaml$/, '.expected')}`,
  }));
