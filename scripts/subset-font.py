"""Makes the vendored Chinese font: a subset of Noto Sans SC Regular.

How the shipped files were made:

    npm pack @expo-google-fonts/noto-sans-sc@0.4.3 && tar xzf expo-google-fonts-noto-sans-sc-0.4.3.tgz
    python scripts/subset-font.py package src/windchime/present/vendor/fonts

It holds all hanzi of GB/T 2312 (levels 1 and 2), hanzi outside it that names of firms and people often use, ASCII,
Latin with accents, Greek and punctuation. There is no bold file (it would double the size): headings in PDFs are the
same glyphs with a thin stroke. fonttools comes with matplotlib; nothing at run time needs this script.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

#: hanzi outside GB/T 2312 that stand in names of firms and people
IN_NAMES = "喆堃犇燚垚昇镕甯珺玥晞祎翀頔璟琤赟贇懿瑭玙珩珮琬琰瑄瑢瑷璎璐暐暄昶昉晔曦烜炜烨焜煊熠祺禛禹栩桉梓楠榕樾橦沄沣泓洺浠浥涵淇淏渲湉溱滢潞澔澍潼濛瀛灏圳坤垚埇堉堃塬岚岷峄峥崚嵘嵩钏钘钜钧钰铄铎铠铭铵锟锴镔鑫颢颐飏骁骅骊骐麒麟"

SIGNS = {
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),  # ASCII, Latin-1, Latin Extended-A
    *range(0x391, 0x3CA),  # Greek
    *(*range(0x2010, 0x2028), 0x2030, 0x2032, 0x2033, 0x20AC, 0x2103, 0x2116, 0x2122),
    *(*range(0x2190, 0x2194), 0x2208, 0x2211, 0x221A, 0x221E, 0x2248, 0x2260, 0x2264, 0x2265),
    *(*range(0x2460, 0x2474), *range(0x25A0, 0x25D0), 0x2605, 0x2606, 0x2212, 0x2713),
    *(*range(0x3000, 0x3020), *range(0xFF01, 0xFF5F), 0xFFE5),
}


def gb2312(first_row: int, last_row: int) -> set[int]:
    """Code points of the rows of GB/T 2312; hanzi of level 1 stand in rows 16-55, of level 2 in rows 56-87."""
    found = set()
    for row in range(first_row, last_row + 1):
        for cell in range(1, 95):
            try:
                found.add(ord(bytes([row + 0xA0, cell + 0xA0]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def make(source: Path, target: Path, wanted: set[int]) -> None:
    """Write the subset, without hinting and without layout tables that horizontal Chinese text does not need."""
    options = subset.Options(
        hinting=False,
        layout_features=["kern", "locl", "ccmp"],
        name_IDs=["*"],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.save(target)
    print(f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size:,} bytes")


def main(package: Path, out: Path) -> None:
    """The subset, and the licence beside it."""
    out.mkdir(parents=True, exist_ok=True)
    names = {ord(c) for c in IN_NAMES}
    make(
        package / "400Regular" / "NotoSansSC_400Regular.ttf",
        out / "NotoSansSC-Regular.ttf",
        SIGNS | names | gb2312(16, 87),
    )
    (out / "OFL.txt").write_bytes((package / "LICENSE_FONT").read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
