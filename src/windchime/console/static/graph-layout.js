// Where nodes stand: layers for ownership, rings by distance, forces for webs. Positions are found here and handed to
// the drawing, so that a node that was pinned keeps its place whatever is added around it; nothing is random.
"use strict";
window.windchimeGraph = window.windchimeGraph || {};
(() => {
  const STEP = 128, ROW = 78;
  //: names are wider than high: forces work in a plane that is pressed together by this
  const WIDE = 1.5;
  //: ties that say who stands above whom
  const ABOVE = new Set(["holds", "leads"]);

  function neighbours(nodes, ties) {
    const found = new Map(nodes.map((n) => [n.id, []]));
    ties.forEach((t) => {
      found.get(t.source)?.push(t.target);
      found.get(t.target)?.push(t.source);
    });
    return found;
  }

  // hops from the firm over the ties that are shown; what no tie reaches stands outside
  function distances(firm, nodes, ties) {
    const near = neighbours(nodes, ties), found = new Map([[firm, 0]]), queue = [firm];
    while (queue.length) {
      const at = queue.shift();
      (near.get(at) || []).forEach((n) => { if (!found.has(n)) { found.set(n, found.get(at) + 1); queue.push(n); } });
    }
    const last = Math.max(0, ...found.values());
    nodes.forEach((n) => { if (!found.has(n.id)) { found.set(n.id, last + 1); } });
    return found;
  }

  // rings by distance; a ring takes what its circumference has room for, the rest goes to the next
  function rings(firm, nodes, ties) {
    const near = neighbours(nodes, ties), far = distances(firm, nodes, ties), angle = new Map([[firm, 0]]);
    const found = new Map([[firm, { x: 0, y: 0 }]]);
    let radius = 0;
    for (let hop = 1; hop <= Math.max(0, ...far.values()); hop += 1) {
      const inner = (n) => {
        const known = (near.get(n.id) || []).find((m) => angle.has(m) && m !== firm);
        return known === undefined ? 2 * Math.PI : angle.get(known);
      };
      let left = nodes.filter((n) => far.get(n.id) === hop && n.id !== firm)
        .map((n, place) => ({ n, key: inner(n), place }))
        .sort((a, b) => a.key - b.key || a.place - b.place);
      while (left.length) {
        radius += hop === 1 && radius === 0 ? 150 : 96;
        const room = Math.max(6, Math.floor((2 * Math.PI * radius) / STEP));
        const ring = left.slice(0, room);
        left = left.slice(room);
        // evenly, or, where there is room for twice as many, beside the one it is tied to
        const loose = hop > 1 && ring.length <= room / 2;
        let last = -9;
        ring.forEach(({ n, key }, i) => {
          const turn = loose ? Math.max(key, last + (2 * Math.PI) / room) : (2 * Math.PI * i) / ring.length - Math.PI / 2;
          last = turn;
          angle.set(n.id, turn);
          found.set(n.id, { x: 1.35 * radius * Math.cos(turn), y: radius * Math.sin(turn) });
        });
      }
    }
    return found;
  }

  function read(layout) {
    const found = new Map();
    layout.forEachNode((n) => found.set(n.id, { x: n.x, y: n.y }));
    return found;
  }

  // owners above, what they own below; what no such tie reaches stands in rows underneath
  async function tree(firm, nodes, ties) {
    const upright = ties.filter((t) => ABOVE.has(t.kind));
    const held = new Set([firm, ...upright.flatMap((t) => [t.source, t.target])]);
    const inside = nodes.filter((n) => held.has(n.id));
    const far = distances(firm, inside, upright), widths = new Map();
    far.forEach((d) => widths.set(d, (widths.get(d) || 0) + 1));
    const across = Math.max(...widths.values()) > 9;
    const layout = new G6.DagreLayout(across
      ? { rankdir: "LR", nodesep: 22, ranksep: 150, nodeSize: [24, 30] }
      : { rankdir: "TB", nodesep: 26, ranksep: 64, nodeSize: [92, 30] });
    await layout.execute({ nodes: inside, edges: upright });
    const found = read(layout);
    const ys = [...found.values()].map((p) => p.y), xs = [...found.values()].map((p) => p.x);
    const left = Math.min(...xs), wide = Math.max(Math.max(...xs) - left, 5 * STEP), row = Math.floor(wide / STEP) + 1;
    nodes.filter((n) => !held.has(n.id)).forEach((n, i) => found.set(n.id, {
      x: left + (i % row) * STEP + (Math.floor(i / row) % 2) * (STEP / 2),
      y: Math.max(...ys) + 1.6 * ROW + Math.floor(i / row) * ROW,
    }));
    return found;
  }

  // forces; nodes begin where they stood, new ones beside a neighbour that stands, on the rings otherwise
  function web(firm, nodes, ties, before, fixed) {
    const start = rings(firm, nodes, ties), near = neighbours(nodes, ties);
    const pressed = (p) => ({ x: p.x / WIDE, y: p.y });
    const from = (n, i) => {
      if (before.has(n.id)) { return pressed(before.get(n.id)); }
      const beside = (near.get(n.id) || []).find((m) => before.has(m));
      if (!beside) { return pressed(start.get(n.id)); }
      const at = pressed(before.get(beside)), turn = i * 2.399963;
      return { x: at.x + 90 * Math.cos(turn), y: at.y + 90 * Math.sin(turn) };
    };
    const given = nodes.map((n, i) => {
      const at = from(n, i), stays = fixed.has(n.id) && before.has(n.id);
      return { id: n.id, ...at, ...(stays || (n.id === firm && !before.size) ? { fx: at.x, fy: at.y } : {}) };
    });
    const layout = new G6.D3ForceLayout({
      node: (d) => d, center: false,
      link: { distance: 110, strength: 0.5 },
      manyBody: { strength: -520, distanceMax: 900 },
      collide: { radius: 46, strength: 0.9, iterations: 3 },
      x: { strength: 0.025, x: 0 }, y: { strength: 0.05, y: 0 },
    });
    layout.execute({ nodes: given, edges: ties.map((t) => ({ id: t.id, source: t.source, target: t.target })) });
    layout.stop();
    layout.tick(Math.min(300, Math.max(80, Math.floor(40000 / (nodes.length + 1)))));
    const found = new Map([...read(layout)].map(([id, p]) => [id, { x: p.x * WIDE, y: p.y }]));
    layout.destroy();
    return found;
  }

  // positions by id; `before` those that stood, `fixed` ids that keep theirs
  window.windchimeGraph.positions = async (name, firm, nodes, ties, before, fixed) => {
    const found = name === "tree" ? await tree(firm, nodes, ties)
      : name === "rings" ? rings(firm, nodes, ties)
        : web(firm, nodes, ties, before, fixed);
    fixed.forEach((id) => { if (before.has(id) && found.has(id)) { found.set(id, before.get(id)); } });
    return found;
  };
})();
