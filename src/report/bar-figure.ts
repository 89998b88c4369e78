import { scaleBand, scaleLinear } from 'd3-scale';
import type { BarFigureSpec } from '../experiment/result.js';
import { colorsByName, legend, plotBelow, px, svgDocument, xAxis, yAxis } from './figure-frame.js';

/** Groups of bars beside each other, such as the RPCs that each member received, a bar a policy. From 0 up. */
export function barFigureSvg({ title, yLabel, groups, series }: BarFigureSpec): string {
  const names = series.map(({ name }) => name);
  const plot = plotBelow(names);
  const most = series.flatMap(({ values }) => values).reduce((top, value) => Math.max(top, value), 0);
  const group = scaleBand<string>().domain(groups).range([plot.left, plot.right]).paddingInner(0.3).paddingOuter(0.2);
  const bar = scaleBand<string>().domain(names).range([0, group.bandwidth()]).padding(0.08);
  const y = scaleLinear()
    .domain([0, most > 0 ? most : 1])
    .nice(6)
    .range([plot.bottom, plot.top]);
  const format = y.tickFormat(6);
  const colors = colorsByName(names);
  const bars = series.flatMap(({ name, values, measured }) =>
    groups.map((at, i) => {
      const value = values[i] ?? 0;
      const top = y(Math.max(0, value));
      const left = group(at)! + bar(name)!;
      return rectangle(left, top, bar.bandwidth(), plot.bottom - top, colors.get(name)!, measured ?? false);
    }),
  );
  return svgDocument(title, [
    yAxis(
      plot,
      yLabel,
      y.ticks(6).map((value) => ({ y: y(value), text: format(value) })),
    ),
    bars.join(''),
    xAxis(
      plot,
      '',
      groups.map((at) => ({ x: group(at)! + group.bandwidth() / 2, text: at })),
      { marks: false },
    ),
    legend(
      series.map(({ name, measured }) => ({
        name,
        key: (x, middle) => rectangle(x + 4, middle - 7, 16, 14, colors.get(name)!, measured ?? false),
      })),
    ),
  ]);
}

/** What was measured is outlined, what was simulated is filled. */
function rectangle(x: number, y: number, width: number, height: number, color: string, measured: boolean): string {
  const look = measured ? `fill="#ffffff" stroke="${color}" stroke-width="2"` : `fill="${color}"`;
  return `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" ${look}/>`;
}
