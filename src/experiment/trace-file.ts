import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ResolvedScenario } from '../scenario/config.js';
import type { TraceRecord } from '../workload/index.js';

/** A recording that cannot be read: which file, and what was found in it. */
export class BadTrace extends Error {
  override readonly name = 'BadTrace';
  /** `a folder`, `a line 3 that is no JSON object`. */
  readonly found: string;

  constructor(path: string, found: string) {
    super(`${path}: expected a recording (JSON lines, gzipped if the name ends in .gz), found ${found}`);
    this.found = found;
  }
}

/**
 * Reads the recording that a trace-replay scenario names; other scenarios come back as they are.
 *
 * @param folder that a relative path starts from; default the current one
 * @throws BadTrace
 */
export function withTrace(scenario: ResolvedScenario, folder: string | undefined): ResolvedScenario {
  const { workload } = scenario;
  if (workload.kind !== 'trace-replay' || workload.records.length > 0) return scenario;
  const records = readTrace(resolve(folder ?? '.', workload.file));
  return { ...scenario, workload: { ...workload, records } };
}

/** @param path JSON lines, gzipped if it ends in .gz */
export function readTrace(path: string): TraceRecord[] {
  const records: TraceRecord[] = [];
  textOf(path)
    .split('\n')
    .forEach((line, i) => {
      if (line.trim() === '') return;
      const record = recordOf(line);
      if (typeof record === 'string') throw new BadTrace(path, `a line ${i + 1} ${record}`);
      records.push(record);
    });
  if (records.length === 0) throw new BadTrace(path, 'an empty file');
  return records;
}

function textOf(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new BadTrace(path, NO_FILE[(error as NodeJS.ErrnoException).code ?? ''] ?? String(error));
  }
  if (!path.endsWith('.gz')) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_TEXT }).toString('utf8');
  } catch {
    throw new BadTrace(path, 'a file that cannot be unzipped');
  }
}

/** Of an unzipped recording, bytes: two minutes of a control plane are a hundredth of it. */
const LARGEST_TEXT = 256 * 1024 * 1024;

const NO_FILE: Readonly<Record<string, string>> = {
  ENOENT: 'no file',
  ENOTDIR: 'no file',
  EISDIR: 'a folder',
  EACCES: 'a file that may not be read',
};

const TEXTS = ['key', 'ops', 'user', 'path'] as const;
const NUMBERS = ['lim', 'n', 'rb', 'pb'] as const;

/** @returns what is wrong with it, if it is no record */
function recordOf(line: string): TraceRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'that is no JSON';
  }
  const record = value as Partial<TraceRecord> | null;
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return 'that is no JSON object';
  if (!Number.isFinite(record.t0) || !Number.isFinite(record.t1)) return 'without t0 and t1, seconds';
  if (!Number.isInteger(record.c)) return "without c, a client's number";
  if (typeof record.m !== 'string') return 'without m, a method';
  const wrong =
    TEXTS.find((key) => !['string', 'undefined'].includes(typeof record[key])) ??
    NUMBERS.find((key) => !['number', 'undefined'].includes(typeof record[key]));
  return wrong === undefined ? (record as TraceRecord) : `whose ${wrong} is none`;
}
