import { availableParallelism } from 'node:os';
import { toJson } from '../report/json.js';

/** What depends on the machine and the moment stands in `machine.json`, outside the bytes that must be equal. */
export function machineJson(startedMs: number, more: Readonly<Record<string, unknown>> = {}): string {
  return toJson({
    command: ['etcdsim', ...process.argv.slice(2)],
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    startedAt: new Date(startedMs).toISOString(),
    durationSec: (Date.now() - startedMs) / 1000,
    ...more,
  });
}
