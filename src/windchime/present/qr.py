"""A QR picture of a short text, as SVG that stands in a page: no address, no script, no style of its own."""

import segno
from markupsafe import Markup

#: light modules around the picture, without which readers do not find it (ISO/IEC 18004:2015, 6.3.8)
QUIET = 4
#: at least this much of it may be unreadable: 15 %
LEVEL = "m"


def qr(text: str) -> Markup:
    """The picture, black on white in every theme, as large as the page makes it.

    Args:
        text: up to some 2,000 characters; it stands in the picture alone and in no attribute.
    """
    code = segno.make_qr(text, error=LEVEL)
    drawn = code.svg_inline(border=QUIET, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    return Markup(drawn)  # noqa: S704 - numbers and the two colours, nothing of the text
