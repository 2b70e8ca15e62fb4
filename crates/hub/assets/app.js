// Draws bar charts from data-chart attributes with uPlot, and folds the tables that say the same.
// Without this file everything is still there, as tables.
"use strict";
(() => {
  const drawn = new WeakMap();

  const colour = (element, name) => getComputedStyle(element).getPropertyValue(`--${name}`).trim();

  // Every label when there is room, else every second, third ...
  const spaced = (labels, width) => {
    const longest = Math.max(2, ...labels.map((label) => label.length));
    const room = Math.max(1, Math.floor(width / (longest * 7 + 10)));
    const step = Math.ceil(labels.length / room);
    return labels.map((_, index) => index).filter((index) => index % step === 0);
  };

  function options(element, chart, width, height) {
    const ink = colour(element, "muted");
    const line = colour(element, "line");
    const font = "12px system-ui, sans-serif";
    return {
      width,
      height,
      legend: { show: false },
      cursor: { show: false },
      select: { show: false },
      padding: [8, 4, 0, 0],
      scales: {
        x: { time: false, range: [-0.6, chart.labels.length - 0.4] },
        y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] },
      },
      axes: [
        {
          stroke: ink, font, size: 26, grid: { show: false }, ticks: { show: false },
          splits: () => spaced(chart.labels, width),
          values: (_, splits) => splits.map((index) => chart.labels[index] ?? ""),
        },
        { stroke: ink, font, size: 44, grid: { stroke: line, width: 1 }, ticks: { show: false }, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
      ],
      series: [{}].concat(chart.series.map((series) => ({
        fill: colour(element, series.colour),
        width: 0,
        points: { show: false },
        paths: uPlot.paths.bars({ size: [0.72, 42], radius: 0.12 }),
      }))),
    };
  }

  function draw(element) {
    const text = element.dataset.chart;
    const width = element.clientWidth;
    const theme = document.documentElement.dataset.theme + matchMedia("(prefers-color-scheme: dark)").matches;
    const before = drawn.get(element);
    if (!text || !width || (before && before.text === text && before.width === width && before.theme === theme)) return;
    const chart = JSON.parse(text);
    const data = [chart.labels.map((_, index) => index)].concat(chart.series.map((series) => series.heights));
    const plot = new uPlot(options(element, chart, width, element.clientHeight || 130), data);
    element.replaceChildren(plot.root);
    before?.plot.destroy();
    drawn.set(element, { text, width, theme, plot });
  }

  function all() {
    document.querySelectorAll("[data-chart]").forEach((element) => {
      draw(element);
      // The table is one press away; who opened it keeps it open.
      const table = element.parentElement.querySelector("details.fallback:not([data-folded])");
      if (table) {
        table.dataset.folded = "";
        table.open = false;
      }
    });
  }

  document.documentElement.classList.add("scripted");
  all();
  new MutationObserver(all).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-chart"] });
  new ResizeObserver(all).observe(document.body);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
})();
