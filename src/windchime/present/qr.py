"""A QR picture of a short text, as SVG that stands in a page: no address, no script, no style of its own."""

import segno
from markupsafe import Markup

#: light modules around the picture, without which readers do not find it (ISO/IEC 18004:2015, 6.3.8)
QUIET = 4
#: at least this much of it may be unreadable: 15 %
LEVEL = "m"
#: pixels of a module: whole ones, so that the edges are sharp
SIDE = 4


def qr(text: str) -> Markup:
    """The picture, black on white in every theme.

    Args:
        text: up to some 2,000 characters; it stands in the picture alone and in no attribute.
    """
    code = segno.make_qr(text, error=LEVEL)
    drawn = code.svg_inline(border=QUIET, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    size = SIDE * code.symbol_size(border=QUIET)[0]
    drawn = drawn.replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)
    return Markup(drawn)  # noqa: S704 - numbers and the two colours, nothing of the text
