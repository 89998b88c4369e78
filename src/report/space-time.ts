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
  const bottom = y(shown.length);
  const height = bottom + 80;
  const width = LEFT + members.length * COLUMN + 40;
  // From back to front: lives, arrows, dots, words.
  const lives = members.flatMap((member) => life(member));
  const arrows: string[] = [];
  const dots: string[] = [];
  const words: string[] = [];
  for (const [row, event] of shown.entries()) draw(event, row);
  const verdict =
    violation === undefined
      ? []
      : [
          `<text x="10" y="${height - 34}" fill="${RED}" font-size="13" font-weight="bold">violated: ${escaped(violation.property)}</text>`,
          `<text x="10" y="${height - 14}" fill="${RED}" font-size="12">${escaped(violation.text)}</text>`,
        ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<defs><marker id="head" markerWidth="8" markerHeight="8" refX="9" refY="3" orient="auto"><path d="M0,0 L7,3 L0,6 z" fill="${BLUE}"/></marker></defs>`,
    '<rect width="100%" height="100%" fill="white"/>',
    `<text x="8" y="18" fill="${GREY}">thick green: leads; dashed: down; blue: raft messages, a cross: lost; heartbeats are left out</text>`,
    ...lives,
    ...arrows,
    ...dots,
    ...words,
    ...verdict,
    '</svg>',
    '',
  ].join('\n');

  /** A member's line: thick while it leads, dashed while it is down. What came before the shown part counts too. */
  function life(member: string): string[] {
    const parts = [
      `<text x="${x(member)}" y="${TOP - 24}" text-anchor="middle" font-size="13" font-weight="bold">${escaped(member)}</text>`,
    ];
    let look: keyof typeof LOOKS = 'runs';
    let from = TOP - 14;
    const first = trace.length - shown.length;
    const upTo = (row: number): void => {
      if (row > from) parts.push(`<line x1="${x(member)}" y1="${from}" x2="${x(member)}" y2="${row}" ${LOOKS[look]}/>`);
      from = Math.max(from, row);
    };
    for (const event of trace) {
      const next = event.member === member && event.kind === 'step' ? lookAfter(event.text) : undefined;
      if (next === undefined) continue;
      if (event.number >= first) upTo(y(event.number - first));
      look = next;
    }
    upTo(bottom);
    return parts;
  }

  function draw(event: TraceEvent, row: number): void {
    const { kind, member, text, sentBy, to, number } = event;
    const at = y(row);
    const label = (dx: number, fill: string, content = text): string =>
      `<text x="${x(member) + dx}" y="${at + 4}" fill="${fill}" paint-order="stroke" stroke="white" stroke-width="3">${escaped(content)}</text>`;
    if (row === 0 || clock(event) !== clock(shown[row - 1]!)) {
      words.push(`<text x="8" y="${at + 4}" fill="${GREY}">${clock(event)} ms</text>`);
    }
    switch (kind) {
      case 'receive': {
        const from = rowOf.get(sentBy!);
        dots.push(`<circle cx="${x(member)}" cy="${at}" r="3" fill="${BLUE}"/>`);
        if (from === undefined) words.push(label(8, BLUE));
        else {
          const [x1, y1] = [x(trace[sentBy!]!.member), y(from)];
          arrows.push(
            `<line x1="${x1}" y1="${y1}" x2="${x(member)}" y2="${at}" stroke="${BLUE}" stroke-opacity="0.6" marker-end="url(#head)"/>`,
          );
        }
        return;
      }
      case 'send': {
        dots.push(`<circle cx="${x(member)}" cy="${at}" r="2" fill="${BLUE}"/>`);
        words.push(label(7, BLUE));
        if (received.has(number)) return;
        const side = x(to ?? member) > x(member) ? 1 : -1;
        const end = x(member) + side * 30;
        arrows.push(
          `<line x1="${x(member)}" y1="${at}" x2="${end}" y2="${at}" stroke="${RED}" stroke-dasharray="3 2"/>`,
        );
        words.push(`<text x="${x(member) - 16}" y="${at + 4}" fill="${RED}" font-weight="bold">×</text>`);
        return;
      }
      case 'step':
        dots.push(`<circle cx="${x(member)}" cy="${at}" r="4" fill="${GREEN}"/>`);
        words.push(label(8, '#111111'));
        return;
      case 'note':
        dots.push(`<rect x="${x(member) - 4}" y="${at - 4}" width="8" height="8" fill="${RED}"/>`);
        words.push(label(8, RED));
    }
  }
}

function clock({ atUs }: TraceEvent): string {
  return (atUs / 1000).toFixed(1);
}

const BLUE = '#3366cc';
const GREEN = '#228822';
const RED = '#bb0000';
const GREY = '#777777';
const LOOKS = {
  runs: 'stroke="#999999"',
  leads: 'stroke="#228822" stroke-width="5" stroke-opacity="0.45"',
  down: 'stroke="#999999" stroke-dasharray="2 5"',
} as const;

/** How a member's line goes on after a step; undefined: as before. */
function lookAfter(text: string): keyof typeof LOOKS | undefined {
  if (text.startsWith('leads term')) return 'leads';
  if (text === 'steps down' || text.startsWith('restarts')) return 'runs';
  return text === 'crashes' ? 'down' : undefined;
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
