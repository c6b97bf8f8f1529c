// What the server knows of nodes: views and counts, asked once each, and put together into what is shown.
"use strict";
window.windchimeGraph = window.windchimeGraph || {};
(() => {
  window.windchimeGraph.views = (given) => {
    const answers = new Map();

    async function ask(path) {
      if (!answers.has(path)) {
        const found = fetch(path, { headers: { accept: "application/json" } }).then((answer) => {
          if (!answer.ok) { throw new Error(given.words.failed); }
          return answer.json();
        });
        answers.set(path, found);
        found.catch(() => answers.delete(path));
      }
      return answers.get(path);
    }

    function address(kind, node, asked) {
      const query = new URLSearchParams(Object.entries(asked).filter(([, v]) => v));
      return `${given.urls[kind]}${encodeURIComponent(node)}${query.size ? `?${query}` : ""}`;
    }

    // of kinds that are hidden nothing is asked: there is room for more of the others
    const base = (state) => address("view", given.firm, {
      hops: state.hops, cap: state.cap, on: state.on,
      kinds: state.hide.length ? Object.keys(given.kinds).filter((k) => !state.hide.includes(k)).join(",") || "-" : "",
    });

    // the view the page came with needs no question
    answers.set(base(given.asked), Promise.resolve(given.view));

    const counts = (node, on) => ask(address("counts", node, { on }));

    // everything a state asks for, and of it the ties that somebody asked for by name, hidden or not
    async function gathered(state) {
      const wanted = [
        ask(base(state)),
        ...state.open.map(([node, kind]) => ask(address("view", node, { cap: state.cap, on: state.on, kinds: kind }))),
      ];
      const nodes = new Map(), ties = new Map(), asked = new Set(), [middle, ...opened] = await Promise.all(wanted);
      for (const view of [middle, ...opened, given.path]) {
        view.nodes.forEach((n) => nodes.set(n.id, nodes.get(n.id) || n));
        view.ties.forEach((t) => ties.set(t.id, t));
      }
      [...opened, given.path].forEach((view) => view.ties.forEach((t) => asked.add(t.id)));
      return { nodes, ties, asked };
    }

    // of these what is neither hidden nor cut off from the firm by hiding, each node with how many of its ties are not shown
    function visible(found, state) {
      const gone = new Set(state.gone), hidden = new Set(state.hide), lit = new Set(given.path.nodes.map((n) => n.id));
      const kept = (id) => found.nodes.has(id) && !gone.has(id);
      const ties = [...found.ties.values()].filter((t) => (!hidden.has(t.kind) || found.asked.has(t.id)) && kept(t.source) && kept(t.target));
      const near = new Map([[given.firm, []]]);
      ties.forEach((t) => [[t.source, t.target], [t.target, t.source]].forEach(([a, b]) => {
        near.set(a, [...(near.get(a) || []), b]);
      }));
      const reached = new Set([given.firm, ...[...lit].filter(kept)]), queue = [...reached];
      while (queue.length) {
        (near.get(queue.pop()) || []).forEach((n) => { if (!reached.has(n)) { reached.add(n); queue.push(n); } });
      }
      const nodes = [...found.nodes.values()].filter((n) => reached.has(n.id)).map((n) => ({
        ...n, left: Math.max(0, n.degree - (near.get(n.id) || []).length),
      }));
      return { nodes, ties: ties.filter((t) => reached.has(t.source) && reached.has(t.target)) };
    }

    return { counts, gathered, visible };
  };
})();
