import type { BarFigureSpec, FigureSpec } from '../experiment/result.js';
import { barFigureSvg } from './bar-figure.js';
import { lineFigureSvg } from './line-figure.js';

/** A figure as an SVG document: the same bytes for the same figure. */
export function figureSvg(figure: FigureSpec | BarFigureSpec): string {
  return 'groups' in figure ? barFigureSvg(figure) : lineFigureSvg(figure);
}
