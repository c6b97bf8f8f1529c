// The drawing as a file: SVG written from the same styles, PNG painted from that SVG. Both say when and by what they
// were made.
"use strict";
window.windchimeGraph = window.windchimeGraph || {};
(() => {
  const FONTS = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
  const round = (n) => Math.round(n * 10) / 10;
  const written = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "");

  function tag(name, attributes, inside = "") {
    const given = Object.entries(attributes).filter(([, v]) => v !== undefined && v !== "" && v !== null)
      .map(([k, v]) => ` ${k}="${written(typeof v === "number" ? round(v) : v)}"`).join("");
    return `<${name}${given}>${inside}</${name}>`;
  }

  function polygon(sides, x, y, size, turn) {
    return Array.from({ length: sides }, (_, i) => {
      const at = turn + (2 * Math.PI * i) / sides;
      return `${round(x + (size / 2) * Math.cos(at))},${round(y + (size / 2) * Math.sin(at))}`;
    }).join(" ");
  }

  function figure(type, at, style) {
    const { x, y } = at, half = style.size / 2;
    const look = { fill: style.fill, stroke: style.stroke, "stroke-width": style.lineWidth, opacity: style.opacity, "stroke-dasharray": style.lineDash ? style.lineDash.join(" ") : "" };
    if (type === "circle") { return tag("circle", { cx: x, cy: y, r: half, ...look }); }
    if (type === "rect") { return tag("rect", { x: x - half, y: y - half, width: style.size, height: style.size, rx: 3, ...look }); }
    const [sides, turn] = { hexagon: [6, 0], triangle: [3, -Math.PI / 2], diamond: [4, 0] }[type];
    return tag("polygon", { points: polygon(sides, x, y, style.size, turn), ...look });
  }

  function label(text, x, y, size, fill, weight) {
    return tag("text", {
      x, y, "text-anchor": "middle", "font-size": size, fill, "font-weight": weight, "font-family": FONTS,
      stroke: "#ffffff", "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke",
    }, written(text));
  }

  // ties of one pair stand beside each other
  function bends(ties) {
    const pairs = new Map();
    ties.forEach((t) => {
      const key = [t.source, t.target].sort().join("\n");
      pairs.set(key, [...(pairs.get(key) || []), t]);
    });
    const found = new Map();
    pairs.forEach((of) => of.forEach((t, i) => found.set(t.id, (i - (of.length - 1) / 2) * 26 * (t.source < t.target ? 1 : -1))));
    return found;
  }

  function stroke(tie, from, to, style, bend, reach) {
    const [dx, dy] = [to.x - from.x, to.y - from.y], long = Math.hypot(dx, dy) || 1;
    const [ux, uy] = [dx / long, dy / long];
    const end = { x: to.x - ux * reach, y: to.y - uy * reach };
    const middle = { x: (from.x + to.x) / 2 - uy * bend, y: (from.y + to.y) / 2 + ux * bend };
    const path = `M${round(from.x)} ${round(from.y)}Q${round(middle.x)} ${round(middle.y)} ${round(end.x)} ${round(end.y)}`;
    const turn = Math.atan2(end.y - middle.y, end.x - middle.x);
    const head = (side) => `${round(end.x - 8 * Math.cos(turn + side))} ${round(end.y - 8 * Math.sin(turn + side))}`;
    const look = { stroke: style.stroke, opacity: style.opacity };
    return tag("path", { d: path, fill: "none", ...look, "stroke-width": style.lineWidth, "stroke-dasharray": style.lineDash ? style.lineDash.join(" ") : "" })
      + (style.endArrow ? tag("path", { d: `M${head(0.4)}L${round(end.x)} ${round(end.y)}L${head(-0.4)}Z`, fill: style.stroke, opacity: style.opacity }) : "")
      + (style.labelText ? label(style.labelText, (from.x + to.x) / 4 + middle.x / 2, (from.y + to.y) / 4 + middle.y / 2 + 3, 10, style.labelFill, 400) : "");
  }

  // the whole drawing as text
  window.windchimeGraph.svg = (shown, positions, title, foot) => {
    const { nodeStyle, tieStyle, shape } = window.windchimeGraph, places = shown.nodes.map((n) => positions.get(n.id));
    const xs = places.map((p) => p.x), ys = places.map((p) => p.y);
    const left = Math.min(...xs) - 90, top = Math.min(...ys) - 70;
    const width = Math.max(Math.max(...xs) + 90 - left, 420), height = Math.max(...ys) + 80 - top;
    const bend = bends(shown.ties);
    const sizes = new Map(shown.nodes.map((n) => [n.id, nodeStyle(n, shown).size]));
    const ties = shown.ties.map((t) => stroke(t, positions.get(t.source), positions.get(t.target), tieStyle(t, shown), bend.get(t.id), sizes.get(t.target) / 2 + 3));
    const nodes = shown.nodes.map((n) => {
      const style = nodeStyle(n, shown), at = positions.get(n.id);
      return figure(shape(n)[0], at, style) + label(style.labelText, at.x, at.y + style.size / 2 + 14, style.labelFontSize, style.labelFill, style.labelFontWeight);
    });
    const said = tag("text", { x: left + 16, y: top + 26, "font-size": 15, "font-weight": 600, fill: "#1d2627", "font-family": FONTS }, written(title))
      + tag("text", { x: left + 16, y: top + height - 14, "font-size": 10, fill: "#5a6768", "font-family": FONTS }, written(foot));
    return tag("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `${round(left)} ${round(top)} ${round(width)} ${round(height)}`, width, height },
      tag("rect", { x: left, y: top, width, height, fill: "#ffffff" }) + ties.join("") + nodes.join("") + said);
  };

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  window.windchimeGraph.saveSvg = (text, name) => save(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`);

  // twice as many points as on the screen, less where the picture would be too large for a canvas
  window.windchimeGraph.savePng = async (text, name) => {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const scale = Math.min(2, 8000 / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.ceil(image.width * scale), Math.ceil(image.height * scale)];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
    save(blob, `${name}.png`);
  };
})();
