import { escapeXml } from './figure-frame.js';
import { type ScoredModel, STATE_NAMES } from './forecast-text.js';

const CELL = 90;
const LEFT = 110;
const TOP = 80;

/** A confusion matrix as a picture: rows are the truth, columns what was said; darker is a larger share of the row. */
export function confusionSvg({ name, scores }: ScoredModel): string {
  const size = { width: LEFT + CELL * STATE_NAMES.length + 30, height: TOP + CELL * STATE_NAMES.length + 30 };
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="Helvetica, Arial, sans-serif" font-size="13">`,
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="28" font-weight="bold">${escapeXml(name)}: true state by row, said by column</text>`,
  ];
  STATE_NAMES.forEach((state, i) => {
    const middle = CELL * i + CELL / 2;
    parts.push(`<text x="${LEFT + middle}" y="${TOP - 10}" text-anchor="middle">${state}</text>`);
    parts.push(`<text x="${LEFT - 10}" y="${TOP + middle + 4}" text-anchor="end">${state}</text>`);
  });
  scores.confusion.forEach((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    row.forEach((count, said) => {
      const share = total === 0 ? 0 : count / total;
      const level = Math.round(255 - share * 180);
      const [x, y] = [LEFT + CELL * said, TOP + CELL * truth];
      const ink = share > 0.6 ? '#ffffff' : '#222222';
      parts.push(
        `<rect x="${x}" y="${y}" width="${CELL - 2}" height="${CELL - 2}" fill="rgb(${Math.max(0, level - 40)},${level},255)"/>`,
        `<text x="${x + CELL / 2 - 1}" y="${y + CELL / 2}" text-anchor="middle" fill="${ink}">${count}</text>`,
        `<text x="${x + CELL / 2 - 1}" y="${y + CELL / 2 + 18}" text-anchor="middle" font-size="11" fill="${ink}">${Math.round(share * 1000) / 10} %</text>`,
      );
    });
  });
  return `${parts.join('\n')}\n</svg>\n`;
}
