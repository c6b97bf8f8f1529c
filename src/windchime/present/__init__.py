"""How things look: formats, page macros, chart data, exports, PDFs and the vendored font and browser libraries."""
