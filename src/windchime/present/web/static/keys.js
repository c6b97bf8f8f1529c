// Keys that work on every page: `/` searches, j and k walk the rows of a table, Enter opens, Escape leaves; and those of `data-key`.
"use strict";
(() => {
  const typing = (element) => element instanceof HTMLElement
    && (element.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName));

  function walk(step) {
    const rows = [...document.querySelectorAll("table.data tbody tr")].filter((r) => r.querySelector("a[href]"));
    if (!rows.length) { return; }
    // a table that renews itself forgets the mark, and keeps the focus
    const here = rows.findIndex((r) => r.classList.contains("here") || r.contains(document.activeElement));
    const next = rows[Math.min(rows.length - 1, Math.max(0, here + step))];
    rows.forEach((r) => r.classList.toggle("here", r === next));
    const link = next.querySelector("a[href]");
    link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (typing(event.target)) { return; }
    if (event.key === "/") { event.preventDefault(); document.getElementById("search")?.focus(); }
    if (event.key === "j") { walk(1); }
    if (event.key === "k") { walk(-1); }
    // a page's own keys lead to its buttons and fields; pressing one is a second step
    if (/^[a-z]$/.test(event.key)) {
      const named = document.querySelector(`[data-key="${event.key}"]`);
      if (named) { event.preventDefault(); named.focus(); }
    }
  });

  // on a phone the navigation is one line: the entry of this page is brought into sight
  const here = document.querySelector(".top nav [aria-current]");
  if (here) { here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 16; }

  // where a figure comes from: the answer is swapped into the panel, which then opens
  document.addEventListener("htmx:after:swap", () => {
    const panel = document.getElementById("source-panel");
    if (panel && panel.firstElementChild && !panel.open) { panel.showModal(); }
  });
  document.addEventListener("click", (event) => {
    const panel = document.getElementById("source-panel");
    if (panel && event.target === panel) { panel.close(); }
  });
  document.addEventListener("close", (event) => {
    if (event.target.id === "source-panel") { event.target.replaceChildren(); }
  }, true);
})();
