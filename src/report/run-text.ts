import type { MemberSummary, RunResult } from '../experiment/result.js';
import { significant } from './numbers.js';
import { type Colors, renderTable } from './table.js';

const MOST_TIMELINE_LINES = 40;

/** A run for a person: what happened, what was measured, what each member did. */
export function runText(result: RunResult, color: Colors): string {
  const { manifest } = result;
  const name = (manifest.scenario as { name?: unknown } | null)?.name;
  const parts = [`${color.bold(String(name ?? 'run'))}  seed ${manifest.seed}, replication ${manifest.replication}`];
  if (result.timeline.length > 0) parts.push(timelineText(result.timeline, color));
  parts.push(metricsText(result, color));
  if (result.members.length > 0) parts.push(membersText(result.members, color));
  return `${parts.join('\n\n')}\n`;
}

const STATISTICS = ['mean', 'median', 'p95', 'p99', 'min', 'max', 'count'] as const;

/** Quantities with a mean and quantiles first, a line each; then the figures of the whole run. */
function metricsText({ metrics }: RunResult, color: Colors): string {
  const observed = Object.keys(metrics)
    .filter((name) => name.endsWith('_mean'))
    .map((name) => name.slice(0, -'_mean'.length))
    .filter((name) => metrics[`${name}_p95`] !== undefined);
  const inTable = new Set(observed.flatMap((name) => STATISTICS.map((statistic) => `${name}_${statistic}`)));
  const distributions = observed.map((name) => [
    name,
    ...STATISTICS.map((statistic) => {
      const metric = metrics[`${name}_${statistic}`];
      return metric === undefined ? '' : significant(metric.value, 4);
    }),
    metrics[`${name}_mean`]!.unit,
  ]);
  const figures = Object.entries(metrics)
    // The share of each member stands in the members' table.
    .filter(([name]) => !inTable.has(name) && !name.startsWith('request_share_'))
    .map(([name, { value, unit }]) => [name, significant(value, 4), unit]);
  const tables: string[] = [];
  if (distributions.length > 0) {
    const head = ['metric', ...STATISTICS, 'unit'];
    tables.push(renderTable({ head, rows: distributions, right: STATISTICS.map((_, i) => i + 1) }, color));
  }
  if (figures.length > 0) {
    tables.push(renderTable({ head: ['metric', 'value', 'unit'], rows: figures, right: [1] }, color));
  }
  return tables.join('\n\n');
}

function membersText(members: readonly MemberSummary[], color: Colors): string {
  const kinds = [...new Set(members.flatMap((member) => Object.keys(member.requests)))].sort();
  const count = (member: MemberSummary) => Object.values(member.requests).reduce((sum, value) => sum + value, 0);
  const all = members.reduce((sum, member) => sum + count(member), 0);
  const rows = members.map((member) => [
    member.name,
    member.role === 'leader' ? color.green(member.role) : member.role === 'down' ? color.red(member.role) : member.role,
    ...kinds.map((kind) => String(member.requests[kind] ?? 0)),
    all === 0 ? '-' : `${((count(member) / all) * 100).toFixed(1)} %`,
    bytes(member.clientReceivedBytes),
    bytes(member.clientSentBytes),
    bytes(member.peerReceivedBytes),
    bytes(member.peerSentBytes),
  ]);
  const head = ['member', 'role', ...kinds, 'share', 'client in', 'client out', 'peer in', 'peer out'];
  return renderTable({ head, rows, right: head.map((_, i) => i).slice(2) }, color);
}

/** What happened, by virtual time; a long one is cut in the middle. */
function timelineText(timeline: RunResult['timeline'], color: Colors): string {
  const lines = timeline.map(({ timeMs, text }) => `${timeMs.toFixed(3).padStart(12)} ms  ${text}`);
  if (lines.length <= MOST_TIMELINE_LINES) return lines.join('\n');
  const half = MOST_TIMELINE_LINES / 2;
  const left = lines.length - MOST_TIMELINE_LINES;
  const gap = color.dim(`${''.padStart(12)}     ... ${left} more (--format json has them all)`);
  return [...lines.slice(0, half), gap, ...lines.slice(-half)].join('\n');
}

function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1e6) return `${(count / 1e3).toFixed(1)} kB`;
  return count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(1)} GB`;
}
