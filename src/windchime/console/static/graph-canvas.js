// The drawing: G6 on one canvas. Shapes say what a node is, strokes what a tie is; colour is kept for the firm in the
// middle and the path that was asked for.
"use strict";
window.windchimeGraph = window.windchimeGraph || {};
(() => {
  const INK = "#1d2627", SOFT = "#5a6768", LINE = "#8fa3a3", BRAND = "#0b5351", GROUND = "#ffffff";
  const FONTS = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
  //: shape and width of a node by what it is; anything else is a contact point
  const SHAPES = {
    firm: ["rect", 18], person: ["circle", 18], foreign: ["hexagon", 20], government: ["triangle", 20],
    product: ["rect", 14], unknown: ["circle", 14],
  };
  //: more ties than this and their labels would cover each other
  const LABELLED = 30;

  const shape = (node) => SHAPES[node.kind] || ["diamond", 18];

  function nodeStyle(node, shown) {
    const middle = node.id === shown.firm, lit = shown.lit.nodes.has(node.id), faint = shown.lit.on && !lit;
    const [, size] = shape(node);
    return {
      size: middle ? size + 8 : size,
      radius: 3,
      fill: middle ? BRAND : lit ? "#9fc4c0" : node.kind === "firm" ? "#eef5f4" : GROUND,
      stroke: middle || lit || node.kind === "firm" ? BRAND : SOFT,
      lineWidth: shown.pinned.has(node.id) ? 3 : 1.5,
      lineDash: node.kind === "unknown" ? [3, 2] : 0,
      opacity: faint ? 0.45 : 1,
      cursor: "pointer",
      labelText: node.label + (node.left ? ` +${node.left}` : ""),
      labelPlacement: "bottom",
      labelFontFamily: FONTS,
      labelFontSize: middle ? 13 : 11,
      labelFontWeight: middle ? 600 : 400,
      labelFill: faint ? SOFT : INK,
      labelBackground: true,
      labelBackgroundFill: GROUND,
      labelBackgroundOpacity: 0.82,
      labelBackgroundRadius: 2,
      labelPadding: [0, 2],
    };
  }

  function tieStyle(tie, shown) {
    const kind = shown.kinds[tie.kind] || {}, lit = shown.lit.ties.has(tie.id), faint = (shown.lit.on || tie.ended) && !lit;
    return {
      stroke: lit ? BRAND : kind.tone === "light" ? LINE : kind.tone === "soft" ? SOFT : INK,
      lineWidth: lit ? 3 : kind.width || 1.2,
      lineDash: kind.dash && kind.dash.length ? kind.dash : 0,
      opacity: faint ? 0.45 : 1,
      increasedLineWidthForHitTesting: 8,
      endArrow: kind.directed !== false,
      endArrowSize: lit ? 10 : 7,
      labelText: lit || shown.ties.length <= LABELLED ? [kind.label, tie.label].filter(Boolean).join(" ") : "",
      labelFontFamily: FONTS,
      labelFontSize: 10,
      labelFill: SOFT,
      labelBackground: true,
      labelBackgroundFill: GROUND,
      labelBackgroundOpacity: 0.9,
      labelPadding: [0, 2],
      labelAutoRotate: false,
    };
  }

  window.windchimeGraph.shape = shape;
  window.windchimeGraph.nodeStyle = nodeStyle;
  window.windchimeGraph.tieStyle = tieStyle;

  // a canvas in a place of the page; `told` are called with the id of a node and where it stands in the place
  window.windchimeGraph.canvas = (place, told) => {
    let graph = null, middle = "";

    function where(id) {
      const [x, y] = graph.getViewportByCanvas(graph.getElementPosition(id));
      return { x, y };
    }

    async function draw(shown, positions, fresh) {
      middle = shown.firm;
      const data = {
        nodes: shown.nodes.map((n) => ({
          id: n.id, type: shape(n)[0], style: { ...nodeStyle(n, shown), ...positions.get(n.id) },
        })),
        edges: shown.ties.map((t) => ({ id: t.id, source: t.source, target: t.target, style: tieStyle(t, shown) })),
      };
      if (!graph) {
        graph = new G6.Graph({
          container: place, autoResize: true, animation: false, data, theme: "light",
          padding: [24, 48, 40, 48], zoomRange: [0.1, 3],
          transforms: [{ type: "process-parallel-edges", mode: "bundle", distance: 18 }],
          behaviors: [
            "drag-canvas", { type: "drag-element", enableAnimation: false }, { type: "zoom-canvas", trigger: ["pinch"] },
          ],
        });
        graph.on("node:click", (event) => told.opened(event.target.id, where(event.target.id)));
        graph.on("node:dragend", (event) => {
          const [x, y] = graph.getElementPosition(event.target.id);
          told.moved(event.target.id, { x, y });
        });
        graph.on("canvas:click", () => told.left());
        graph.on("node:dragstart", () => told.left());
        graph.on("edge:click", (event) => told.asked(event.target.id));
        // the wheel scrolls the page; with the key that enlarges a page it enlarges the drawing
        place.addEventListener("wheel", (event) => {
          if (!event.ctrlKey && !event.metaKey) { return; }
          event.preventDefault();
          graph.zoomBy(event.deltaY < 0 ? 1.12 : 1 / 1.12, false, [event.offsetX, event.offsetY]);
        }, { passive: false });
        await graph.render();
      } else {
        graph.setData(data);
        await graph.draw();
      }
      if (fresh) { await fit(0.72); }
    }

    // everything in sight; never larger than life, and at first never so small that names cannot be read
    async function fit(least = 0) {
      await graph.fitView({ when: "always" }, false);
      const zoom = Math.min(1.1, Math.max(least, graph.getZoom()));
      if (zoom === graph.getZoom()) { return; }
      await graph.zoomTo(zoom, false);
      await (zoom === least ? graph.focusElement(middle, false) : graph.fitCenter(false));
    }

    return {
      draw,
      where,
      fit: () => fit(),
      zoom: async (by) => { await graph.zoomBy(by, false); },
      focus: async (id) => { await graph.focusElement(id, false); },
    };
  };
})();
