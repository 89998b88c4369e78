import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { FigureSeries, FigureSpec } from '../experiment/result.js';
import { colorsByName, type LegendEntry, legend, plotBelow, px, svgDocument, xAxis, yAxis } from './figure-frame.js';

type Point = FigureSeries['points'][number];
type Scale = (value: number) => number;

/** Simulated series as lines with their 95 % bands, measured ones as markers; both axes begin at 0 where they can. */
export function lineFigureSvg({ title, xLabel, xUnit, yLabel, series }: FigureSpec): string {
  const names = series.map(({ name }) => name);
  const plot = plotBelow(names);
  const points = series.flatMap((each) => each.points.filter(isSound));
  const xs = points.map(([x]) => x);
  const ys = points.flatMap(([, y, low, high]) => [y, low ?? y, high ?? y]);
  const x = scaleLinear().domain(extent(xs)).range([plot.left, plot.right]);
  const y = scaleLinear().domain(extent(ys)).nice(6).range([plot.bottom, plot.top]);
  const colors = colorsByName(names);
  // The few points of a sweep are ticks themselves; many points get round ones.
  const own = [...new Set(xs)].sort((a, b) => a - b);
  const xTicks = own.length > 0 && own.length <= 8 ? own : x.ticks(8);
  const yFormat = y.tickFormat(6);
  const bandsFirst = [...series].sort((a, b) => Number(a.measured ?? false) - Number(b.measured ?? false));
  return svgDocument(title, [
    yAxis(
      plot,
      yLabel,
      y.ticks(6).map((value) => ({ y: y(value), text: yFormat(value) })),
    ),
    xAxis(
      plot,
      xUnit === '' ? xLabel : `${xLabel} (${xUnit})`,
      xTicks.map((value) => ({ x: x(value), text: String(Number(value.toPrecision(6))) })),
      { marks: true },
    ),
    ...bandsFirst.map((each) => drawSeries(each, colors.get(each.name)!, x, y)),
    legend(series.map((each) => legendEntry(each, colors.get(each.name)!))),
  ]);
}

function isSound([x, y]: Point): boolean {
  return Number.isFinite(x) && Number.isFinite(y);
}

/** From 0, or from the least if that is below; never empty. */
function extent(values: readonly number[]): [number, number] {
  const low = values.reduce((least, value) => Math.min(least, value), 0);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  return high > low ? [low, high] : [low, low + 1];
}

function drawSeries(series: FigureSeries, color: string, x: Scale, y: Scale): string {
  const points = series.points.filter(isSound);
  if (series.measured) return points.map(([px0, py0]) => marker(x(px0), y(py0), color)).join('');
  const band = area<Point>()
    .x(([at]) => x(at))
    .y0(([, value, low]) => y(low ?? value))
    .y1(([, value, , high]) => y(high ?? value))
    .digits(1);
  const path = line<Point>()
    .x(([at]) => x(at))
    .y(([, value]) => y(value))
    .digits(1);
  const hasBand = points.some(([, , low, high]) => low !== undefined && high !== undefined && high > low);
  const shade = hasBand ? `<path d="${band(points) ?? ''}" fill="${color}" fill-opacity="0.18"/>` : '';
  return `${shade}<path d="${path(points) ?? ''}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`;
}

function marker(cx: number, cy: number, color: string): string {
  return `<circle cx="${px(cx)}" cy="${px(cy)}" r="4.5" fill="#ffffff" stroke="${color}" stroke-width="2"/>`;
}

function legendEntry({ name, measured }: FigureSeries, color: string): LegendEntry {
  return {
    name,
    key: (x, y) =>
      measured
        ? marker(x + 12, y, color)
        : `<rect x="${px(x)}" y="${px(y - 5)}" width="24" height="10" fill="${color}" fill-opacity="0.18"/>` +
          `<path d="M${px(x)},${px(y)}h24" stroke="${color}" stroke-width="2"/>`,
  };
}
