// What is shown, as one plain value: changed by steps that can be undone, written in the address, read back from it.
"use strict";
window.windchimeGraph = window.windchimeGraph || {};
(() => {
  const plain = (text) => { try { return decodeURIComponent(text); } catch { return text; } };
  const listed = (text) => (text ? text.split(",").map(plain) : []);
  const joined = (ids) => ids.map(encodeURIComponent).join(",");

  // `given.asked`: what the page was made for; the rest the server does not ask
  function read(given) {
    const asked = new URLSearchParams(window.location.search);
    return {
      ...given.asked, gone: listed(asked.get("gone")), pin: listed(asked.get("pin")),
      open: listed(asked.get("open")).map((o) => o.split("\t")).filter((o) => o.length === 2),
    };
  }

  function query(state, given) {
    const asked = new URLSearchParams();
    const lists = { gone: state.gone, pin: state.pin, open: state.open.map((o) => o.join("\t")) };
    if (state.hops !== given.first.hops) { asked.set("hops", state.hops); }
    if (state.cap !== given.first.cap) { asked.set("cap", state.cap); }
    if (state.on) { asked.set("on", state.on); }
    if (state.layout !== given.first.layout) { asked.set("layout", state.layout); }
    if (state.to) { asked.set("to", state.to); }
    if (joined([...state.hide].sort()) !== joined([...given.first.hide].sort())) { asked.set("hide", joined(state.hide)); }
    Object.entries(lists).forEach(([name, ids]) => { if (ids.length) { asked.set(name, joined(ids)); } });
    const text = asked.toString();
    return text ? `?${text}` : "";
  }

  // steps forward and back; `changed` is called with every state that begins to hold
  window.windchimeGraph.history = (given, changed) => {
    let past = [], future = [], now = read(given);
    const hold = (state) => {
      now = state;
      window.history.replaceState(null, "", window.location.pathname + query(state, given));
      changed(state, { undo: past.length > 0, redo: future.length > 0 });
    };
    return {
      now: () => now,
      query: (state) => query(state, given),
      step: (changes) => { past.push(now); future = []; hold({ ...now, ...changes }); },
      undo: () => { if (past.length) { future.push(now); hold(past.pop()); } },
      redo: () => { if (future.length) { past.push(now); hold(future.pop()); } },
      // what cannot be undone because nobody did it
      amend: (changes) => { hold({ ...now, ...changes }); },
    };
  };
})();
