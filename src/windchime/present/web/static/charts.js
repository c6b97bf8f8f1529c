// Draws every `[data-chart]` from the JSON block it names; again after a part of the page was swapped, and on resize.
"use strict";
(() => {
  const resized = new ResizeObserver((entries) => entries.forEach((entry) => {
    const chart = echarts.getInstanceByDom(entry.target);
    if (chart) { chart.resize(); }
  }));

  function draw() {
    document.querySelectorAll("[data-chart]").forEach((place) => {
      if (echarts.getInstanceByDom(place)) { return; }
      const data = document.getElementById(place.dataset.chart);
      if (!data) { return; }
      const option = JSON.parse(data.textContent);
      const chart = echarts.init(place, null, { renderer: "svg" });
      chart.setOption(option);
      resized.observe(place);
      chart.on("click", (event) => {
        const href = event.data && event.data.href;
        if (href) { window.location.assign(href); }
      });
    });
  }

  document.addEventListener("htmx:after:swap", draw);
  window.addEventListener("beforeprint", () => document.querySelectorAll("[data-chart]").forEach((place) => {
    const chart = echarts.getInstanceByDom(place);
    if (chart) { chart.resize(); }
  }));
  draw();
})();
