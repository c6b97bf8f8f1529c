// A form that acts once is sent by the first click: the answer to a second would hide what the first is told.
"use strict";
(() => {
  const mark = (form, sent) => {
    form.classList.toggle("sent", sent);
    form.querySelectorAll("button").forEach((b) => b.setAttribute("aria-disabled", String(sent)));
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.querySelector("input[name=once]")) { return; }
    if (form.classList.contains("sent")) { event.preventDefault(); return; }
    mark(form, true);
  });

  // a page that is come back to is as it was left: its forms can be sent again
  window.addEventListener("pageshow", () => document.querySelectorAll("form.sent").forEach((form) => mark(form, false)));
})();
