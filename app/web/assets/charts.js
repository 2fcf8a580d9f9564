// Draws each figure that carries data. The tooltip is drawn too (richText): no markup, no style attribute.
import { use, init } from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import { offerPictures } from "./pictures.js";

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

const style = () => getComputedStyle(document.documentElement);
const colour = (tone) => (tone.startsWith("#") ? tone : style().getPropertyValue(`--${tone}`).trim());
const language = document.documentElement.lang;
const plain = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const written = (value) => (value === null || value === undefined || Number.isNaN(value) ? "–" : plain.format(value));

// A band is two stacked lines: an unseen one up to its low, a filled one from there to its high.
function band(spec) {
  if (!spec.band) return [];
  const low = spec.band.low;
  const height = spec.band.high.map((high, n) => (high === null || low[n] === null ? null : high - low[n]));
  const quiet = { type: "line", stack: "band", stackStrategy: "all", symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
  return [
    { ...quiet, name: "", data: low },
    { ...quiet, name: spec.band.name, data: height, itemStyle: { color: colour(spec.band.tone ?? "accent"), opacity: 0.35 }, areaStyle: { color: colour(spec.band.tone ?? "accent"), opacity: 0.16 } },
  ];
}

function told(spec, at) {
  const lines = [spec.labels[at]];
  for (const part of [...(spec.bars ?? []), ...(spec.lines ?? [])]) lines.push(`${part.name}  ${written(part.data[at] ?? part.hollow?.[at])}`);
  if (spec.band) lines.push(`${spec.band.name}  ${written(spec.band.low[at])} … ${written(spec.band.high[at])}`);
  return lines.join("\n");
}

// Bars stand among the lines, or below them on the same axis of time.
function axes(spec, muted, line) {
  const x = { type: "category", data: spec.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: muted, hideOverlap: true } };
  const y = { type: "value", min: spec.min, max: spec.max, splitLine: { lineStyle: { color: line } }, axisLabel: { color: muted, formatter: written } };
  const whole = spec.whole ? 1 : undefined;
  if (!spec.below) return { grid: { left: 4, right: 12, top: 34, bottom: 4, containLabel: true }, xAxis: x, yAxis: { ...y, minInterval: whole } };
  const [left, right] = [44, 12];
  return {
    grid: [{ left, right, top: 30, bottom: "38%" }, { left, right, top: "69%", bottom: 22 }],
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    xAxis: [{ ...x, gridIndex: 0, axisLabel: { show: false }, axisLine: { onZero: true, lineStyle: { color: muted } } }, { ...x, gridIndex: 1 }],
    yAxis: [{ ...y, gridIndex: 0, interval: 50 }, { ...y, min: 0, max: undefined, gridIndex: 1, minInterval: whole, splitNumber: 2 }],
  };
}

function option(spec) {
  const muted = colour("muted");
  const line = colour("line");
  const shade = spec.from === undefined || spec.from === null ? undefined : {
    silent: true, itemStyle: { color: colour("detractor"), opacity: 0.07 }, data: [[{ xAxis: spec.from }, { xAxis: spec.labels.length - 1 }]],
  };
  const bars = (spec.bars ?? []).map((part, n) => ({
    type: "bar", name: part.name, data: part.data, stack: part.stack, barMaxWidth: spec.below ? 34 : 18, itemStyle: { color: colour(part.tone), borderRadius: part.stack ? 0 : [2, 2, 0, 0] }, markArea: n === 0 ? shade : undefined,
  }));
  const lines = (spec.lines ?? []).map((part) => ({
    type: "line", name: part.name, data: part.data, symbol: part.data.length < 40 && !part.dashed ? "circle" : "none", symbolSize: 5, connectNulls: false,
    lineStyle: { width: 2, type: part.dashed ? "dashed" : "solid" }, itemStyle: { color: colour(part.tone) },
  }));
  // points that stand alone: hollow, and no line leads to them
  const hollow = (spec.lines ?? []).filter((part) => part.hollow?.some((value) => value !== null)).map((part) => ({
    type: "line", name: part.name, data: part.hollow, symbol: "emptyCircle", symbolSize: 7, silent: true, lineStyle: { opacity: 0 }, itemStyle: { color: colour(part.tone) },
  }));
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 250,
    textStyle: { fontFamily: style().getPropertyValue("--sans"), color: muted },
    ...axes(spec, muted, line),
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, textStyle: { color: muted }, data: [...bars, ...lines].map((part) => part.name).concat(spec.band ? [spec.band.name] : []) },
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: colour("surface"), borderColor: colour("line-strong"), textStyle: { color: colour("text"), fontSize: 12, lineHeight: 18 },
      formatter: (parts) => told(spec, parts[0].dataIndex),
    },
    series: [...band(spec), ...bars.map((part) => (spec.below ? { ...part, xAxisIndex: 1, yAxisIndex: 1 } : part)), ...lines, ...hollow],
  };
}

const drawn = [];
for (const figure of document.querySelectorAll("[data-chart]")) {
  const spec = JSON.parse(figure.dataset.chart);
  const canvas = figure.querySelector(".canvas");
  canvas.hidden = false;
  figure.dataset.drawn = "";
  const chart = init(canvas, null, { renderer: "canvas" });
  chart.setOption(option(spec));
  drawn.push([chart, spec]);
  if (spec.links?.length) chart.getZr().on("click", (event) => {
    const at = chart.convertFromPixel({ xAxisIndex: 0 }, event.offsetX);
    if (spec.links[at]) location.href = spec.links[at];
  });
  new ResizeObserver(() => chart.resize()).observe(canvas);
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach(([chart, spec]) => chart.setOption(option(spec), true)));
offerPictures((figure) => drawn.find(([chart]) => figure?.contains(chart.getDom()))?.[0]);
