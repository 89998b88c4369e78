import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ResolvedScenario } from '../scenario/config.js';
import type { TraceRecord } from '../workload/index.js';

/** A recording that cannot be read: which file, which line, why. */
export class BadTrace extends Error {
  override readonly name = 'BadTrace';
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
  let text: string;
  try {
    const bytes = readFileSync(path);
    text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw new BadTrace(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const records: TraceRecord[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    records.push(checked(line, `${path}:${i + 1}`));
  });
  if (records.length === 0) throw new BadTrace(`${path}: expected a recording, found no line`);
  return records;
}

function checked(line: string, place: string): TraceRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadTrace(`${place}: expected a JSON object a line`);
  }
  const record = value as Partial<TraceRecord> | null;
  const sound =
    typeof record === 'object' &&
    record !== null &&
    Number.isFinite(record.t0) &&
    Number.isFinite(record.t1) &&
    Number.isInteger(record.c) &&
    typeof record.m === 'string';
  if (!sound) throw new BadTrace(`${place}: expected t0 and t1 (seconds), c (a client's number) and m (a method)`);
  return record as TraceRecord;
}
