"""Terms are one document, signed by each bank's own key after its own four eyes; nothing else makes an agreement."""
