"""A reader of QR pictures for tests, from ISO/IEC 18004:2015 and nothing of the library that draws them.

It reads one segment of bytes of versions 5 to 10 at levels M and Q from a picture without faults; it corrects nothing.
"""

import re
from collections.abc import Callable
from itertools import zip_longest

#: bits that stand for the level
LEVELS = {0b00: "M", 0b11: "Q"}
#: by version and level how many data codewords each block has (table 9)
BLOCKS = {
    (5, "M"): [43] * 2, (5, "Q"): [15] * 2 + [16] * 2,
    (6, "M"): [27] * 4, (6, "Q"): [19] * 4,
    (7, "M"): [31] * 4, (7, "Q"): [14] * 2 + [15] * 4,
    (8, "M"): [38] * 2 + [39] * 2, (8, "Q"): [18] * 4 + [19] * 2,
    (9, "M"): [36] * 3 + [37] * 2, (9, "Q"): [16] * 4 + [17] * 4,
    (10, "M"): [43] * 4 + [44], (10, "Q"): [19] * 6 + [20] * 2,
}  # fmt: skip
#: by version the rows and columns of alignment patterns (table E.1)
CENTRES = {5: (6, 30), 6: (6, 34), 7: (6, 22, 38), 8: (6, 24, 42), 9: (6, 26, 46), 10: (6, 28, 50)}
#: whether a mask turns the module of row i and column j (table 10)
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _j: i % 2 == 0,
    lambda _i, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
)
Modules = list[list[bool]]


def modules(svg: str) -> Modules:
    """The dark modules of a picture whose one stroked path goes along its rows; without the light ones around it."""
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])  # type: ignore[index] # a picture without it is none
    path = re.search(r'stroke="#000" d="([^"]+)"', svg)[1]  # type: ignore[index] # as above
    found, x, y = [[False] * size for _row in range(size)], 0, 0.0
    for verb, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        way = [float(n) for n in re.findall(r"-?(?:\d*\.\d+|\d+)", numbers)]
        if verb == "h":
            for _n in range(int(way[0])):
                found[int(y)][x] = True
                x += 1
        else:
            x, y = (int(way[0]), way[1]) if verb == "M" else (x + int(way[0]), y + way[1])
    dark = [i for i, row in enumerate(found) if any(row)]
    return [row[dark[0] : dark[-1] + 1] for row in found[dark[0] : dark[-1] + 1]]


def read(found: Modules) -> str:
    """The text."""
    size = len(found)
    version = (size - 17) // 4
    places = [(8, j) for j in (0, 1, 2, 3, 4, 5, 7, 8)] + [(i, 8) for i in (7, 5, 4, 3, 2, 1, 0)]
    form = int("".join(str(int(found[i][j])) for i, j in places), 2) ^ 0b101010000010010
    level, mask = LEVELS[form >> 13], MASKS[form >> 10 & 7]
    bits = "".join(str(int(found[i][j] ^ mask(i, j))) for i, j in _way(size) if not _fixed(version, size, i, j))
    words = iter(int(bits[k : k + 8], 2) for k in range(0, len(bits) - 7, 8))
    lengths = BLOCKS[version, level]
    # block by block each gives one word a turn; the longer ones go on alone
    blocks: list[list[int]] = [[] for _block in lengths]
    for turn in range(max(lengths)):
        for block, length in zip_longest(blocks, lengths):
            if turn < length:
                block.append(next(words))
    data = "".join(f"{word:08b}" for block in blocks for word in block)
    wide = 8 if version < 10 else 16
    assert data[:4] == "0100", "one segment of bytes"
    count = int(data[4 : 4 + wide], 2)
    begin = 4 + wide
    return bytes(int(data[k : k + 8], 2) for k in range(begin, begin + 8 * count, 8)).decode()


def _way(size: int) -> list[tuple[int, int]]:
    """All modules in the order in which data are laid: pairs of columns from the right, upwards and downwards in turn."""
    columns = [*range(size - 1, 6, -2), 5, 3, 1]
    return [
        (i, j - side)
        for turn, j in enumerate(columns)
        for i in (range(size - 1, -1, -1) if turn % 2 == 0 else range(size))
        for side in (0, 1)
    ]


def _fixed(version: int, size: int, i: int, j: int) -> bool:
    """Whether a module is part of a pattern, of the format or of the version, and holds no data."""
    corner = (i < 9 and j < 9) or (i < 9 and j >= size - 8) or (i >= size - 8 and j < 9)
    told = version >= 7 and ((i < 6 and j >= size - 11) or (j < 6 and i >= size - 11))
    centres = CENTRES[version]
    ends = {(centres[0], centres[0]), (centres[0], centres[-1]), (centres[-1], centres[0])}
    aligned = any(abs(i - a) <= 2 and abs(j - b) <= 2 for a in centres for b in centres if (a, b) not in ends)
    return corner or told or aligned or i == 6 or j == 6
