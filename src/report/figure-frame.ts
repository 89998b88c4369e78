/** What every figure has in common: paper, title, axes, grid, legend. SVG as text, without a DOM. */

export const WIDTH = 760;
export const HEIGHT = 480;
const FONT = 'Helvetica, Arial, "DejaVu Sans", sans-serif';
const FONT_SIZE = 13;
/** Mean width of a character at that size; legends are laid out by it. */
const CHARACTER = 7;
const INK = '#222222';
const GRID = '#e3e3e3';
const LEGEND_LINE = 22;
const KEY_WIDTH = 30;

/** Where the data is drawn, in pixels from the figure's upper left corner. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface LegendEntry {
  readonly name: string;
  /** Draws the key around (x, y), its left middle; it is `KEY_WIDTH` less a gap wide. */
  key(x: number, y: number): string;
}

/** Colours that colour-blind readers tell apart too (Okabe and Ito), dark enough for lines on white. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000', '#8b6f00'];

/** A colour for each name; what was measured has the colour of what simulates it. */
export function colorsByName(names: readonly string[]): ReadonlyMap<string, string> {
  const stems = [...new Set(names.map(stem))];
  return new Map(names.map((name) => [name, COLORS[stems.indexOf(stem(name)) % COLORS.length]!]));
}

/** `round robin, measured` and `round robin (simulated)` are both of `round robin`. */
function stem(name: string): string {
  return name.replace(/[\s,:(-]*\b(measured|simulated|thesis)\)?$/i, '').trim();
}

/** Coordinates to a tenth of a pixel: the same bytes everywhere, and small. */
export function px(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return String(Object.is(rounded, -0) ? 0 : rounded);
}

export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

export function textAt(
  x: number,
  y: number,
  content: string,
  { anchor = 'start', size = FONT_SIZE, bold = false, turn = 0 } = {},
): string {
  const weight = bold ? ' font-weight="bold"' : '';
  const turned = turn === 0 ? '' : ` transform="rotate(${turn} ${px(x)} ${px(y)})"`;
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" font-size="${size}"${weight}${turned}>${escapeXml(content)}</text>`;
}

export function lineAt(x1: number, y1: number, x2: number, y2: number, color = INK, width = 1): string {
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${color}" stroke-width="${width}"/>`;
}

/** The plot's place below a title and a legend of these names. */
export function plotBelow(names: readonly string[]): Plot {
  const rows = legendPlaces(names).at(-1)?.row ?? 0;
  return { left: 72, right: WIDTH - 24, top: 62 + (rows + 1) * LEGEND_LINE, bottom: HEIGHT - 58 };
}

/** Legend entries from left to right, in as many rows as they need. */
function legendPlaces(names: readonly string[]): readonly { readonly x: number; readonly row: number }[] {
  let x = 72;
  let row = 0;
  return names.map((name) => {
    const width = KEY_WIDTH + name.length * CHARACTER + 18;
    if (x > 72 && x + width > WIDTH - 10) {
      x = 72;
      row++;
    }
    const place = { x, row };
    x += width;
    return place;
  });
}

export function legend(entries: readonly LegendEntry[]): string {
  const places = legendPlaces(entries.map((entry) => entry.name));
  return entries
    .map((entry, i) => {
      const { x, row } = places[i]!;
      const y = 56 + row * LEGEND_LINE;
      return entry.key(x, y) + textAt(x + KEY_WIDTH, y + 4.5, entry.name);
    })
    .join('');
}

/** Ticks and grid of the vertical axis, and what it shows. */
export function yAxis(
  plot: Plot,
  label: string,
  ticks: readonly { readonly y: number; readonly text: string }[],
): string {
  const lines = ticks.map(
    ({ y, text }) =>
      lineAt(plot.left, y, plot.right, y, GRID) + textAt(plot.left - 8, y + 4.5, text, { anchor: 'end' }),
  );
  const middle = (plot.top + plot.bottom) / 2;
  return `${lines.join('')}${textAt(20, middle, label, { anchor: 'middle', turn: -90 })}`;
}

/** The horizontal axis; `marks` draws a short line at each tick. */
export function xAxis(
  plot: Plot,
  label: string,
  ticks: readonly { readonly x: number; readonly text: string }[],
  { marks }: { marks: boolean },
): string {
  const texts = ticks.map(
    ({ x, text }) =>
      (marks ? lineAt(x, plot.bottom, x, plot.bottom + 5) : '') +
      textAt(x, plot.bottom + 20, text, { anchor: 'middle' }),
  );
  const line = lineAt(plot.left, plot.bottom, plot.right, plot.bottom);
  const middle = (plot.left + plot.right) / 2;
  return `${line}${texts.join('')}${textAt(middle, HEIGHT - 16, label, { anchor: 'middle' })}`;
}

/** The whole document. */
export function svgDocument(title: string, parts: readonly string[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="${escapeXml(FONT)}" fill="${INK}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    textAt(72, 30, title, { size: 16, bold: true }),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
