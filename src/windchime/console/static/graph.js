// The page of the graph: what people do on it becomes a step of the state, the state becomes the drawing and the words.
"use strict";
(() => {
  const block = document.getElementById("graph-data");
  if (!block) { return; }
  const given = JSON.parse(block.textContent), at = (id) => document.getElementById(id);
  const { words } = given, api = window.windchimeGraph;
  //: a drawing with more nodes than this shows nothing
  const MOST = 600;
  const say = (text, params) => text.replace(/\{(\w+)\}/g, (_, name) => params[name]);
  const views = api.views(given);
  let shown = { firm: given.firm, nodes: [], ties: [], kinds: given.kinds }, positions = new Map(), turn = 0, focused = null;

  const canvas = api.canvas(at("graph-plot"), {
    opened: (id, where) => { focused = at("graph-plot"); menu(id, where); },
    moved: (id, place) => {
      positions.set(id, place);
      const { pin } = steps.now();
      if (!pin.includes(id)) { steps.step({ pin: [...pin, id] }); }
    },
    asked: (id) => {
      const tie = shown.ties.find((t) => t.id === id);
      if (tie) { status(tie.title); }
    },
    left: () => shut(),
  });

  const status = (text) => { at("graph-status").textContent = text; };

  let layout = "", before = "";
  async function show(state) {
    const mine = ++turn;
    at("graph").setAttribute("aria-busy", "true");
    try {
      const found = views.visible(await views.gathered(state), state);
      if (mine !== turn) { return; }
      if (found.nodes.length > MOST) { status(say(words.full, { count: found.nodes.length, most: MOST })); return; }
      const structure = JSON.stringify([state.layout, found.nodes.map((n) => n.id), found.ties.map((t) => t.id)]);
      const fresh = !positions.size || state.layout !== layout;
      if (structure !== before) {
        const stood = state.layout === layout ? positions : new Map([...positions].filter(([id]) => state.pin.includes(id)));
        const placed = await api.positions(state.layout, given.firm, found.nodes, found.ties, stood, new Set(state.pin));
        if (mine !== turn) { return; }
        positions = placed;
      }
      [layout, before] = [state.layout, structure];
      const lit = { nodes: new Set(given.path.nodes.map((n) => n.id)), ties: new Set(given.path.ties.map((t) => t.id)) };
      shown = { ...found, firm: given.firm, kinds: given.kinds, pinned: new Set(state.pin), lit: { ...lit, on: lit.nodes.size > 0 } };
      await canvas.draw(shown, positions, fresh);
      told();
    } catch (error) {
      status(error.message || words.failed);
    } finally {
      if (mine === turn) { at("graph").removeAttribute("aria-busy"); }
    }
  }

  // how much is shown and how much is not, and every node as a button
  function told() {
    const middle = shown.nodes.find((n) => n.id === given.firm), left = shown.nodes.filter((n) => n.left > 0 && n !== middle);
    status([
      say(words.shown, { nodes: shown.nodes.length, ties: shown.ties.length }),
      middle && middle.left ? say(words.left, { count: middle.left }) : "",
      left.length ? say(words.beyond, { count: left.length }) : "",
    ].filter(Boolean).join(words.comma));
    at("graph-list").replaceChildren(...shown.nodes.map((n) => {
      const item = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.dataset.node = n.id;
      button.textContent = n.label + (n.left ? ` +${n.left}` : "");
      button.title = n.title;
      item.append(button);
      return item;
    }));
  }

  function button(text, act, pressed) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "quiet";
    made.textContent = text;
    if (pressed !== undefined) { made.setAttribute("aria-pressed", String(pressed)); }
    made.addEventListener("click", act);
    return made;
  }

  function link(text, href) {
    const made = document.createElement("a");
    [made.textContent, made.href] = [text, href];
    return made;
  }

  function shut() {
    const box = at("graph-menu");
    if (!box.hidden) { box.hidden = true; focused?.focus({ preventScroll: true }); }
  }

  const without = (list, item) => list.filter((x) => x !== item);

  // the menu of a node: counts by kind first, each opens its neighbours
  async function menu(id, where) {
    const node = shown.nodes.find((n) => n.id === id), box = at("graph-menu"), state = steps.now();
    if (!node) { return; }
    const name = document.createElement("strong"), facts = document.createElement("p"), kinds = document.createElement("div");
    [name.textContent, facts.textContent, kinds.className] = [node.title, node.facts, "kinds"];
    const pinned = state.pin.includes(id), deeds = document.createElement("div");
    deeds.className = "deeds";
    const act = (changes) => () => { shut(); steps.step(changes()); };
    if (state.open.some(([n]) => n === id)) { deeds.append(button(words.close, act(() => ({ open: steps.now().open.filter(([n]) => n !== id) })))); }
    deeds.append(button(pinned ? words.unpin : words.pin, act(() => ({ pin: pinned ? without(steps.now().pin, id) : [...steps.now().pin, id] }))));
    if (id !== given.firm) {
      deeds.append(button(words.hide, act(() => ({ gone: [...steps.now().gone, id] }))));
      if (node.page) { deeds.append(link(words.path, `${given.urls.page}${encodeURIComponent(given.firm)}${steps.query({ ...state, to: id })}`)); }
      if (node.page) { deeds.append(link(words.middle, node.page)); }
    }
    if (node.firm) { deeds.append(link(words.firm, node.firm)); }
    box.replaceChildren(name, facts, kinds, deeds, button(words.shut, shut));
    box.hidden = false;
    const plot = at("graph-plot").getBoundingClientRect();
    const x = where ? where.x + 14 : 8, y = where ? where.y + 14 : 8;
    box.style.left = `${Math.max(4, Math.min(x, plot.width - box.offsetWidth - 4))}px`;
    box.style.top = `${Math.max(4, Math.min(y, plot.height - 120))}px`;
    box.focus({ preventScroll: true });
    // a party that is not the reader's to see has a name of the page's own and nothing behind it
    if (!node.page) { return; }
    try {
      const counts = await views.counts(id, state.on);
      kinds.replaceChildren(...counts.map(({ kind, label, count }) => {
        const open = state.open.some(([n, k]) => n === id && k === kind);
        const toggled = () => ({ open: open ? steps.now().open.filter(([n, k]) => !(n === id && k === kind)) : [...steps.now().open, [id, kind]] });
        return button(`${label} ${count}`, act(toggled), open);
      }));
    } catch (error) { kinds.textContent = error.message; }
  }

  const form = at("graph-form"), days = [...form.elements.on.options].map((o) => o.value), slider = at("graph-slider");
  let steps = null;
  steps = api.history(given, (state, can) => {
    at("graph-undo").disabled = !can.undo;
    at("graph-redo").disabled = !can.redo;
    form.elements.hops.value = state.hops;
    form.elements.cap.value = state.cap;
    form.elements.on.value = state.on;
    form.elements.layout.value = state.layout;
    document.querySelectorAll("#graph-kinds input").forEach((box) => { box.checked = !state.hide.includes(box.value); });
    if (slider) { slider.value = days.length - 1 - Math.max(0, days.indexOf(state.on)); at("graph-day").textContent = form.elements.on.selectedOptions[0]?.textContent || ""; }
    document.querySelectorAll("#graph .files a").forEach((link) => { link.search = steps ? steps.query(state) : link.search; });
    show(state);
  });

  document.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });
  if (window.matchMedia("(max-width: 640px)").matches) { at("graph-options").open = false; }
  form.addEventListener("change", (event) => {
    const { name, value } = event.target;
    if (name === "hops" || name === "cap") { steps.step({ [name]: Number(value) }); }
    if (name === "on" || name === "layout") { steps.step({ [name]: value }); }
    if (event.target.closest("#graph-kinds")) { const { hide } = steps.now(); steps.step({ hide: event.target.checked ? without(hide, value) : [...hide, value] }); }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    window.location.assign(window.location.pathname + steps.query({ ...steps.now(), to: form.elements.to.value.trim() }));
  });
  slider?.addEventListener("input", () => { at("graph-day").textContent = form.elements.on.options[days.length - 1 - slider.value].textContent; });
  slider?.addEventListener("change", () => steps.step({ on: days[days.length - 1 - slider.value] }));
  at("graph-list").addEventListener("click", (event) => {
    const id = event.target.dataset?.node;
    if (id) { focused = event.target; canvas.focus(id).then(() => menu(id, canvas.where(id))); }
  });
  const deeds = {
    undo: steps.undo, redo: steps.redo, fit: canvas.fit, closer: () => canvas.zoom(1.25), farther: () => canvas.zoom(0.8),
    all: () => steps.step({ gone: [], hide: given.first.hide, open: [], pin: [] }),
    svg: () => api.saveSvg(api.svg(shown, positions, given.title, given.foot), given.file),
    png: () => api.savePng(api.svg(shown, positions, given.title, given.foot), given.file),
    link: () => navigator.clipboard.writeText(window.location.href).then(() => status(words.copied), () => status(window.location.href)),
  };
  Object.entries(deeds).forEach(([name, act]) => at(`graph-${name}`).addEventListener("click", act));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { shut(); }
    const inside = !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && (event.ctrlKey || event.metaKey);
    if (!inside || event.key.toLowerCase() !== "z") { return; }
    event.preventDefault();
    (event.shiftKey ? steps.redo : steps.undo)();
  });
  steps.amend({});
})();
