import type { ReplayedRun, TraceEvent } from '../experiment/checking/index.js';

/** How much of a long run a picture shows: its end. */
const MOST_EVENTS = 400;
const ROW = 18;
const COLUMN = 220;
const TOP = 60;
const LEFT = 110;

/**
 * A space-time diagram (Lamport 1978): a line a member, time downwards, an arrow a message; lost ones end in a cross.
 *
 * Rows are events, not ms: what is close together in time would lie on one spot.
 */
export function spaceTimeSvg({ trace, members, violation }: ReplayedRun): string {
  const shown = trace.slice(-MOST_EVENTS);
  const rowOf = new Map(shown.map(({ number }, row) => [number, row]));
  const received = new Set(shown.flatMap(({ sentBy }) => (sentBy === undefined ? [] : [sentBy])));
  const x = (member: string): number => LEFT + Math.max(0, members.indexOf(member)) * COLUMN;
  const y = (row: number): number => TOP + row * ROW;
  const height = y(shown.length) + 80;
  const width = LEFT + members.length * COLUMN + 40;
  const parts: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="white"/>',
  ];
  for (const member of members) {
    parts.push(`<line x1="${x(member)}" y1="${TOP - 20}" x2="${x(member)}" y2="${height - 60}" stroke="#999"/>`);
    parts.push(
      `<text x="${x(member)}" y="${TOP - 28}" text-anchor="middle" font-weight="bold">${escaped(member)}</text>`,
    );
  }
  for (const [row, event] of shown.entries()) parts.push(...drawn(event, row));
  if (violation !== undefined) {
    parts.push(
      `<text x="10" y="${height - 30}" fill="#b00" font-weight="bold">violated: ${escaped(violation.property)}</text>`,
      `<text x="10" y="${height - 12}" fill="#b00">${escaped(violation.text)}</text>`,
    );
  }
  parts.push('</svg>', '');
  return parts.join('\n');

  function drawn(event: TraceEvent, row: number): string[] {
    const { kind, member, text, sentBy, to, number } = event;
    const time = `<text x="8" y="${y(row) + 4}" fill="#777">${(event.atUs / 1000).toFixed(1)} ms</text>`;
    const label = (dx: number, fill: string): string =>
      `<text x="${x(member) + dx}" y="${y(row) + 4}" fill="${fill}">${escaped(text)}</text>`;
    switch (kind) {
      case 'receive': {
        const from = rowOf.get(sentBy!);
        const origin = trace[sentBy!]!;
        if (from === undefined) return [time];
        return [
          time,
          `<line x1="${x(origin.member)}" y1="${y(from)}" x2="${x(member)}" y2="${y(row)}" stroke="#36c" marker-end="none"/>`,
          `<circle cx="${x(member)}" cy="${y(row)}" r="3" fill="#36c"/>`,
        ];
      }
      case 'send': {
        const lost = received.has(number)
          ? []
          : [
              `<text x="${x(member) + (x(to ?? member) > x(member) ? 40 : -40)}" y="${y(row) + 4}" fill="#b00">×</text>`,
            ];
        return [time, `<circle cx="${x(member)}" cy="${y(row)}" r="2" fill="#36c"/>`, label(6, '#36c'), ...lost];
      }
      case 'step':
        return [time, `<circle cx="${x(member)}" cy="${y(row)}" r="4" fill="#282"/>`, label(8, '#111')];
      case 'note':
        return [time, `<text x="${x(member)}" y="${y(row) + 4}" fill="#b00">${escaped(text)}</text>`];
    }
  }
}

/** The same as a Mermaid sequence diagram. */
export function mermaidText({ trace, members, violation }: ReplayedRun): string {
  const shown = trace.slice(-MOST_EVENTS);
  const received = new Set(shown.flatMap(({ sentBy }) => (sentBy === undefined ? [] : [sentBy])));
  const lines = ['sequenceDiagram', ...members.map((member) => `  participant ${member}`)];
  const plain = (text: string): string => text.replace(/[;#:]/g, ' ');
  for (const { kind, member, text, sentBy, to, number } of shown) {
    if (kind === 'receive') lines.push(`  ${trace[sentBy!]!.member}->>${member}: ${plain(text)}`);
    else if (kind === 'send' && !received.has(number)) lines.push(`  ${member}-x${to}: ${plain(text)}`);
    else if (kind === 'step') lines.push(`  Note over ${member}: ${plain(text)}`);
    else if (kind === 'note') {
      const over = member === '' ? `${members[0]},${members.at(-1)}` : member;
      lines.push(`  Note over ${over}: ${plain(text)}`);
    }
  }
  if (violation !== undefined) {
    lines.push(
      `  Note over ${members[0]},${members.at(-1)}: violated ${plain(violation.property)} - ${plain(violation.text)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/**
 * The same as a ShiViz log: two lines an event, the text and then the member with its vector clock.
 *
 * ShiViz reads it with the expression `(?<event>.*)\n(?<host>\S*) (?<clock>{.*})`.
 */
export function shivizLog({ trace }: ReplayedRun): string {
  const clocks = new Map<string, Map<string, number>>();
  const stamps: ReadonlyMap<string, number>[] = [];
  const lines: string[] = [];
  for (const { number, member: at, text, kind, sentBy, atUs } of trace) {
    const member = at === '' ? 'operator' : at;
    const clock = clocks.get(member) ?? new Map<string, number>();
    clocks.set(member, clock);
    if (sentBy !== undefined) {
      for (const [other, count] of stamps[sentBy]!) clock.set(other, Math.max(clock.get(other) ?? 0, count));
    }
    clock.set(member, (clock.get(member) ?? 0) + 1);
    const stamp = new Map([...clock].sort(([a], [b]) => (a < b ? -1 : 1)));
    stamps[number] = stamp;
    lines.push(
      `${(atUs / 1000).toFixed(3)} ms ${kind} ${text}`,
      `${member} ${JSON.stringify(Object.fromEntries(stamp))}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
