// htmx without evaluation: `hx-on`, `js:` values and `[…]` trigger filters would compile text into code. The content
// security policy forbids that too; here the attempt fails with a name. Every request bears the page's CSRF token.
"use strict";
(() => {
  function Refused() { throw new Error("windchime: text is never compiled into code; use a listener in a static file"); }
  htmx.registerExtension("windchime", {
    init: (api) => api.initSecurity(null, Refused, Refused),
  });
  document.addEventListener("htmx:config:request", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]');
    const request = event.detail.ctx && event.detail.ctx.request;
    if (token && request) { request.headers["X-CSRF-Token"] = token.content; }
  });
})();
