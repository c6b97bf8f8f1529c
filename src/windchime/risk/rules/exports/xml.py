"""XML trees as text: what the standard cannot hold is refused, not written."""

import re
from xml.etree import ElementTree as ET

from windchime.risk.rules.literals import NotWritable

#: characters that XML 1.0 has no way to write
_OUTSIDE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def value(text: str, feature: str, form: str) -> str:
    """A text as it may stand in an attribute or element.

    Raises:
        NotWritable: it has a character that XML cannot hold.
    """
    if found := _OUTSIDE.search(text):
        raise NotWritable(feature, form, f"U+{ord(found[0]):04X}")
    return text


def written(root: ET.Element) -> str:
    """The document, indented, with its declaration."""
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
